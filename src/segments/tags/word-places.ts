/** Words of a line between white space, with their places. */
import type { Range } from "../placeables/icu-message.ts";

/** A word and the letters in it, without the punctuation at its edges; where it has none of these, they are the word. */
export interface Word extends Range {
  letters: Range;
}

/** The words of a line, in order. */
export function wordPlaces(line: string): Word[] {
  return [...line.matchAll(/\S+/g)].map(({ 0: word, index }) => {
    const end = index + word.length;
    const before = /^[^\p{L}\p{M}\p{N}]*/u.exec(word)![0].length;
    if (before === word.length) return { start: index, end, letters: { start: index, end } };
    const after = /[^\p{L}\p{M}\p{N}]*$/u.exec(word)![0].length;
    return { start: index, end, letters: { start: index + before, end: end - after } };
  });
}
