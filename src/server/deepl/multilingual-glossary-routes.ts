/** Glossaries in DeepL's interface, version 3: with dictionaries for several pairs of languages, which can be changed. */
import type { Dictionary, StoredGlossary } from "../glossaries/stored-glossary.ts";
import type { ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import {
  describeDictionary,
  dictionariesOf,
  dictionaryIn,
  dictionaryOf,
  entriesText,
  isOfPair,
} from "./dictionaries.ts";
import { deleteGlossary, glossaryIn, noGlossary, ownerIn } from "./glossary-routes.ts";
import {
  changeFields,
  createMultilingualFields,
  dictionaryAnswer,
  dictionaryFields,
  entriesAnswer,
  multilingualAnswer,
  multilingualListAnswer,
  pairFields,
} from "./glossary-schemas.ts";
import { refusal } from "./schemas.ts";

export function addMultilingualGlossaryRoutes(app: ServedApp, parts: RouteParts): void {
  const { catalog, glossaries } = parts;
  addRoute(app, {
    methods: ["post"],
    path: "/v3/glossaries",
    summary: "Make a glossary of several pairs",
    fields: createMultilingualFields,
    answer: multilingualAnswer,
    status: 201,
    refusal,
    handle: async (c) => {
      const owner = ownerIn(c, parts);
      const { name, dictionaries } = checkFields(createMultilingualFields, await nestedFields(c));
      return c.json(described(await glossaries.create(owner, name, dictionariesOf(dictionaries, catalog))), 201);
    },
  });
  addRoute(app, {
    methods: ["get"],
    path: "/v3/glossaries",
    summary: "List the glossaries of a key",
    answer: multilingualListAnswer,
    refusal,
    handle: async (c) => c.json({ glossaries: (await glossaries.list(ownerIn(c, parts))).map(described) }),
  });
  addRoute(app, {
    methods: ["get"],
    path: "/v3/glossaries/:id",
    summary: "Describe a glossary with its pairs",
    answer: multilingualAnswer,
    refusal,
    handle: async (c) => c.json(described(await glossaryIn(c, parts))),
  });
  addRoute(app, {
    methods: ["patch"],
    path: "/v3/glossaries/:id",
    summary: "Rename a glossary, add entries to its dictionaries",
    fields: changeFields,
    answer: multilingualAnswer,
    refusal,
    handle: async (c) => {
      const owner = ownerIn(c, parts);
      const { name, dictionaries = [] } = checkFields(changeFields, await nestedFields(c));
      const added = dictionariesOf(dictionaries, catalog);
      return c.json(described(await changed(c, parts, owner, (before) => withEntries(before, added, name))));
    },
  });
  addRoute(app, {
    methods: ["delete"],
    path: "/v3/glossaries/:id",
    summary: "Delete a glossary with all its pairs",
    answer: "none",
    status: 204,
    refusal,
    handle: (c) => deleteGlossary(c, parts),
  });
  addRoute(app, {
    methods: ["get"],
    path: "/v3/glossaries/:id/entries",
    summary: "List the entries for a pair",
    fields: pairFields,
    answer: entriesAnswer,
    refusal,
    handle: async (c) => {
      const glossary = await glossaryIn(c, parts);
      const fields = checkFields(pairFields, await readFields(c));
      const found = dictionaryIn(glossary, fields);
      const { source, target } = found;
      return c.json({
        dictionaries: [
          { source_lang: source, target_lang: target, entries: entriesText(found), entries_format: "tsv" as const },
        ],
      });
    },
  });
  addRoute(app, {
    methods: ["put"],
    path: "/v3/glossaries/:id/dictionaries",
    summary: "Replace the entries for a pair",
    fields: dictionaryFields,
    answer: dictionaryAnswer,
    refusal,
    handle: async (c) => {
      const owner = ownerIn(c, parts);
      const dictionary = dictionaryOf(checkFields(dictionaryFields, await readFields(c)), catalog);
      await changed(c, parts, owner, (before) => ({
        ...before,
        dictionaries: [...before.dictionaries.filter((each) => !isOfPair(each, dictionary)), dictionary],
      }));
      return c.json(describeDictionary(dictionary));
    },
  });
  addRoute(app, {
    methods: ["delete"],
    path: "/v3/glossaries/:id/dictionaries",
    summary: "Delete the entries for a pair",
    fields: pairFields,
    answer: "none",
    status: 204,
    refusal,
    handle: async (c) => {
      const owner = ownerIn(c, parts);
      const fields = checkFields(pairFields, await readFields(c));
      await changed(c, parts, owner, (before) => {
        const found = dictionaryIn(before, fields);
        return { ...before, dictionaries: before.dictionaries.filter((each) => each !== found) };
      });
      return c.body(null, 204);
    },
  });
}

/** Throws RequestError 404 where the key has no glossary of the path's id. */
async function changed(
  c: ServerContext,
  { glossaries }: RouteParts,
  owner: string,
  change: (before: StoredGlossary) => StoredGlossary,
): Promise<StoredGlossary> {
  const id = c.req.param("id") ?? "";
  return (await glossaries.update(owner, id, change)) ?? Promise.reject(noGlossary(id));
}

/** The glossary with further entries; a term that it has gets the new translation. */
function withEntries(before: StoredGlossary, added: readonly Dictionary[], name = before.name): StoredGlossary {
  const merged = before.dictionaries.map((dictionary) => {
    const more = added.find((each) => isOfPair(dictionary, each));
    if (more === undefined) return dictionary;
    const entries = new Map([...dictionary.entries, ...more.entries].map((entry) => [entry.source, entry]));
    return { ...dictionary, entries: [...entries.values()] };
  });
  const others = added.filter((each) => !before.dictionaries.some((dictionary) => isOfPair(dictionary, each)));
  return { ...before, name, dictionaries: [...merged, ...others] };
}

/** The parameters, with those that a form calls `dictionaries[0].source_lang` as a list of objects. */
async function nestedFields(c: ServerContext): Promise<Record<string, unknown>> {
  const nested: Record<string, string | unknown>[] = [];
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(await readFields(c))) {
    const [, index, inner] = /^dictionaries\[(\d{1,3})\]\.(\w+)$/.exec(name) ?? [];
    if (index === undefined) fields[name] = value;
    else nested[Number(index)] = { ...nested[Number(index)], [inner!]: value };
  }
  return nested.length === 0 ? fields : { ...fields, dictionaries: Object.values(nested) };
}

function described({ id, name, created, dictionaries }: StoredGlossary) {
  return {
    glossary_id: id,
    name,
    dictionaries: dictionaries.map(describeDictionary),
    creation_time: created.toISOString(),
  };
}
