/** Parameters and answers of glossaries in DeepL's interface, versions 2 and 3. */
import { z } from "@hono/zod-openapi";
import { entriesFormats } from "../../glossary/read-glossary.ts";

const entries = z.string().openapi({ description: "A term and its translation a line", example: "dog\tHund" });
const format = z
  .enum(entriesFormats)
  .default("tsv")
  .openapi({ description: "tsv: a tab between them; csv: a comma, and quotes where needed" });
const name = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 1024, "at most 1024 bytes");
const source = z.string().openapi({ example: "en" });
const target = z.string().openapi({ example: "de" });

export const createFields = z.object({
  name,
  source_lang: source,
  target_lang: target,
  entries,
  entries_format: format,
});
export const dictionaryFields = z.object({
  source_lang: source,
  target_lang: target,
  entries,
  entries_format: format,
});
export const createMultilingualFields = z.object({
  name,
  dictionaries: z.array(dictionaryFields).min(1).openapi({
    description: "One a pair of languages; in a form dictionaries[0].source_lang and so on",
  }),
});
export const changeFields = z.object({
  name: name.optional(),
  dictionaries: z.array(dictionaryFields).optional(),
});
export const pairFields = z.object({ source_lang: source, target_lang: target });

export const glossaryAnswer = z.object({
  glossary_id: z.string(),
  name: z.string(),
  ready: z.boolean(),
  source_lang: z.string(),
  target_lang: z.string(),
  creation_time: z.string(),
  entry_count: z.number(),
});
export const glossaryListAnswer = z.object({ glossaries: z.array(glossaryAnswer) });
export const dictionaryAnswer = z.object({
  source_lang: z.string(),
  target_lang: z.string(),
  entry_count: z.number(),
});
export const multilingualAnswer = z.object({
  glossary_id: z.string(),
  name: z.string(),
  dictionaries: z.array(dictionaryAnswer),
  creation_time: z.string(),
});
export const multilingualListAnswer = z.object({ glossaries: z.array(multilingualAnswer) });
export const entriesAnswer = z.object({
  dictionaries: z.array(
    z.object({
      source_lang: z.string(),
      target_lang: z.string(),
      entries: z.string(),
      entries_format: z.literal("tsv"),
    }),
  ),
});
export const pairsAnswer = z.object({
  supported_languages: z.array(z.object({ source_lang: z.string(), target_lang: z.string() })),
});
