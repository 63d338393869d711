/** LibreTranslate's /suggest: what a translation should have been, kept for training. */
import { z } from "@hono/zod-openapi";
import type { ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { exactCode } from "../languages/language-codes.ts";
import { RequestError } from "../request-error.ts";
import type { SuggestionCorpus } from "./suggestion-corpus.ts";

const key = z.string().nullish().openapi({ description: "API key, where the server needs one" });

const suggestFields = z.object({
  q: z.string().openapi({ description: "Text" }),
  s: z.string().openapi({ description: "What it should be in the target language" }),
  source: z.string().openapi({ example: "en" }),
  target: z.string().openapi({ example: "de" }),
  api_key: key,
  apiKey: key,
});

/** `corpus`: undefined where no suggestions are kept. */
export function addSuggestRoute(app: ServedApp, parts: RouteParts, corpus: SuggestionCorpus | undefined): void {
  addRoute(app, {
    methods: ["post"],
    path: "/suggest",
    summary: "Suggest a better translation, which is kept for training",
    fields: suggestFields,
    answer: z.object({ success: z.boolean() }),
    refusal: z.object({ error: z.string() }),
    handle: (c) => suggest(c, parts, corpus),
  });
}

async function suggest(c: ServerContext, { catalog, gate }: RouteParts, corpus: SuggestionCorpus | undefined) {
  if (corpus === undefined) throw new RequestError(403, "Suggestions are disabled on this server.");
  const fields = checkFields(suggestFields, await readFields(c));
  const { q: text, s: translation } = fields;
  gate.pass(c, fields.api_key ?? fields.apiKey ?? undefined, [text, translation], 400);
  const codes = [...catalog.sources, ...catalog.targets];
  const [source, target] = [fields.source, fields.target].map((code) => {
    const found = exactCode(code, codes);
    if (found !== undefined) return found;
    throw new RequestError(400, `${code} is not supported.`, {
      nextStep: "GET /languages lists the languages that are.",
    });
  }) as [string, string];
  if (source === target) throw new RequestError(400, "Source and target are the same language.");
  await corpus.add({ source, target, text, translation });
  return c.json({ success: true });
}
