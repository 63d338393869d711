/** Dictionaries of glossaries as requests bring them and answers show them. */
import type { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { parseEntries } from "../../glossary/read-glossary.ts";
import type { Dictionary, StoredGlossary } from "../glossaries/stored-glossary.ts";
import { nearestCode } from "../languages/language-codes.ts";
import type { Catalog } from "../models/catalog.ts";
import { RequestError } from "../request-error.ts";
import type { dictionaryFields } from "./glossary-schemas.ts";

/** Throws RequestError 400 for a pair that no model translates, and for entries that cannot be read. */
export function dictionaryOf(fields: z.output<typeof dictionaryFields>, catalog: Catalog): Dictionary {
  const { source, target } = pairOf(fields, catalog);
  // DeepL's entries may end as any system ends its lines.
  const lines = fields.entries.split(/\r\n|[\n\r]/);
  try {
    const options = { source, target, repeated: "error" } as const;
    return { source, target, entries: parseEntries(lines, fields.entries_format, "entries", options) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new RequestError(400, `Invalid glossary entries provided: ${error.where}: ${error.message}.`, {
      ...(error.nextStep !== undefined && { nextStep: error.nextStep }),
      cause: error,
    });
  }
}

/** The dictionaries, one a pair. Throws as `dictionaryOf`, and RequestError 400 for a pair that comes twice. */
export function dictionariesOf(
  all: readonly z.output<typeof dictionaryFields>[],
  catalog: Catalog,
): readonly Dictionary[] {
  const dictionaries = all.map((fields) => dictionaryOf(fields, catalog));
  const twice = dictionaries.find((each, i) => dictionaries.findIndex((other) => isOfPair(other, each)) < i);
  if (twice === undefined) return dictionaries;
  throw new RequestError(400, `There are two dictionaries for ${twice.source} to ${twice.target}.`, {
    nextStep: "Send one for each pair of languages.",
  });
}

/** Throws RequestError 400 for a pair that no model translates. */
function pairOf({ source_lang, target_lang }: { source_lang: string; target_lang: string }, catalog: Catalog) {
  const source = nearestCode(source_lang, catalog.sources);
  const target = nearestCode(target_lang, catalog.targets);
  const pair = catalog.pairs.find((each) => each.source === source && each.target === target);
  if (pair !== undefined) return pair;
  throw new RequestError(400, `No model translates ${source_lang} into ${target_lang}.`, {
    nextStep: "GET /v2/glossary-language-pairs lists the pairs that glossaries can be made for.",
  });
}

/** Whether a dictionary is for texts of a pair, whatever their regions. */
export function isOfPair(dictionary: Dictionary, { source, target }: { source: string; target: string }): boolean {
  return (
    nearestCode(source, [dictionary.source]) !== undefined && nearestCode(target, [dictionary.target]) !== undefined
  );
}

/** Throws RequestError 404 where the glossary has none for the pair. */
export function dictionaryIn(
  { dictionaries }: StoredGlossary,
  { source_lang, target_lang }: { source_lang: string; target_lang: string },
): Dictionary {
  const found = dictionaries.find((each) => isOfPair(each, { source: source_lang, target: target_lang }));
  if (found !== undefined) return found;
  throw new RequestError(404, `The glossary has no dictionary for ${source_lang} to ${target_lang}.`, {
    nextStep: "GET /v3/glossaries/ID lists those that it has.",
  });
}

/** A term and its translation a line. */
export function entriesText({ entries }: Dictionary): string {
  return entries.map(({ source, targets }) => `${source}\t${targets[0]}`).join("\n");
}

export function describeDictionary({ source, target, entries }: Dictionary) {
  return { source_lang: source, target_lang: target, entry_count: entries.length };
}
