/** The server's own interface, for people at work on a translation: /nmt/translate, /nmt/words and /nmt/pair. The page uses it. */
import { goneSignal, type ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { knownCode } from "../languages/language-codes.ts";
import type { OtherWords } from "./answers.ts";
import type { InteractiveService } from "./interactive-service.ts";
import { pairOffer } from "./pair-offer.ts";
import { requestedTerms } from "./requested-terms.ts";
import {
  pairAnswer,
  pairFields,
  refusal,
  translateAnswer,
  translateFields,
  wordsAnswer,
  wordsFields,
} from "./schemas.ts";

export function addInteractiveRoutes(app: ServedApp, parts: RouteParts, service: InteractiveService): void {
  addRoute(app, {
    methods: ["post"],
    path: "/nmt/translate",
    summary:
      "Translate a text with the places of its segments and words, and what the model saw; go on from what a person chose",
    fields: translateFields,
    answer: translateAnswer,
    refusal,
    handle: (c) => translate(c, parts, service),
  });
  addRoute(app, {
    methods: ["post"],
    path: "/nmt/words",
    summary: "List words that could stand at a place of a segment's translation",
    fields: wordsFields,
    answer: wordsAnswer,
    refusal,
    handle: (c) => words(c, parts, service),
  });
  addRoute(app, {
    methods: ["post"],
    path: "/nmt/pair",
    summary: "List what texts of a pair of languages may be translated with: adapters, glossaries of the key",
    fields: pairFields,
    answer: pairAnswer,
    refusal,
    handle: (c) => offer(c, parts),
  });
}

async function translate(c: ServerContext, parts: RouteParts, service: InteractiveService): Promise<Response> {
  const { catalog, gate, metrics } = parts;
  const {
    api_key,
    text,
    glossaries,
    terms: given,
    keep,
    ...fields
  } = checkFields(translateFields, await readFields(c));
  const client = gate.pass(c, api_key ?? undefined, [text], 400);
  const isAuto = fields.source.toLowerCase() === "auto";
  const source = isAuto ? undefined : knownCode(fields.source, catalog.languages, "source");
  const target = knownCode(fields.target, catalog.languages, "target");
  const terms = await requestedTerms(
    { glossaries, terms: given, keep },
    { source, target },
    api_key ?? undefined,
    parts,
  );
  const answer = await service.translate({ ...fields, client, text, source, target, terms, signal: goneSignal(c) });
  metrics.characters.add({ source: answer.source, target }, text.length);
  return c.json(answer);
}

async function words(c: ServerContext, { catalog, gate }: RouteParts, service: InteractiveService): Promise<Response> {
  const { api_key, ...fields } = checkFields(wordsFields, await readFields(c));
  const client = gate.pass(c, api_key ?? undefined, [fields.text, fields.before], 400);
  const source = knownCode(fields.source, catalog.languages, "source");
  const target = knownCode(fields.target, catalog.languages, "target");
  const found = await service.otherWords({ ...fields, client, source, target, signal: goneSignal(c) });
  return c.json({ words: found } satisfies OtherWords);
}

async function offer(c: ServerContext, parts: RouteParts): Promise<Response> {
  const { api_key, ...fields } = checkFields(pairFields, await readFields(c));
  const key = api_key ?? undefined;
  parts.gate.pass(c, key, [], 400);
  const { languages } = parts.catalog;
  const source = knownCode(fields.source, languages, "source");
  const target = knownCode(fields.target, languages, "target");
  return c.json(await pairOffer({ source, target }, key, parts));
}
