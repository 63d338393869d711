/** LibreTranslate's interface: /translate, /detect, /languages, /frontend/settings, /health. */

import { documentEndings } from "../../documents/document-formats.ts";
import { goneSignal, type ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { knownCode, languageName } from "../languages/language-codes.ts";
import { RequestError } from "../request-error.ts";
import type { TranslatedText } from "../translation-service.ts";
import {
  detectAnswer,
  detectFields,
  healthAnswer,
  languagesAnswer,
  refusal,
  settingsAnswer,
  translateAnswer,
  translateFields,
} from "./schemas.ts";

/** `isStopping`: whether no new requests are taken; `suggestions`: whether /suggest keeps any. */
export function addLibreTranslateRoutes(
  app: ServedApp,
  parts: RouteParts,
  isStopping: () => boolean,
  suggestions: boolean,
): void {
  addRoute(app, {
    methods: ["get", "post"],
    path: "/translate",
    summary: "Translate a text or several",
    fields: translateFields,
    answer: translateAnswer,
    refusal,
    handle: (c) => translate(c, parts),
  });
  addRoute(app, {
    methods: ["get", "post"],
    path: "/detect",
    summary: "Tell the language of a text",
    fields: detectFields,
    answer: detectAnswer,
    refusal,
    handle: (c) => detect(c, parts),
  });
  // Some clients ask before every translation.
  let known = { models: parts.catalog.models, body: JSON.stringify(languages(parts)) };
  addRoute(app, {
    methods: ["get"],
    path: "/languages",
    summary: "List source languages and their targets",
    answer: languagesAnswer,
    refusal,
    handle: (c) => {
      const { models } = parts.catalog;
      if (models !== known.models) known = { models, body: JSON.stringify(languages(parts)) };
      return c.body(known.body, 200, { "Content-Type": "application/json" });
    },
  });
  addRoute(app, {
    methods: ["get"],
    path: "/frontend/settings",
    summary: "What the server offers and bounds",
    answer: settingsAnswer,
    refusal,
    handle: (c) => c.json(settings(parts, suggestions)),
  });
  addRoute(app, {
    methods: ["get"],
    path: "/health",
    summary: "Whether the server takes requests",
    answer: healthAnswer,
    refusal,
    handle: (c) => (isStopping() ? c.json({ status: "stopping" }, 503) : c.json({ status: "ok" })),
  });
}

async function translate(c: ServerContext, { catalog, service, gate, metrics }: RouteParts): Promise<Response> {
  const fields = checkFields(translateFields, await readFields(c));
  const texts = [fields.q].flat();
  const client = gate.pass(c, fields.api_key ?? fields.apiKey ?? undefined, texts, 400);
  const most = gate.limits.alternatives;
  if (most > 0 && fields.alternatives > most) {
    throw new RequestError(400, `Invalid request: ${fields.alternatives} alternatives exceed the limit (${most}).`);
  }
  const isAuto = fields.source.toLowerCase() === "auto";
  const source = isAuto ? undefined : knownCode(fields.source, catalog.languages, "source");
  const target = knownCode(fields.target, catalog.languages, "target");
  const isHtml = fields.format === "html";
  const translated = await service.translate({
    client,
    texts,
    source,
    target,
    format: { kind: fields.format },
    adapter: fields.adapter,
    alternatives: isHtml ? 0 : fields.alternatives,
    signal: goneSignal(c),
  });
  translated.forEach((each, i) => {
    metrics.characters.add({ source: each.source, target }, texts[i]!.length);
  });
  return c.json(answer(translated, Array.isArray(fields.q), isAuto, fields.alternatives > 0));
}

/** Every field is a list where the request's `q` is one. */
function answer(translated: readonly TranslatedText[], isList: boolean, isAuto: boolean, withAlternatives: boolean) {
  const each = <T>(of: (text: TranslatedText) => T): T | T[] => (isList ? translated.map(of) : of(translated[0]!));
  return {
    ...(withAlternatives && { alternatives: each(({ alternatives }) => alternatives) }),
    ...(isAuto && { detectedLanguage: each(({ detected }) => detected) }),
    ...(translated.some(({ pivot }) => pivot !== undefined) && { pivotLanguage: each(({ pivot }) => pivot ?? null) }),
    translatedText: each(({ text }) => text),
  };
}

async function detect(c: ServerContext, { service, gate }: RouteParts): Promise<Response> {
  const fields = checkFields(detectFields, await readFields(c));
  const texts = [fields.q].flat();
  gate.pass(c, fields.api_key ?? fields.apiKey ?? undefined, texts, 400);
  return c.json(service.detect(texts.join("\n")).map(({ confidence, language }) => ({ confidence, language })));
}

function languages({ catalog }: RouteParts) {
  return catalog.sources.map((code) => ({ code, name: languageName(code), targets: catalog.targetsOf(code) }));
}

function settings({ catalog, documents, gate, timeLimit }: RouteParts, suggestions: boolean) {
  const [code] = catalog.sources;
  const target = catalog.targetsOf(code!).find((each) => each !== code) ?? code!;
  return {
    apiKeys: gate.keyRequired,
    charLimit: gate.limits.characters > 0 ? gate.limits.characters : -1,
    filesTranslation: documents.limits.bytes > 0,
    frontendTimeout: Math.min(500, timeLimit),
    keyRequired: gate.keyRequired,
    language: {
      source: { code: "auto", name: "Auto Detect" },
      target: { code: target, name: languageName(target) },
    },
    suggestions,
    supportedFilesFormat: documents.limits.bytes > 0 ? documentEndings : [],
  };
}
