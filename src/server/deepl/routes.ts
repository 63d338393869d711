/** DeepL's interface: texts, languages and usage; documents and glossaries beside it. */
import { goneSignal, type ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { languageName } from "../languages/language-codes.ts";
import { addDocumentRoutes } from "./document-routes.ts";
import { addGlossaryRoutes } from "./glossary-routes.ts";
import { addMultilingualGlossaryRoutes } from "./multilingual-glossary-routes.ts";
import { keyOf, languagesOf, refuseMissingFeatures } from "./request.ts";
import { requestedGlossaries } from "./requested-glossaries.ts";
import { languagesAnswer, languagesFields, refusal, translateAnswer, translateFields, usageAnswer } from "./schemas.ts";
import { textFormat } from "./text-format.ts";

/** What /v2/usage gives as the limit: there is none, and clients want a number. */
const NO_LIMIT = 1_000_000_000_000;

/** Characters that each client has had translated since the server started. */
type Usage = Map<string, number>;

export function addDeepLRoutes(app: ServedApp, parts: RouteParts): void {
  const usage: Usage = new Map();
  addRoute(app, {
    methods: ["post"],
    path: "/v2/translate",
    summary: "Translate texts",
    fields: translateFields,
    answer: translateAnswer,
    refusal,
    handle: (c) => translate(c, parts, usage),
  });
  addDocumentRoutes(app, parts, (client, characters) => count(usage, client, characters));
  addRoute(app, {
    methods: ["get", "post"],
    path: "/v2/languages",
    summary: "List languages",
    fields: languagesFields,
    answer: languagesAnswer,
    refusal,
    handle: (c) => languages(c, parts),
  });
  addRoute(app, {
    methods: ["get", "post"],
    path: "/v2/usage",
    summary: "Characters translated since the server started",
    answer: usageAnswer,
    refusal,
    handle: (c) => {
      const client = parts.gate.pass(c, keyOf(c), [], 403);
      return c.json({ character_count: usage.get(client) ?? 0, character_limit: NO_LIMIT });
    },
  });
  addGlossaryRoutes(app, parts);
  addMultilingualGlossaryRoutes(app, parts);
}

async function translate(c: ServerContext, parts: RouteParts, usage: Usage): Promise<Response> {
  const { service, gate, metrics } = parts;
  const fields = checkFields(translateFields, await readFields(c, ["text"]));
  const { text: texts } = fields;
  const key = keyOf(c, fields.auth_key);
  const client = gate.pass(c, key, texts, 403);
  refuseMissingFeatures(fields);
  const { source, target } = languagesOf(fields, parts);
  const format = textFormat(fields);
  const glossaries = await requestedGlossaries(fields, { source, target }, key, parts);
  const request = { client, texts, source, target, format, adapter: fields.adapter, glossaries, alternatives: 0 };
  const translated = await service.translate({ ...request, signal: goneSignal(c) });
  const lengths = texts.map((text) => [...text].length);
  count(
    usage,
    client,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  return c.json({
    translations: translated.map(({ text, source: language, pivot }, i) => {
      metrics.characters.add({ source: language, target }, texts[i]!.length);
      return {
        detected_source_language: language.toUpperCase(),
        text,
        ...(fields.show_billed_characters && { billed_characters: lengths[i] }),
        ...(pivot !== undefined && { pivot_language: pivot.toUpperCase() }),
      };
    }),
  });
}

function count(usage: Usage, client: string, characters: number): void {
  usage.set(client, (usage.get(client) ?? 0) + characters);
}

async function languages(c: ServerContext, { catalog, gate }: RouteParts): Promise<Response> {
  const { type } = checkFields(languagesFields, await readFields(c));
  gate.pass(c, keyOf(c), [], 403);
  const codes = type === "target" ? catalog.targets : catalog.sources;
  return c.json(
    codes.map((code) => ({
      language: code.toUpperCase(),
      name: languageName(code),
      ...(type === "target" && { supports_formality: false }),
    })),
  );
}
