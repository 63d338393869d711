/** Recipes of OpusCleaner (`*.filters.json`): the steps that have an equal among the rules of cleaning, and the names of the others. */
import { DataError } from "../../base/errors.ts";
import type { CleaningOptions } from "./clean.ts";
import type { PatternRule } from "./rules/patterns.ts";
import { compilePattern } from "./rules/patterns.ts";

/** What a recipe asks for. */
export interface CleaningRecipe {
  /** Rules, each as strict as the strictest step of its kind. */
  rules: Partial<CleaningOptions>;
  /** Steps that became rules, and what became of them where that is not quite the same. */
  taken: string[];
  /** Steps without an equal, by name and place, and why. */
  leftOut: string[];
}

type Parameters = Readonly<Record<string, unknown>>;
/** Rules of one step, with a word on what differs; or why there are none. */
type Reading = { rules: Partial<CleaningOptions>; note?: string } | { why: string };

const HTML_TAG = "</?[A-Za-z][^<>]*>";
/** No line has more. */
const MOST_LETTERS = 1 << 20;
/** Ratios of whole numbers of words are further apart. */
const BELOW = 1e-9;

/** By the names of the steps; those of OpusFilter begin with `opus.`. */
const readers: Readonly<Record<string, (parameters: Parameters, name: string) => Reading>> = {
  remove_empty_lines: () => ({ rules: {} }),
  max_length: (p, name) => words({ min: number(p, "MINLENGTH", 1, name), max: number(p, "MAXLENGTH", 150, name) }),
  max_word_length: (p, name) => ({ rules: { texts: { maxWordLength: number(p, "MAXWORDLENGTH", 150, name) } } }),
  src_trg_ratio: (p, name) => {
    if (isTrue(p["LOG"])) return { why: "logarithms of lengths are not compared" };
    const ratio = number(p, "RATIO", 0.6, name);
    return ratio > 0 ? { rules: { texts: { maxWordRatio: 1 / ratio } } } : { rules: {} };
  },
  num_mismatch: (p, name) => ({ rules: { texts: { numberRatio: number(p, "RATIO", 1, name) } } }),
  url_mismatch: () => ({ rules: { texts: { keptParts: ["urls"] } }, note: "in any order, with http:// or www." }),
  fasttext_filter: () => ({ rules: { languageId: true }, note: "by another identifier" }),
  "opus.LengthFilter": (p, name) => {
    const limits = { min: number(p, "min_length", 1, name), max: number(p, "max_length", 100, name) };
    if ((p["unit"] ?? "word") === "word") return words(limits);
    const atLeast: PatternRule = { side: "both", must_match: `^.{${Math.min(Math.ceil(limits.min), MOST_LETTERS)},}` };
    return { rules: { maxCharacters: limits.max, texts: { patterns: [atLeast] } } };
  },
  "opus.LengthRatioFilter": (p, name) => {
    if ((p["unit"] ?? "word") !== "word") return { why: "characters are compared by columns (max_length_ratio)" };
    return { rules: { texts: { maxWordRatio: number(p, "threshold", 3, name) - BELOW } } };
  },
  "opus.LongWordFilter": (p, name) => ({ rules: { texts: { maxWordLength: number(p, "threshold", 40, name) - 1 } } }),
  "opus.HtmlTagFilter": () => ({ rules: { texts: { patterns: [{ side: "either", must_not_match: HTML_TAG }] } } }),
  "opus.RegExpFilter": regularExpressions,
};

/**
 * Reads a recipe; `name` stands in errors. Throws DataError where it is none, or a step's parameter is no number.
 *
 * @example
 * const recipe = readRecipe('{"version": 1, "files": [], "filters": [{"filter": "max_length", "parameters": {"MAXLENGTH": 80}}]}', "a.filters.json");
 * recipe.rules.texts; // { minWords: 1, maxWords: 80 }
 */
