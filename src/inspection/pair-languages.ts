/** The languages of a request, and what of them a model is told. */
import type { ModelLanguages } from "../text/languages.ts";

/** Codes such as `de`. */
export interface PairLanguages {
  source: string;
  target: string;
}

/** Those that the model has names of: one that has none isn't told of any. */
export function namedLanguages(
  { sources, targets }: ModelLanguages,
  { source, target }: PairLanguages,
): { sourceLanguage?: string; targetLanguage?: string } {
  return {
    ...(sources.includes(source) && { sourceLanguage: source }),
    ...(targets.includes(target) && { targetLanguage: target }),
  };
}
