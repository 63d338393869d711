/** Tags of HTML and XML among placeables: which opens, which closes, and whether they nest. */
import type { Placeable } from "../placeables/find-placeables.ts";

const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));

/** A tag's name and what it does; undefined for what stands alone, as `<br>`, `<x/>` and comments do. */
function pairedTag({ kind, text }: Placeable): { name: string; opens: boolean } | undefined {
  if (kind !== "tag" || text.endsWith("/>")) return undefined;
  const name = /^<\/?([A-Za-z\d][^\s/>]*)/.exec(text)?.[1];
  if (name === undefined || VOID.has(name.toLowerCase())) return undefined;
  return { name, opens: text[1] !== "/" };
}

/** For each tag that has its partner here, the partner's index. */
export function tagPartners(items: readonly (Placeable | string)[]): Map<number, number> {
  const partners = new Map<number, number>();
  const open: { name: string; index: number }[] = [];
  items.forEach((item, index) => {
    const tag = typeof item === "string" ? undefined : pairedTag(item);
    if (tag === undefined) return;
    if (tag.opens) open.push({ name: tag.name, index });
    else if (open.at(-1)?.name === tag.name) {
      const partner = open.pop()!.index;
      partners.set(partner, index).set(index, partner);
    }
  });
  return partners;
}
