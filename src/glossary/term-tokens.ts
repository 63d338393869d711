/** What terms are compared by: words, single characters of scripts that put no spaces between words, and other signs one by one. */

/** Scripts without spaces between words: a term may begin and end anywhere. */
const UNSPACED = String.raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]`;
/** A character of a word whose borders count. */
const IN_WORD = String.raw`(?:(?!${UNSPACED})[\p{L}\p{M}\p{N}\p{Pc}])`;
const TOKEN = new RegExp(String.raw`${IN_WORD}+|\S\p{M}*`, "gu");
const BREAK = /[\n\v\f\r\u0085\u2028\u2029\t]/;
const WORD_BEGINS = new RegExp(`^${IN_WORD}`, "u");
const WORD_ENDS = new RegExp(`${IN_WORD}$`, "u");

export interface TermToken {
  /** In Unicode's composed form. */
  text: string;
  /** Without regard to case. */
  key: string;
  /** Places in the text, in UTF-16 units. */
  start: number;
  end: number;
  /** What parts it from the token before: nothing, white space, or white space with a line break or a tab in it. */
  gap: "" | " " | "\n";
}

/**
 * The tokens of a text in order.
 *
 * @example
 * termTokens("C++ files").map(({ key }) => key); // ["C", "+", "+", "FILES"]
 */
export function termTokens(text: string): TermToken[] {
  let before = 0;
  return Array.from(text.matchAll(TOKEN), ({ 0: found, index }) => {
    const space = text.slice(before, index);
    before = index + found.length;
    const composed = found.normalize("NFC");
    const gap = space === "" ? "" : BREAK.test(space) ? "\n" : " ";
    return { text: composed, key: composed.toUpperCase(), start: index, end: before, gap };
  });
}

/** A regular expression (flags `u`) for a term where it stands as whole words. */
export function wholeWords(term: string): string {
  const escaped = term.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const first = WORD_BEGINS.test(term) ? `(?<!${IN_WORD})` : "";
  const last = WORD_ENDS.test(term) ? `(?!${IN_WORD})` : "";
  return `${first}${escaped}${last}`;
}

/** Whether a text has a wording with a word's beginning at its own; its last word may go on: `Hund` is in `Hunde`. */
export function hasWording(text: string, wording: string): boolean {
  const isThere = (whole: string, part: string) => {
    for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
      if (!WORD_BEGINS.test(part) || !WORD_ENDS.test(whole.slice(Math.max(0, at - 2), at))) return true;
    }
    return false;
  };
  // Wordpieces know compatible characters as one.
  return isThere(text, wording) || isThere(text.normalize("NFKC"), wording.normalize("NFKC"));
}
