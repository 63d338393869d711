/**
 * TMX 1.4 and before (LISA): the variants (<tuv>) of each unit whose languages are asked for, by `xml:lang`, else `lang`. What codes hold is no text
 * but for their <sub>, which is text of its own.
 */
import { languageLikeness } from "../../../base/languages/language-tags.ts";
import { rootElement } from "../../../data/files/text-format.ts";
import { type Importer, type ImportItem, type ImportOptions, skip } from "../importer.ts";
import { childOf, readElements, type XmlElement } from "./elements.ts";
import { inlinePairs } from "./inline-text.ts";

export const tmx: Importer = {
  name: "tmx",
  title: "a TMX translation memory",
  files: 1,
  needsLanguages: true,
  matches: ({ text, name }) => {
    const root = rootElement(text.trimStart())?.name;
    return root === "tmx" || (root === undefined && name.endsWith(".tmx"));
  },
  pairs: (file, options) =>
    readElements<ImportItem>(file, ["tmx"], ["tu"], (unit, items) => addPairs(items, unit, options)),
};

/** The first source with the first target, the second with the second; where one language has fewer variants, its last one with the rest. */
function addPairs(items: ImportItem[], unit: XmlElement, options: ImportOptions): void {
  const { line } = unit;
  if (unit.isMalformed) {
    items.push(skip("malformed", line));
    return;
  }
  const variants = unit.children.filter((child) => typeof child !== "string" && child.name === "tuv") as XmlElement[];
  const sources = variantsOf(variants, options.sourceLanguage!);
  const targets = variantsOf(variants, options.targetLanguage!);
  if (sources.length === 0 || targets.length === 0) items.push(skip("not in both languages", line));
  else {
    for (let i = 0; i < Math.max(sources.length, targets.length); i++) {
      const source = sources[Math.min(i, sources.length - 1)]!;
      const target = targets[Math.min(i, targets.length - 1)]!;
      for (const item of inlinePairs(source, target, options, line)) items.push(item);
    }
  }
}

/** Segments of the variants in a language: of exactly the one asked for where there are such, else of any region. */
function variantsOf(variants: readonly XmlElement[], language: string): XmlElement[] {
  const found: XmlElement[] = [];
  let best = 1;
  for (const variant of variants) {
    const { attributes } = variant;
    const likeness = languageLikeness(attributes["xml:lang"] ?? attributes["lang"] ?? "", language);
    const segment = likeness < best ? undefined : childOf(variant, "seg");
    if (segment === undefined) continue;
    if (likeness > best) found.length = 0;
    best = likeness;
    found.push(segment);
  }
  return found;
}
