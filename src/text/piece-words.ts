/** Which words between white space each piece of a text belongs to. */
import type { Wordpieces } from "./wordpieces.ts";

/** Words of a text's pieces, from 0; piece t is of the words `first[t] … last[t]`, which are several only where it has a space inside. */
export interface PieceWords {
  /** How many words the text has. Where it has none, `first` and `last` mean nothing. */
  words: number;
  /** [pieces] */
  first: Int32Array;
  /** [pieces] */
  last: Int32Array;
}

/** What wordpieces put in the place of a space. */
const SPACE = "▁";

/**
 * The words of `pieces` pieces, `textOf(n)` being the text of the first n: a piece is of the words that it changes or adds. One that
 * does neither, as a space, is of its successor's word, the last ones of the last word.
 */
export function pieceWords(pieces: number, textOf: (count: number) => string): PieceWords {
  const first = new Int32Array(pieces).fill(-1);
  const last = new Int32Array(pieces).fill(-1);
  let before: string[] = [];
  for (let t = 0; t < pieces; t++) {
    const after = splitWords(textOf(t + 1));
    const end = before.length - 1;
    const changes = end >= 0 && after[end] !== before[end];
    if (after.length > before.length || (after.length === before.length && changes)) {
      first[t] = changes ? end : end + 1;
      last[t] = after.length - 1;
    }
    before = after;
  }
  const words = before.length;
  let next = words - 1;
  for (let t = pieces - 1; t >= 0; t--) {
    if (first[t]! < 0) last[t] = next;
    else last[t] = Math.min(last[t]!, words - 1);
    next = first[t]! < 0 ? next : first[t]!;
    first[t] = Math.min(next, words - 1);
  }
  return { words, first, last };
}

/**
 * The words of a line that a model reads, as they stand in the line: where normalisation makes several words of one, or none, their pieces
 * are of the word that they come from.
 */
export function linePieceWords(text: string, wordpieces: Wordpieces): PieceWords {
  const pieces = wordpieces.encodePieces(text);
  const marked = markedWords(pieces);
  const given = splitWords(text);
  const read = splitWords(spelled(pieces));
  const asGiven = read.length === given.length && read.every((word, i) => word === given[i]);
  if (asGiven && marked !== undefined) return { words: given.length, first: marked, last: marked };
  const found = pieceWords(pieces.length, (count) => spelled(pieces.slice(0, count)));
  if (asGiven) return found;
  const origins = given.flatMap((word, i) => splitWords(spelled(wordpieces.encodePieces(word))).map(() => i));
  const originOf = (word: number) => origins[word] ?? given.length - 1;
  return { words: given.length, first: found.first.map(originOf), last: found.last.map(originOf) };
}

/** The word of each piece [pieces] where each word begins with the mark of a space and has no other: nearly always. */
function markedWords(pieces: readonly string[]): Int32Array | undefined {
  let word = -1;
  const words = new Int32Array(pieces.length);
  for (const [t, piece] of pieces.entries()) {
    const mark = piece.lastIndexOf(SPACE);
    if (mark > 0 || piece === SPACE || (t === 0 && mark < 0)) return undefined;
    if (mark === 0) word++;
    words[t] = word;
  }
  return words;
}

function spelled(pieces: readonly string[]): string {
  return pieces.join("").replaceAll(SPACE, " ");
}

function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
