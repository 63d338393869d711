/** A glossary that a client has made, and how it stands in a file. */
import { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { Glossary } from "../../glossary/glossary.ts";
import type { GlossaryEntry } from "../../glossary/glossary-entry.ts";

/** Terms of one pair of languages; codes are those of the catalog when it was made. */
export interface Dictionary {
  source: string;
  target: string;
  entries: readonly GlossaryEntry[];
}

export interface StoredGlossary {
  id: string;
  name: string;
  created: Date;
  dictionaries: readonly Dictionary[];
}

const fileSchema = z.object({
  glossary_id: z.string(),
  name: z.string(),
  creation_time: z.iso.datetime(),
  dictionaries: z.array(
    z.object({
      source_lang: z.string(),
      target_lang: z.string(),
      entries: z.array(z.tuple([z.string().min(1), z.string().min(1)])),
    }),
  ),
});

export function glossaryJson({ id, name, created, dictionaries }: StoredGlossary): string {
  const file: z.input<typeof fileSchema> = {
    glossary_id: id,
    name,
    creation_time: created.toISOString(),
    dictionaries: dictionaries.map(({ source, target, entries }) => ({
      source_lang: source,
      target_lang: target,
      entries: entries.map((entry) => [entry.source, entry.targets[0]!]),
    })),
  };
  return `${JSON.stringify(file)}\n`;
}

/** Throws DataError, naming the file, where it holds something else. */
export function parseGlossaryJson(text: string, path: string): StoredGlossary {
  let found: z.output<typeof fileSchema>;
  try {
    found = fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataError("the glossary's file is damaged", {
      where: path,
      nextStep: "Put back a whole one, or remove it: the glossary is lost then.",
      cause,
    });
  }
  return {
    id: found.glossary_id,
    name: found.name,
    created: new Date(found.creation_time),
    dictionaries: found.dictionaries.map(({ source_lang, target_lang, entries }) => ({
      source: source_lang,
      target: target_lang,
      entries: entries.map(([source, target]) => ({ source, targets: [target] })),
    })),
  };
}

const compiled = new WeakMap<Dictionary, Glossary>();

/** The dictionary ready to be looked up; made once. */
export function glossaryOf(dictionary: Dictionary): Glossary {
  const glossary = compiled.get(dictionary) ?? new Glossary(dictionary.entries);
  compiled.set(dictionary, glossary);
  return glossary;
}
