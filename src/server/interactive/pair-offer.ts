/** What a text of a pair of languages may be translated with: adapters of the pair's model, glossaries of the key. */
import { isOfPair } from "../deepl/dictionaries.ts";
import { ownerOf } from "../glossaries/glossary-store.ts";
import type { RouteParts } from "../http/served-app.ts";
import type { PairOffer } from "./answers.ts";

/** Nothing where no model translates the pair itself. Throws DataError naming a glossary's file that is damaged. */
export async function pairOffer(
  pair: { source: string; target: string },
  key: string | undefined,
  { catalog, adapters, glossaries }: Pick<RouteParts, "catalog" | "adapters" | "glossaries">,
): Promise<PairOffer> {
  const route = catalog.route(pair.source, pair.target) ?? [];
  const [leg, further] = route;
  if (leg === undefined || further !== undefined) {
    return { ...(further !== undefined && { pivotLanguage: leg!.target }), adapters: [], glossaries: [] };
  }
  const own = await glossaries.list(ownerOf(key));
  return {
    adapters: adapters.namesOf(leg),
    glossaries: own.flatMap(({ id, name, dictionaries }) => {
      const dictionary = dictionaries.find((each) => isOfPair(each, leg));
      return dictionary === undefined ? [] : [{ id, name, terms: dictionary.entries.length }];
    }),
  };
}
