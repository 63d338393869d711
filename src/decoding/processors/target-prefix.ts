/** Translations that begin as given: whole pieces first, then characters that the next pieces must be consistent with (type-ahead). */
import type { Wordpieces } from "../../text/wordpieces.ts";
import { type PieceIndex, SPACE } from "./piece-index.ts";
import type { GrowingHypothesis, LogitsProcessor } from "./processor.ts";

/** log P of a given piece that the model finds impossible. */
const IMPROBABLE = -100;

/** How a translation is to begin. */
export interface TargetPrefix {
  /** Pieces of all words but the last. */
  pieces: readonly number[];
  /** Characters of the last word, which may end inside a piece: `▁Hun` of a translation that goes on with `▁Hund`. */
  rest: string;
}

/**
 * The prefix of a text. Its last word may go on unless white space follows. A last word that no pieces of text can spell is taken in the
 * pieces of `encode`.
 */
export function targetPrefix(wordpieces: Wordpieces, index: PieceIndex, text: string): TargetPrefix {
  const spelled = wordpieces.encodePieces(text);
  const ids = [...wordpieces.encode(text)];
  const isOpen = !/\s$/.test(text);
  const isSuffix = spelled.at(-1)?.endsWith(SPACE) === true && spelled[0]?.startsWith(SPACE) !== true;
  let whole = spelled.join("");
  if (isSuffix && isOpen) whole = whole.slice(0, -1);
  if (!isSuffix && !isOpen && whole !== "") whole += SPACE;
  const lastWord = isSuffix ? whole.replace(/▁$/, "").lastIndexOf(SPACE) + 1 : whole.lastIndexOf(SPACE);
  let kept = 0;
  let end = 0;
  while (kept < spelled.length && end + spelled[kept]!.length <= lastWord) end += spelled[kept++]!.length;
  const rest = whole.slice(end);
  return canSpell(index, rest) ? { pieces: ids.slice(0, kept), rest } : { pieces: ids, rest: "" };
}

/** Forbids whatever would not begin as each sentence's prefix does. */
export class TargetPrefixes implements LogitsProcessor {
  private readonly index: PieceIndex;
  private readonly prefixes: readonly (TargetPrefix | undefined)[];
  /** By the characters still missing. */
  private readonly allowed = new Map<string, readonly number[]>();

  /** `prefixes` are those of the batch's sentences; undefined for none. */
  constructor(index: PieceIndex, prefixes: readonly (TargetPrefix | undefined)[]) {
    this.index = index;
    this.prefixes = prefixes;
  }

  process(logProbabilities: Float32Array, { sentence, pieces }: GrowingHypothesis): void {
    const prefix = this.prefixes[sentence];
    if (prefix === undefined) return;
    if (pieces.length < prefix.pieces.length) {
      keepOnly(logProbabilities, [prefix.pieces[pieces.length]!]);
      return;
    }
    let missing = prefix.rest;
    for (let at = prefix.pieces.length; at < pieces.length && missing !== ""; at++) {
      missing = missing.slice(this.index.textOf(pieces[at]!).length);
    }
    if (missing !== "") keepOnly(logProbabilities, this.consistentWith(missing));
  }

  private consistentWith(missing: string): readonly number[] {
    let ids = this.allowed.get(missing);
    if (ids === undefined) {
      ids = consistentPieces(this.index, missing);
      this.allowed.set(missing, ids);
    }
    return ids;
  }
}

/** Pieces that spell a beginning of `missing` whose rest can be spelled too, or all of it and more. */
function consistentPieces(index: PieceIndex, missing: string): number[] {
  const shorter = index.beginningsOf(missing).filter(({ text }) => text.length < missing.length);
  const within = shorter.filter(({ text }) => canSpell(index, missing.slice(text.length)));
  return [...within, ...index.beginningWith(missing)].map(({ id }) => id);
}

/** Whether pieces of text can be found that are written as `text`, the last of them perhaps with more behind it. */
function canSpell(index: PieceIndex, text: string): boolean {
  // [characters + 1] whether the text from there on can be spelled
  const can = new Array<boolean>(text.length + 1).fill(false);
  can[text.length] = true;
  for (let at = text.length - 1; at >= 0; at--) {
    const rest = text.slice(at);
    can[at] =
      index.beginningsOf(rest).some((piece) => can[at + piece.text.length]) || index.beginningWith(rest).length > 0;
  }
  return can[0]!;
}

/** Where the model finds all of them impossible, as with a shortlist that lacks them, they are equally improbable instead. */
function keepOnly(logProbabilities: Float32Array, ids: readonly number[]): void {
  const own = ids.map((id) => logProbabilities[id]!);
  const kept = own.every((value) => value === Number.NEGATIVE_INFINITY) ? own.fill(IMPROBABLE) : own;
  logProbabilities.fill(Number.NEGATIVE_INFINITY);
  ids.forEach((id, i) => {
    logProbabilities[id] = kept[i]!;
  });
}
