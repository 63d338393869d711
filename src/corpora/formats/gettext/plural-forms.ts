/** Messages of gettext catalogues as pairs: plurals by form, empty forms left out one by one. */
import type { ImportItem } from "../importer.ts";
import { type Sides, sidedPair } from "../sides.ts";

/** What a catalogue's header says (gettext manual, "Filling in the Header Entry"). */
export interface CatalogueHeader {
  language: string | undefined;
  /** Forms of a plural; undefined where it isn't said. */
  plurals: number | undefined;
}

export function readHeader(header: string): CatalogueHeader {
  const language = /^Language:[ \t]*([\w@.-]+)/im.exec(header)?.[1];
  const plurals = /\bnplurals\s*=\s*(\d+)/i.exec(header)?.[1];
  return { language, plurals: plurals === undefined ? undefined : Number(plurals) };
}

/**
 * The singular with the first form, the plural with the last one. In a language of one form that is the plural's; in another language a lone form
 * is the singular's.
 */
export function messagePairs(
  [singular, plural]: readonly [singular: string, plural: string | undefined],
  forms: readonly string[],
  { plurals }: CatalogueHeader,
  sides: Sides,
  line: number,
): ImportItem[] {
  const [first = ""] = forms;
  if (plural === undefined) return [sidedPair(sides, singular, first, line)];
  if (forms.length === 1) return [sidedPair(sides, (plurals ?? 1) > 1 ? singular : plural, first, line)];
  return [sidedPair(sides, singular, first, line), sidedPair(sides, plural, forms.at(-1)!, line)];
}
