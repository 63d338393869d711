/** Parameters and answers of DeepL's interface, version 2. */
import { z } from "@hono/zod-openapi";
import { adapterField } from "../http/adapter-field.ts";

const flag = z
  .union([z.boolean(), z.enum(["0", "1", "true", "false"])])
  .transform((value) => `${value}` === "1" || `${value}` === "true");
const names = z.union([z.string(), z.array(z.string())]);

export const translateFields = z.object({
  text: z
    .union([z.string().transform((text) => [text]), z.array(z.string())])
    .default([])
    .openapi({ description: "Texts; in a form the parameter is repeated" }),
  target_lang: z.string().openapi({ description: "Language to translate into", example: "DE" }),
  source_lang: z.string().nullish().openapi({ description: "Language of the texts; detected without", example: "EN" }),
  tag_handling: z.enum(["xml", "html"]).nullish(),
  ignore_tags: names.nullish().openapi({ description: "Tags whose content stays as it is" }),
  splitting_tags: names.nullish().openapi({ description: "Tags that end a sentence" }),
  non_splitting_tags: names.nullish().openapi({ description: "Tags that never end a sentence" }),
  outline_detection: flag.nullish().openapi({ description: "0: in XML no other tags than splitting_tags end one" }),
  split_sentences: z
    .union([z.enum(["0", "1", "nonewlines"]), z.boolean()])
    .nullish()
    .openapi({ description: "0: no, 1: at line breaks too, nonewlines: not at line breaks; 1 but for HTML" }),
  formality: z.enum(["default", "more", "less", "prefer_more", "prefer_less"]).nullish(),
  glossary_id: z.string().nullish().openapi({ description: "A glossary of this key for the pair; needs source_lang" }),
  glossary_ids: names
    .nullish()
    .openapi({ description: "Several, up to five: of a term in more than one the first counts" }),
  adapter: adapterField,
  show_billed_characters: flag.nullish(),
  context: z.string().nullish(),
  auth_key: z.string().nullish(),
});

export const languagesFields = z.object({ type: z.enum(["source", "target"]).default("source") });

export const translateAnswer = z.object({
  translations: z.array(
    z.object({
      detected_source_language: z.string(),
      text: z.string(),
      billed_characters: z.number().optional(),
      pivot_language: z.string().optional(),
    }),
  ),
});
export const languagesAnswer = z.array(
  z.object({ language: z.string(), name: z.string(), supports_formality: z.boolean().optional() }),
);
export const usageAnswer = z.object({ character_count: z.number(), character_limit: z.number() });
export const refusal = z.object({ message: z.string(), detail: z.string().optional() });
