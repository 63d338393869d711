/** Whether two texts have the same parts that a translation keeps as they are: addresses, tags, placeholders. */
import { findPlaceables, type Placeable } from "../../../segments/placeables/find-placeables.ts";

/** What is compared. */
export const keptParts = ["urls", "emails", "tags", "placeholders"] as const;
export type KeptPart = (typeof keptParts)[number];

/** Texts without any of these have no such part. */
const MAY_HAVE = /[@<{%]|:\/\/|www\./;

/** The first kind of part that differs, in whatever order the parts stand. */
export function differingPart(source: string, target: string, kinds: readonly KeptPart[]): KeptPart | undefined {
  if (!MAY_HAVE.test(source) && !MAY_HAVE.test(target)) return undefined;
  const [a, b] = [source, target].map((text) => findPlaceables(text));
  return kinds.find((kind) => listOf(a!, kind) !== listOf(b!, kind));
}

function listOf(placeables: readonly Placeable[], kind: KeptPart): string {
  return placeables
    .flatMap((each) => formOf(each, kind) ?? [])
    .sort()
    .join("\n");
}

/** What has to be on the other side; undefined where it is of another kind. */
function formOf({ kind, text }: Placeable, wanted: KeptPart): string | undefined {
  switch (kind) {
    case "url":
      return wanted === "urls" ? text : undefined;
    case "email":
      return wanted === "emails" ? text.replace(/^mailto:/, "").toLowerCase() : undefined;
    case "tag":
      // Attributes such as a title may be translated.
      return wanted === "tags" ? /^<[!?/]?[^\s/>]*/.exec(text)![0].toLowerCase() : undefined;
    case "brace":
      return wanted === "placeholders" ? text : undefined;
    case "icu-message":
      return wanted === "placeholders" ? `${text.split(",")[0]!.trim()}}` : undefined;
    case "printf":
      // `%1$s` may say in another order what `%s` said.
      return wanted === "placeholders" ? text.replace(/^%\d+\$/, "%") : undefined;
    default:
      return undefined;
  }
}
