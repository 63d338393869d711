/** The language-dependent half of mteval-v13a (NIST 2009), for Western languages; `13a` and `zh` both end with it. */
import { splitWords } from "../white-space.ts";

/** Punctuation that always stands alone: all of ASCII's but apostrophe, comma, dash and period; and the space. */
const ALONE = /[{-~[-` -&(-+:-@/]/g;
const MARK_AFTER_NON_DIGIT = /([^0-9])([.,])/g;
const MARK_BEFORE_NON_DIGIT = /([.,])([^0-9])/g;
const DASH_AFTER_DIGIT = /([0-9])(-)/g;

/** Sets every symbol of ALONE apart. */
export function separateSymbols(text: string): string {
  return text.replace(ALONE, " $& ");
}

/** Sets periods and commas apart except inside numbers, and dashes after digits. Comes after `separateSymbols`. */
export function separateMarks(text: string): string {
  return text
    .replace(MARK_AFTER_NON_DIGIT, "$1 $2 ")
    .replace(MARK_BEFORE_NON_DIGIT, " $1 $2")
    .replace(DASH_AFTER_DIGIT, "$1 $2 ");
}

export function westernWords(text: string): string[] {
  return splitWords(separateMarks(separateSymbols(text)));
}
