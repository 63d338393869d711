/** Parameters and answers of documents in DeepL's interface, version 2. */
import { z } from "@hono/zod-openapi";

export const uploadFields = z.object({
  file: z
    .string()
    .openapi({ format: "binary", description: "Document, with a file name whose ending says its format" }),
  target_lang: z.string().openapi({ description: "Language to translate into", example: "DE" }),
  source_lang: z.string().nullish().openapi({ description: "Its language; detected without", example: "EN" }),
  filename: z.string().nullish().openapi({ description: "Stands for the file's own name" }),
  output_format: z.string().nullish().openapi({ description: "The ending of the translation; that of the document" }),
  formality: z.enum(["default", "more", "less", "prefer_more", "prefer_less"]).nullish(),
  glossary_id: z.string().nullish().openapi({ description: "A glossary of this key for the pair; needs source_lang" }),
  glossary_ids: z.string().nullish().openapi({ description: "Several, up to five, with commas between them" }),
  auth_key: z.string().nullish(),
});

export const handleFields = z.object({
  document_key: z.string().openapi({ description: "The key that uploading it gave" }),
  auth_key: z.string().nullish(),
});

export const uploadAnswer = z.object({ document_id: z.string(), document_key: z.string() });
export const statusAnswer = z.object({
  document_id: z.string(),
  status: z.enum(["queued", "translating", "done", "error"]),
  seconds_remaining: z.number().optional(),
  billed_characters: z.number().optional(),
  error_message: z.string().optional(),
});
