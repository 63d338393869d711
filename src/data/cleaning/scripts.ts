/** Which writing systems a language uses: text in others is not in that language, whatever else it is. */

const LATIN =
  "en de fr es it pt nl sv da nb nn no fi et lv lt pl cs sk sl hr hu ro sq tr az vi id ms tl sw af is ga cy mt eu ca gl so ha zu xh lb";
const OTHERS: Record<string, string> = {
  ru: "Cyrillic",
  uk: "Cyrillic",
  be: "Cyrillic",
  bg: "Cyrillic",
  mk: "Cyrillic",
  kk: "Cyrillic",
  ky: "Cyrillic",
  mn: "Cyrillic",
  el: "Greek",
  ar: "Arabic",
  fa: "Arabic",
  ps: "Arabic",
  ur: "Arabic",
  he: "Hebrew",
  hi: "Devanagari",
  mr: "Devanagari",
  ne: "Devanagari",
  bn: "Bengali",
  gu: "Gujarati",
  ta: "Tamil",
  te: "Telugu",
  th: "Thai",
  km: "Khmer",
  ka: "Georgian",
  hy: "Armenian",
  zh: "Han",
  ja: "Han Hiragana Katakana",
  ko: "Hangul Han",
};

const letters = new Map<string, RegExp>();
for (const language of LATIN.split(" ")) letters.set(language, /\p{Script=Latin}/gu);
for (const [language, scripts] of Object.entries(OTHERS)) {
  letters.set(language, new RegExp(`[${scripts.replace(/(\w+) ?/g, "\\p{Script=$1}")}]`, "gu"));
}

/** Share of a text's letters that belong to the language's scripts; 1 for text without letters and for unknown languages. */
export function scriptShare(text: string, language: string): number {
  const own = letters.get(language.toLowerCase().split(/[-_]/)[0]!);
  const all = text.match(/\p{L}/gu)?.length ?? 0;
  return own === undefined || all === 0 ? 1 : (text.match(own)?.length ?? 0) / all;
}
