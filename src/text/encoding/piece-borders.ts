/**
 * Where text can be cut before it is segmented without changing the result: between two classes of characters that
 * no piece joins. Shorter runs repeat more often, so that more of them are found in a cache.
 */

import { SPACE_MARK } from "../normalization/normalizer.ts";
import { PieceType } from "../sentencepiece/model-proto.ts";
import type { Vocabulary } from "../sentencepiece/vocabulary.ts";

const MARK = 0;
const LETTER = 1;
const DIGIT = 2;
const PUNCTUATION = 3;
/** A unit that begins a user-defined symbol. */
export const SYMBOL_START = 4;
export const CLASSES = 5;

export interface PieceBorders {
  /** Class of each code unit: [65536]. */
  classes: Uint8Array;
  /** 1 where a cut is safe, at before · CLASSES + after. */
  cuts: Uint8Array;
}

export function pieceBorders(vocabulary: Vocabulary): PieceBorders {
  const classes = characterClasses().slice();
  for (const symbol of vocabulary.ofType(PieceType.userDefined)) classes[symbol.charCodeAt(0)] = SYMBOL_START;
  const cuts = new Uint8Array(CLASSES * CLASSES).fill(1);
  // Surrogate pairs, which are letters here, must stay together.
  cuts[LETTER * CLASSES + LETTER] = 0;
  cuts[SYMBOL_START * CLASSES + LETTER] = 0;
  // An unused piece's split depends on the whole text.
  if (vocabulary.ofType(PieceType.unused).length > 0) cuts.fill(0);
  const { units, starts } = vocabulary.pieces;
  for (let id = 0; id < vocabulary.size; id++) {
    if (!vocabulary.isSegment(id)) continue;
    for (let i = starts[id]! + 1; i < starts[id + 1]!; i++) {
      cuts[classes[units[i - 1]!]! * CLASSES + classes[units[i]!]!] = 0;
    }
  }
  return { classes, cuts };
}

let shared: Uint8Array | undefined;

function characterClasses(): Uint8Array {
  if (shared !== undefined) return shared;
  const classes = new Uint8Array(65536).fill(LETTER);
  const units = Uint16Array.from({ length: 65536 }, (_, unit) => (unit >= 0xd800 && unit < 0xe000 ? 0 : unit));
  const everything = new TextDecoder("utf-16le").decode(units);
  for (const { index } of everything.matchAll(/[\p{P}\p{S}]/gu)) classes[index] = PUNCTUATION;
  classes.fill(DIGIT, 0x30, 0x3a);
  classes[SPACE_MARK] = MARK;
  classes[0x20] = MARK;
  shared = classes;
  return classes;
}
