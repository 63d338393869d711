/** Parameters and answers of documents in LibreTranslate's interface. */
import { z } from "@hono/zod-openapi";

const key = z.string().nullish().openapi({ description: "API key, where the server needs one" });

export const fileFields = z.object({
  file: z.string().openapi({ format: "binary", description: "Document, of a format in /frontend/settings" }),
  source: z.string().openapi({ description: "Its language, or auto", example: "en" }),
  target: z.string().openapi({ description: "Language to translate into", example: "de" }),
  api_key: key,
  apiKey: key,
});

export const fileAnswer = z.object({ translatedFileUrl: z.string() });
export const refusal = z.object({ error: z.string() });
