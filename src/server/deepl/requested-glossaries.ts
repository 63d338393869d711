/** The glossaries that a request for a translation names. */
import type { Glossary } from "../../glossary/glossary.ts";
import { ownerOf } from "../glossaries/glossary-store.ts";
import { glossaryOf } from "../glossaries/stored-glossary.ts";
import type { RouteParts } from "../http/served-app.ts";
import { RequestError } from "../request-error.ts";
import { isOfPair } from "./dictionaries.ts";
import { noGlossary } from "./glossary-routes.ts";

/** Glossaries of one request, as with DeepL. */
const MOST_GLOSSARIES = 5;

export interface GlossaryFields {
  glossary_id?: string | null | undefined;
  glossary_ids?: string | readonly string[] | null | undefined;
}

/**
 * In the order in which they count. Throws RequestError: 404 for one that the key does not have, 400 where the source language is not named, where one has
 * nothing for the pair, and where no model translates the pair.
 */
export async function requestedGlossaries(
  { glossary_id: id, glossary_ids: list }: GlossaryFields,
  { source, target }: { source: string | undefined; target: string },
  key: string | undefined,
  { catalog, glossaries }: RouteParts,
): Promise<Glossary[]> {
  const ids = idsOf(id, list);
  if (ids.length === 0) return [];
  if (source === undefined) {
    throw new RequestError(400, "Use of a glossary requires the source_lang parameter.", {
      nextStep: "Send it: the languages of the text and of the glossary have to be the same.",
    });
  }
  const found: Glossary[] = [];
  for (const each of ids) {
    const glossary = await glossaries.get(ownerOf(key), each);
    if (glossary === undefined) throw noGlossary(each);
    const dictionary = glossary.dictionaries.find((one) => isOfPair(one, { source, target }));
    if (dictionary === undefined) {
      const pairs = glossary.dictionaries.map((one) => `${one.source} to ${one.target}`).join(", ");
      throw new RequestError(400, `The glossary ${each} is for other languages than ${source} to ${target}.`, {
        nextStep: `It is for: ${pairs || "none"}.`,
      });
    }
    found.push(glossaryOf(dictionary));
  }
  if ((catalog.route(source, target)?.length ?? 0) > 1) {
    throw new RequestError(400, `No model translates ${source} into ${target} without a third language.`, {
      nextStep: "Leave the glossary out.",
    });
  }
  return found;
}

function idsOf(id: GlossaryFields["glossary_id"], list: GlossaryFields["glossary_ids"]): string[] {
  const several = (typeof list === "string" ? list.split(",") : (list ?? []))
    .map((each) => each.trim())
    .filter(Boolean);
  if (id && several.length > 0) {
    throw new RequestError(400, "Both glossary_id and glossary_ids are there.", { nextStep: "Send one of them." });
  }
  if (several.length > MOST_GLOSSARIES) {
    throw new RequestError(400, `There are ${several.length} glossaries, more than ${MOST_GLOSSARIES}.`, {
      nextStep: "Name fewer.",
    });
  }
  return id ? [id] : several;
}
