/** The rules of cleaning that are off unless they are asked for and look at nothing but the two texts. */
import { similarity } from "../../base/texts/edit-similarity.ts";
import { comparable } from "./comparable.ts";
import { differingPart, type KeptPart } from "./rules/kept-parts.ts";
import { compareNumbers } from "./rules/numbers.ts";
import { compilePattern, type PatternRule } from "./rules/patterns.ts";
import { repeatedCharacters, repeatedWords } from "./rules/repetition.ts";
import { countWords } from "./rules/words.ts";

/** Plain data; what is absent is not looked at. */
export interface TextRules {
  /** Least (shared + 1) / (differing + 1) of the sides' different numbers; infinite: none may differ. */
  numberRatio?: number;
  /** Parts that the sides must have alike. */
  keptParts?: readonly KeptPart[];
  patterns?: readonly PatternRule[];
  /** A character so many times in a row is too many. */
  repeatedCharacters?: number;
  /** Words so many times in a row are too many. */
  repeatedWords?: number;
  /** Similarity of the sides (edit-similarity.ts) from which on one is a copy of the other. */
  copySimilarity?: number;
  /** Of each side, between white space. */
  minWords?: number;
  maxWords?: number;
  /** Code points. */
  maxWordLength?: number;
  /** More over fewer words. */
  maxWordRatio?: number;
}

/** What these rules say; `clean.ts` has all reasons. */
export const TEXT_REASONS = [
  "words",
  "numbers differ",
  "urls differ",
  "emails differ",
  "tags differ",
  "placeholders differ",
  "pattern",
  "repetition",
  "untranslated",
] as const;
export type TextReason = (typeof TEXT_REASONS)[number];

export type TextCheck = (source: string, target: string) => TextReason | "kept";

/** The rules as one function, the cheap ones first. A text of one side is checked as both. Throws SyntaxError for a pattern that is none. */
export function compileRules(rules: TextRules): TextCheck {
  const patterns = (rules.patterns ?? []).map(compilePattern);
  const checks: TextCheck[] = [];
  if (countsWords(rules)) checks.push((source, target) => (fitsWords(source, target, rules) ? "kept" : "words"));
  if (patterns.length > 0) {
    checks.push((source, target) => (patterns.every((passes) => passes(source, target)) ? "kept" : "pattern"));
  }
  const { repeatedCharacters: characters, repeatedWords: words } = rules;
  if (characters !== undefined || words !== undefined) {
    const repeats = (text: string) =>
      (characters !== undefined && repeatedCharacters(text) >= characters) ||
      (words !== undefined && repeatedWords(text) >= words);
    checks.push((source, target) => (repeats(source) || repeats(target) ? "repetition" : "kept"));
  }
  const { numberRatio, keptParts, copySimilarity } = rules;
  if (numberRatio !== undefined) {
    checks.push((source, target) => (numbersAgree(source, target, numberRatio) ? "kept" : "numbers differ"));
  }
  if (keptParts !== undefined && keptParts.length > 0) {
    checks.push((source, target) => {
      const part = differingPart(source, target, keptParts);
      return part === undefined ? "kept" : `${part} differ`;
    });
  }
  if (copySimilarity !== undefined) {
    checks.push((source, target) => (isCopy(source, target, copySimilarity) ? "untranslated" : "kept"));
  }
  return (source, target) => {
    for (const check of checks) {
      const verdict = check(source, target);
      if (verdict !== "kept") return verdict;
    }
    return "kept";
  };
}

function countsWords({ minWords, maxWords, maxWordLength, maxWordRatio }: TextRules): boolean {
  return [minWords, maxWords, maxWordLength, maxWordRatio].some((limit) => limit !== undefined);
}

function fitsWords(source: string, target: string, rules: TextRules): boolean {
  const { minWords = 0, maxWords = Infinity, maxWordLength = Infinity, maxWordRatio = Infinity } = rules;
  const sides = [countWords(source), countWords(target)] as const;
  const [a, b] = [sides[0].words, sides[1].words];
  return (
    sides.every(({ words, longest }) => words >= minWords && words <= maxWords && longest <= maxWordLength) &&
    Math.max(a, b) / Math.min(a, b) <= maxWordRatio
  );
}

function numbersAgree(source: string, target: string, ratio: number): boolean {
  const { shared, differing } = compareNumbers(source, target);
  return differing === 0 || (shared + 1) / (differing + 1) >= ratio;
}

/** Texts without letters are the same in all languages. */
function isCopy(source: string, target: string, least: number): boolean {
  if (!/\p{L}/u.test(source)) return false;
  const [a, b] = [comparable(source), comparable(target)];
  if (a === b) return true;
  // Texts of different lengths are at most so similar.
  if (Math.min(a.length, b.length) < least * Math.max(a.length, b.length)) return false;
  return similarity(a, b) >= least;
}
