/** Parameters and answers of the routes for people at work on a translation. */
import { z } from "@hono/zod-openapi";
import { adapterField } from "../http/adapter-field.ts";
import type { DetailedTranslation, OtherWords, PairOffer } from "./answers.ts";

const key = z.string().nullish().openapi({ description: "API key, where the server needs one" });
const flag = z.boolean({ error: "neither true nor false" });
const count = z.number({ error: "no number" }).int("no whole number").min(0, "below 0");

/** Terms of a request itself; more are for a glossary. */
const MOST_TERMS = 1000;
const tooManyTerms = `more than ${MOST_TERMS}`;

export const pairFields = z.object({
  source: z.string({ error: "no text" }).openapi({ description: "Language of texts", example: "en" }),
  target: z.string({ error: "no text" }).openapi({ description: "Language to translate into", example: "de" }),
  api_key: key,
});

export const translateFields = z.object({
  text: z.string({ error: "no text" }),
  source: z.string().openapi({ description: "Its language, or auto", example: "en" }),
  target: z.string().openapi({ description: "Language to translate into", example: "de" }),
  adapter: adapterField,
  glossaries: z.array(z.string()).default([]).openapi({
    description:
      "Ids of the key's glossaries; where several have a term the first counts. They need the source's language",
  }),
  terms: z
    .array(z.object({ source: z.string(), target: z.string() }))
    .max(MOST_TERMS, tooManyTerms)
    .default([])
    .openapi({ description: "Terms and their translations, which count before those of glossaries" }),
  keep: z
    .array(z.string())
    .max(MOST_TERMS, tooManyTerms)
    .default([])
    .openapi({ description: "Terms that stay as they are" }),
  alternatives: count.max(10, "above 10").default(0).openapi({ description: "Further translations of each segment" }),
  detail: flag.default(true).openapi({ description: "Words, attention and experts of each segment" }),
  chosen: z
    .array(
      z.object({
        segment: z.string().openapi({ description: "A segment of the text" }),
        prefix: z.string().openapi({ description: "Its translation begins so, with a whole word" }),
        complete: flag.optional().openapi({ description: "Nothing is to follow" }),
      }),
    )
    .max(1000, "more than 1000")
    .default([])
    .openapi({ description: "What a person has chosen; the rest is decoded anew" }),
  api_key: key,
});

export const wordsFields = z.object({
  text: z.string({ error: "no text" }).openapi({ description: "One segment of a text" }),
  source: z.string().openapi({ description: "Its language", example: "en" }),
  target: z.string().openapi({ description: "Language to translate into", example: "de" }),
  adapter: adapterField,
  before: z.string().default("").openapi({ description: "What stands before the place; it ends with a whole word" }),
  count: count.min(1, "below 1").max(20, "above 20").default(8),
  api_key: key,
});

const span = z.object({ start: z.number(), end: z.number() });
const detail = z.object({
  sourceWords: z.array(span),
  targetWords: z.array(
    span.extend({
      logProbability: z.number().openapi({ description: "Given the source and what stands before; natural logarithm" }),
    }),
  ),
  attention: z.array(z.array(z.number())).openapi({ description: "[words of the translation][words of the text]" }),
  layers: z.array(
    z.object({
      layer: z.string().openapi({ example: "encoder.moe2" }),
      side: z.enum(["source", "target"]),
      experts: z.number().openapi({ description: "How many it has" }),
      words: z
        .array(z.array(z.object({ expert: z.number(), gate: z.number() })))
        .openapi({ description: "[words of the side] those that took it, largest weight first" }),
    }),
  ),
});

export const pairAnswer: z.ZodType<PairOffer> = z.object({
  pivotLanguage: z.string().optional().openapi({
    description: "The language between, where no model translates the pair itself; nothing can be chosen then",
  }),
  adapters: z.array(z.string()).openapi({ description: "Names of the model's adapters" }),
  glossaries: z
    .array(
      z.object({ id: z.string(), name: z.string(), terms: z.number().openapi({ description: "How many it has" }) }),
    )
    .openapi({ description: "Those of the key that have terms of the pair" }),
});

export const translateAnswer: z.ZodType<DetailedTranslation> = z.object({
  translation: z.string(),
  source: z.string(),
  target: z.string(),
  detectedLanguage: z.object({ language: z.string(), confidence: z.number() }).optional(),
  pivotLanguage: z.string().optional().openapi({
    description: "The language between, where no model translates the pair itself; there are no details then",
  }),
  segments: z.array(
    z.object({ source: span, target: span, alternatives: z.array(z.string()), detail: detail.nullable() }),
  ),
});

export const wordsAnswer: z.ZodType<OtherWords> = z.object({
  words: z.array(
    z.object({
      word: z.string(),
      prefix: z.string().openapi({ description: "What stands before and the word" }),
      probability: z.number(),
      translation: z.string().openapi({ description: "The segment's translation with it" }),
    }),
  ),
});

export const refusal = z.object({ error: z.string() });
