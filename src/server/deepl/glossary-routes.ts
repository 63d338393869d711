/** Glossaries in DeepL's interface, version 2: each for one pair of languages. */
import { ownerOf } from "../glossaries/glossary-store.ts";
import type { StoredGlossary } from "../glossaries/stored-glossary.ts";
import type { ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { RequestError } from "../request-error.ts";
import { describeDictionary, dictionaryOf, entriesText } from "./dictionaries.ts";
import { createFields, glossaryAnswer, glossaryListAnswer, pairsAnswer } from "./glossary-schemas.ts";
import { keyOf } from "./request.ts";
import { refusal } from "./schemas.ts";

export function addGlossaryRoutes(app: ServedApp, parts: RouteParts): void {
  const { catalog, glossaries } = parts;
  addRoute(app, {
    methods: ["get"],
    path: "/v2/glossary-language-pairs",
    summary: "Pairs that glossaries can be made for",
    answer: pairsAnswer,
    refusal,
    handle: (c) => {
      ownerIn(c, parts);
      return c.json({
        supported_languages: catalog.pairs.map(({ source, target }) => ({ source_lang: source, target_lang: target })),
      });
    },
  });
  addRoute(app, {
    methods: ["post"],
    path: "/v2/glossaries",
    summary: "Make a glossary",
    fields: createFields,
    answer: glossaryAnswer,
    status: 201,
    refusal,
    handle: async (c) => {
      const owner = ownerIn(c, parts);
      const fields = checkFields(createFields, await readFields(c));
      const dictionary = dictionaryOf(fields, catalog);
      return c.json(described(await glossaries.create(owner, fields.name, [dictionary])), 201);
    },
  });
  addRoute(app, {
    methods: ["get"],
    path: "/v2/glossaries",
    summary: "List the glossaries of a key that are for one pair",
    answer: glossaryListAnswer,
    refusal,
    handle: async (c) => {
      const all = await glossaries.list(ownerIn(c, parts));
      return c.json({ glossaries: all.filter(({ dictionaries }) => dictionaries.length === 1).map(described) });
    },
  });
  addRoute(app, {
    methods: ["get"],
    path: "/v2/glossaries/:id",
    summary: "Describe a glossary",
    answer: glossaryAnswer,
    refusal,
    handle: async (c) => c.json(described(await glossaryIn(c, parts))),
  });
  addRoute(app, {
    methods: ["get"],
    path: "/v2/glossaries/:id/entries",
    summary: "List the entries of a glossary",
    answer: "tsv",
    refusal,
    handle: async (c) => {
      const [dictionary] = onePair(await glossaryIn(c, parts)).dictionaries;
      return c.text(entriesText(dictionary!), 200, { "Content-Type": "text/tab-separated-values; charset=utf-8" });
    },
  });
  addRoute(app, {
    methods: ["delete"],
    path: "/v2/glossaries/:id",
    summary: "Delete a glossary",
    answer: "none",
    status: 204,
    refusal,
    handle: (c) => deleteGlossary(c, parts),
  });
}

/** Whose glossaries a request is about. Throws RequestError as `Gate.pass` does. */
export function ownerIn(c: ServerContext, { gate }: RouteParts): string {
  const key = keyOf(c);
  gate.pass(c, key, [], 403);
  return ownerOf(key);
}

/** Throws RequestError 404 where the key has no glossary of the path's id. */
export async function glossaryIn(c: ServerContext, parts: RouteParts): Promise<StoredGlossary> {
  const id = c.req.param("id") ?? "";
  return (await parts.glossaries.get(ownerIn(c, parts), id)) ?? Promise.reject(noGlossary(id));
}

export async function deleteGlossary(c: ServerContext, parts: RouteParts): Promise<Response> {
  const id = c.req.param("id") ?? "";
  if (!(await parts.glossaries.remove(ownerIn(c, parts), id))) throw noGlossary(id);
  return c.body(null, 204);
}

export function noGlossary(id: string): RequestError {
  return new RequestError(404, `There is no glossary ${id}.`, {
    nextStep: "GET /v3/glossaries lists those of the key.",
  });
}

function described(glossary: StoredGlossary) {
  const { id, name, created, dictionaries } = onePair(glossary);
  return {
    glossary_id: id,
    name,
    ready: true,
    ...describeDictionary(dictionaries[0]!),
    creation_time: created.toISOString(),
  };
}

function onePair(glossary: StoredGlossary): StoredGlossary {
  if (glossary.dictionaries.length === 1) return glossary;
  throw new RequestError(400, `The glossary has dictionaries for ${glossary.dictionaries.length} pairs of languages.`, {
    nextStep: "Use /v3/glossaries for it.",
  });
}
