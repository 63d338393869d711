/** Which of the served languages a text is in, by the optional package tinyld. */
import { DataError } from "../../base/errors.ts";
import { loadTinyld } from "../../data/cleaning/language-id.ts";
import { RequestError } from "../request-error.ts";
import { exactCode } from "./language-codes.ts";

/** A language that a text may be in. */
export interface DetectedLanguage {
  language: string;
  /** 0 to 100. */
  confidence: number;
}

/** Likely languages, the likeliest first; never empty. */
export type LanguageDetector = (text: string) => DetectedLanguage[];

/**
 * Detects among these languages. Where there is but one, it is that one, and the package is not needed. Without the package a detector of
 * several languages throws RequestError 501. `from`: the folder whose node_modules is searched.
 */
export async function createDetector(languages: readonly string[], from?: string): Promise<LanguageDetector> {
  const [only, second] = languages;
  if (only !== undefined && second === undefined) return () => [{ language: only, confidence: 100 }];
  try {
    const { detectAll, toISO2 } = await loadTinyld("nmt serve, source auto", "name the source language", from);
    return (text) => {
      const found = detectAll(text).flatMap(({ lang, accuracy }) => {
        const language = exactCode(toISO2(lang), languages);
        return language === undefined ? [] : [{ language, confidence: Math.round(accuracy * 1000) / 10 }];
      });
      return found.length > 0 ? found : [{ language: only ?? "en", confidence: 0 }];
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return () => {
      throw new RequestError(501, "This server cannot detect languages: the package tinyld is not installed there.", {
        nextStep: "Name the source language.",
      });
    };
  }
}
