/** Parameters and answers of LibreTranslate's interface. */
import { z } from "@hono/zod-openapi";
import { adapterField } from "../http/adapter-field.ts";

const key = z.string().nullish().openapi({ description: "API key, where the server needs one" });
const texts = z.union([z.string(), z.array(z.string()).min(1, "an empty list")], {
  error: "neither a text nor a list of texts",
});
const wholeNumber = z
  .union([z.number(), z.string().regex(/^\d+$/, "no whole number").transform(Number)], {
    error: "no whole number",
  })
  .pipe(z.number().int("no whole number").min(0, "below 0"));

export const translateFields = z.object({
  q: texts.openapi({ description: "Text, or several in JSON" }),
  source: z.string().openapi({ description: "Its language, or auto", example: "en" }),
  target: z.string().openapi({ description: "Language to translate into", example: "de" }),
  format: z.enum(["text", "html"]).default("text"),
  adapter: adapterField,
  alternatives: wholeNumber.default(0).openapi({ description: "Further translations of each text" }),
  api_key: key,
  apiKey: key,
});

export const detectFields = z.object({ q: texts, api_key: key, apiKey: key });

const detection = z.object({ confidence: z.number(), language: z.string() });

export const translateAnswer = z.object({
  translatedText: z.union([z.string(), z.array(z.string())]),
  detectedLanguage: z.union([detection, z.array(detection)]).optional(),
  alternatives: z.union([z.array(z.string()), z.array(z.array(z.string()))]).optional(),
  pivotLanguage: z
    .union([z.string(), z.array(z.string().nullable())])
    .optional()
    .openapi({ description: "The language between, where no model translates the pair itself" }),
});
export const detectAnswer = z.array(detection);
export const languagesAnswer = z.array(z.object({ code: z.string(), name: z.string(), targets: z.array(z.string()) }));
export const healthAnswer = z.object({ status: z.string() });
export const settingsAnswer = z.record(z.string(), z.unknown());
export const refusal = z.object({ error: z.string() });
