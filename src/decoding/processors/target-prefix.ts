/** Translations that begin as given: whole pieces first, then characters that the next pieces must be consistent with (type-ahead). */
import type { Wordpieces } from "../../text/wordpieces.ts";
import { type PieceIndex, SPACE } from "./piece-index.ts";
import type { GrowingHypothesis, LogitsProcessor } from "./processor.ts";

/** log P of a given piece that the model finds impossible. */
const IMPROBABLE = -100;

/** Characters that words are made of, and those of scripts that put no spaces between words. */
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** How a translation is to begin. */
export interface TargetPrefix {
  /** Pieces of all words but the last. */
  pieces: readonly number[];
  /** Characters of the last word, which may end inside a piece: `▁Hun` of a translation that goes on with `▁Hund`. */
  rest: string;
  /** Whether the last word ends there, whatever follows. */
  isWhole: boolean;
}

/**
 * The prefix of a text. Its last word may go on unless white space follows or `isWhole` is set. A last word that no pieces of text can spell
 * is taken in the pieces of `encode`.
 */
export function targetPrefix(wordpieces: Wordpieces, index: PieceIndex, text: string, isWhole = false): TargetPrefix {
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
  return canSpell(index, rest, isWhole)
    ? { pieces: ids.slice(0, kept), rest, isWhole }
    : { pieces: ids, rest: "", isWhole };
}

/** The characters of a prefix that a hypothesis, which begins as it does, still lacks; undefined where more than the prefix is there. */
export function missingCharacters(
  index: PieceIndex,
  { pieces: given, rest }: TargetPrefix,
  pieces: readonly number[],
): string | undefined {
  let missing = rest;
  for (let at = given.length; at < pieces.length; at++) {
    const { length } = index.textOf(pieces[at]!);
    if (length > missing.length || missing === "") return undefined;
    missing = missing.slice(length);
  }
  return missing;
}

/** Forbids whatever would not begin as each sentence's prefix does. */
export class TargetPrefixes implements LogitsProcessor {
  private readonly index: PieceIndex;
  private readonly prefixes: readonly (TargetPrefix | undefined)[];
  /** By the characters still missing, and whether the word ends with them. */
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
    const missing = missingCharacters(this.index, prefix, pieces);
    if (missing === undefined) return;
    if (missing !== "") keepOnly(logProbabilities, this.consistentWith(missing, prefix.isWhole));
    else if (prefix.isWhole) this.endWord(logProbabilities, pieces);
  }

  private consistentWith(missing: string, isWhole: boolean): readonly number[] {
    const key = `${isWhole} ${missing}`;
    let ids = this.allowed.get(key);
    if (ids === undefined) {
      ids = consistentPieces(this.index, missing, isWhole);
      this.allowed.set(key, ids);
    }
    return ids;
  }

  /** Forbids pieces that would go on with the word that these pieces end with. */
  private endWord(logProbabilities: Float32Array, pieces: readonly number[]): void {
    const last = pieces.length === 0 ? "" : this.index.textOf(pieces.at(-1)!);
    for (const [text, id] of this.index.entries()) {
      if (goesOn(last, text)) logProbabilities[id] = Number.NEGATIVE_INFINITY;
    }
  }
}

/** Whether a word at the end of one text goes on at the beginning of the next. Scripts without spaces have no such words. */
function goesOn(before: string, after: string): boolean {
  const last = [...before].at(-1) ?? "";
  const [first = ""] = after;
  const isWord = (character: string) => WORD_CHARACTER.test(character) && !UNSPACED.test(character);
  return isWord(last) && isWord(first);
}

/** Pieces that spell a beginning of `missing` whose rest can be spelled too, or all of it and more. */
function consistentPieces(index: PieceIndex, missing: string, isWhole: boolean): number[] {
  const shorter = index.beginningsOf(missing).filter(({ text }) => text.length < missing.length);
  const within = shorter.filter(({ text }) => canSpell(index, missing.slice(text.length), isWhole));
  return [...within, ...lastPieces(index, missing, isWhole)].map(({ id }) => id);
}

/** Pieces that begin with all that is missing; where the word is whole, without those that go on with it. */
function lastPieces(index: PieceIndex, missing: string, isWhole: boolean): { id: number; text: string }[] {
  const found = index.beginningWith(missing);
  return isWhole ? found.filter(({ text }) => !goesOn(missing, text.slice(missing.length))) : found;
}

/** Whether pieces of text can be found that are written as `text`, the last of them perhaps with more behind it. */
function canSpell(index: PieceIndex, text: string, isWhole: boolean): boolean {
  // [characters + 1] whether the text from there on can be spelled
  const can = new Array<boolean>(text.length + 1).fill(false);
  can[text.length] = true;
  for (let at = text.length - 1; at >= 0; at--) {
    const rest = text.slice(at);
    can[at] =
      index.beginningsOf(rest).some((piece) => can[at + piece.text.length]) ||
      lastPieces(index, rest, isWhole).length > 0;
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
