/** Tells which language a text is in, by the npm package eld, which is loaded only when it is asked for. */

/** False where the text is clearly in another language than the given one (ISO 639-1). */
export type LanguageCheck = (text: string, language: string) => boolean;

/** How much speaks for each language (ISO 639-1), above 0, the most first; none for text that says nothing. */
export type LanguageScores = (text: string) => (readonly [language: string, score: number])[];

/** Texts of fewer letters say too little. */
const FEWEST_LETTERS = 20;
/** A language is refused where another one has so many times its score. */
const CLEARLY = 1.5;
/** eld tells s / (s + 25) of a mean score s of a text's n-grams. */
const SCALE = 25;
/** Codes of languages that eld knows by another one. */
const ALIASES: Readonly<Record<string, string>> = { nb: "no", nn: "no", zt: "zh", pb: "pt", fil: "tl" };

/** Loads the package, which takes some tenths of a second and 60 MB. */
export async function loadLanguageScores(): Promise<{ scores: LanguageScores; knows(language: string): boolean }> {
  const { eld } = await import("eld/medium");
  const known = new Set(Object.values(eld.info().Languages));
  return {
    scores: (text) => Object.entries(eld.detect(text).getScores()).map(([code, s]) => [code, (SCALE * s) / (1 - s)]),
    knows: (language) => known.has(knownCode(language)),
  };
}

/** The code that scores have for a language: `no` for `nb-NO`. */
export function knownCode(language: string): string {
  const code = language.toLowerCase().split(/[-_]/)[0]!;
  return ALIASES[code] ?? code;
}

/** Texts of too few letters, and those in languages that the package does not know, pass. */
export async function loadLanguageCheck(): Promise<LanguageCheck> {
  const { scores, knows } = await loadLanguageScores();
  return (text, language) => {
    if (!knows(language) || (text.match(/\p{L}/gu)?.length ?? 0) < FEWEST_LETTERS) return true;
    const found = scores(text);
    const own = found.find(([code]) => code === knownCode(language))?.[1] ?? 0;
    return found.length === 0 || CLEARLY * own >= found[0]![1];
  };
}
