/** Which of the served languages a text is in. */
import { knownCode, loadLanguageScores } from "../../data/cleaning/language-id.ts";
import { scriptShare } from "../../data/cleaning/scripts.ts";

/** A language that a text may be in. */
export interface DetectedLanguage {
  language: string;
  /** 0 to 100: the share that it has of what speaks for any of the served languages. */
  confidence: number;
}

/** Likely languages, the likeliest first; never empty where there are languages. */
export type LanguageDetector = (text: string) => DetectedLanguage[];

export class LanguageDetection {
  private readonly served: () => readonly string[];
  private scorer: Awaited<ReturnType<typeof loadLanguageScores>> | undefined;

  /** `served`: codes of the languages that texts may be in now. */
  constructor(served: () => readonly string[]) {
    this.served = served;
  }

  /** To be awaited before these languages are served. One alone needs no detection: time and memory are saved. */
  async prepare(languages: readonly string[]): Promise<void> {
    if (new Set(languages).size > 1) this.scorer ??= await loadLanguageScores();
  }

  /** Of languages that cannot be told apart, as pt-BR and pt-PT, the first comes first. */
  detect(text: string): DetectedLanguage[] {
    const languages = this.served();
    if (languages.length === 1) return [{ language: languages[0]!, confidence: 100 }];
    const scores = new Map(this.scorer?.scores(text));
    const byWords = languages.map((language) => scores.get(knownCode(language)) ?? 0);
    // A name or a rare word says nothing, and nothing is known of some languages; but scripts differ.
    const weights = byWords.some((weight) => weight > 0)
      ? byWords
      : languages.map((language) => scriptShare(text, language));
    return ranked(languages, weights);
  }
}

function ranked(languages: readonly string[], weights: readonly number[]): DetectedLanguage[] {
  if (weights.every((weight) => weight === weights[0])) return [{ language: languages[0]!, confidence: 0 }];
  const total = weights.reduce((sum, weight) => sum + weight);
  return languages
    .map((language, i) => ({ language, confidence: Math.round((1000 * weights[i]!) / total) / 10 }))
    .filter(({ confidence }) => confidence > 0)
    .sort((a, b) => b.confidence - a.confidence);
}