export function readRecipe(text: string, name: string): CleaningRecipe {
  const recipe: CleaningRecipe = { rules: {}, taken: [], leftOut: [] };
  for (const [i, step] of stepsOf(text, name).entries()) {
    const read = Object.hasOwn(readers, step.filter) ? readers[step.filter] : undefined;
    const reading: Reading = read?.(step.parameters, `${name}, step ${i + 1}`) ?? { why: "no equal here" };
    if ("why" in reading) {
      recipe.leftOut.push(`${step.filter} (step ${i + 1}${step.language}: ${reading.why})`);
      continue;
    }
    recipe.rules = stricter(recipe.rules, reading.rules);
    recipe.taken.push(reading.note === undefined ? step.filter : `${step.filter} (${reading.note})`);
  }
  return recipe;
}

/** Both rules at once: a pair passes that passes either one's. */
export function stricter(a: Partial<CleaningOptions>, b: Partial<CleaningOptions>): Partial<CleaningOptions> {
  const [x, y] = [a.texts ?? {}, b.texts ?? {}];
  const parts = [...new Set([...(x.keptParts ?? []), ...(y.keptParts ?? [])])];
  const patterns = [...(x.patterns ?? []), ...(y.patterns ?? [])];
  const texts = defined({
    numberRatio: most(x.numberRatio, y.numberRatio),
    repeatedCharacters: least(x.repeatedCharacters, y.repeatedCharacters),
    repeatedWords: least(x.repeatedWords, y.repeatedWords),
    copySimilarity: least(x.copySimilarity, y.copySimilarity),
    minWords: most(x.minWords, y.minWords),
    maxWords: least(x.maxWords, y.maxWords),
    maxWordLength: least(x.maxWordLength, y.maxWordLength),
    maxWordRatio: least(x.maxWordRatio, y.maxWordRatio),
    ...(parts.length > 0 && { keptParts: parts }),
    ...(patterns.length > 0 && { patterns }),
  });
  return defined({
    ...a,
    ...b,
    maxCharacters: least(a.maxCharacters, b.maxCharacters),
    minScriptShare: most(a.minScriptShare, b.minScriptShare),
    languageId: a.languageId === true || b.languageId === true ? true : undefined,
    texts: Object.keys(texts).length === 0 ? undefined : texts,
  });
}

interface Step {
  filter: string;
  parameters: Parameters;
  /** For people: the language of a step on one side. */
  language: string;
}

function stepsOf(text: string, name: string): Step[] {
  const content = parsed(text, name);
  if (!isObject(content) || !Array.isArray(content["filters"])) throw noRecipe(name, "it has no list of filters");
  const { version = 1, filters } = content;
  if (version !== 1) throw noRecipe(name, `its version is ${JSON.stringify(version)}, not 1`);
  return (filters as unknown[]).map((step, i) => {
    if (!isObject(step) || typeof step["filter"] !== "string") throw noRecipe(name, `step ${i + 1} names no filter`);
    const { filter, parameters = {}, language } = step;
    if (!isObject(parameters)) throw noRecipe(name, `the parameters of step ${i + 1} are no object`);
    return { filter: filter as string, parameters, language: typeof language === "string" ? `, ${language}` : "" };
  });
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw noRecipe(name, (error as Error).message);
  }
}

function noRecipe(name: string, why: string): DataError {
  return new DataError(`The file is no recipe of OpusCleaner: ${why}.`, {
    where: name,
    nextStep: "Give the .filters.json that OpusCleaner saved beside the corpus.",
  });
}

function regularExpressions(parameters: Parameters): Reading {
  const { regexps, accept_match } = parameters;
  if (!Array.isArray(regexps) || regexps.length !== 2 || !regexps.every((each) => typeof each === "string")) {
    return { why: "it has no two regular expressions" };
  }
  const key = isTrue(accept_match) ? "must_match" : "must_not_match";
  const patterns = (["source", "target"] as const).map((side, i): PatternRule => ({ side, [key]: regexps[i] }));
  try {
    for (const pattern of patterns) compilePattern(pattern);
  } catch (error) {
    return { why: (error as Error).message };
  }
  return { rules: { texts: { patterns } } };
}

function words({ min, max }: { min: number; max: number }): Reading {
  return { rules: { texts: { minWords: min, maxWords: max } } };
}

function number(parameters: Parameters, key: string, otherwise: number, where: string): number {
  const given = parameters[key] ?? otherwise;
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new DataError(`The parameter ${key} is ${JSON.stringify(given)}, no number from 0 on.`, {
    where,
    nextStep: "Correct it, or save the recipe again.",
  });
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** Without what is undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
