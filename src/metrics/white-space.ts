/**
 * White space as Python's `str.split` and `str.rstrip` see it, which every sacreBLEU number depends on.
 * JavaScript's `\s` differs: it lacks U+001C–U+001F and U+0085, and has U+FEFF.
 */

const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`, "g");
const LEADING = new RegExp(`^[${SPACE}]+`);
const TRAILING = new RegExp(`[${SPACE}]+$`);

/** The words between white space; none for an empty or blank text. */
export function splitWords(text: string): string[] {
  const words = text.split(SPACES);
  if (words[0] === "") words.shift();
  if (words.at(-1) === "") words.pop();
  return words;
}

export function stripEnd(text: string): string {
  return text.replace(TRAILING, "");
}

export function stripStart(text: string): string {
  return text.replace(LEADING, "");
}

export function removeWhiteSpace(text: string): string {
  return text.replace(SPACES, "");
}
