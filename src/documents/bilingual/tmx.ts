/** TMX 1.4 (LISA): segments of one language into those of another. */
import { DataError } from "../../base/errors.ts";
import { languageLikeness } from "../../base/languages/language-tags.ts";
import type { Document, ReadOptions, TranslationMark } from "../segments/document.ts";
import { inlineRole } from "../segments/inline-elements.ts";
import { SourceText } from "../segments/source-text.ts";
import { type Place, TextDocument } from "../segments/text-document.ts";
import {
  attribute,
  attributeEdit,
  attributesOf,
  childrenOf,
  indentBefore,
  readXml,
  type XmlElement,
} from "../xml-tree.ts";
import { bilingualPlace, type StateMarks } from "./bilingual-xml.ts";

interface Variant {
  language: string;
  element: XmlElement;
  segment: XmlElement;
}

/**
 * Languages are compared without regard to case, and without their region where the whole has no equal. A unit without the target language
 * gets it after the source. Throws DataError where no target language is given and the file has none.
 */
export function readTmx(bytes: Uint8Array, name: string, options: ReadOptions = {}): Document {
  const source = new SourceText(bytes, name);
  const root = readXml(source);
  if (root.name !== "tmx") throw source.damaged(root.from, `its root is <${root.name}>, not <tmx>`);
  const header = childrenOf(root, "header")[0];
  const headerLanguage = header && attributesOf(source, header).get("srclang")?.value;
  const units = childrenOf(root, "body").flatMap((body) => childrenOf(body, "tu"));
  const variants = units.map((unit) => variantsOf(source, unit));
  const first = headerLanguage === "*all*" ? undefined : headerLanguage;
  const from = options.sourceLanguage ?? first ?? variants[0]?.[0]?.language ?? "";
  const others = variants.flat().filter(({ language }) => !isLike(language, from));
  const into = options.targetLanguage ?? others[0]?.language;
  if (into === undefined && units.length > 0) {
    throw new DataError(`The file has segments in "${from}" only, so nothing says what to translate into.`, {
      where: name,
      nextStep: "Give the target language.",
    });
  }
  const places = variants.flatMap((each, i): Place[] => {
    const sourceVariant = variantIn(each, from);
    if (sourceVariant === undefined) return [];
    const target = variantIn(
      each.filter((other) => other !== sourceVariant),
      into!,
    );
    const { element, segment } = sourceVariant;
    const id = attributesOf(source, units[i]!).get("tuid")?.value;
    const place = bilingualPlace(source, {
      source: segment,
      target: target?.segment,
      state: "translated",
      ...(id !== undefined && { id }),
      marked: (mark) => marksOf(source, target, mark),
      insertion: {
        at: element.to,
        before: (attributes) =>
          `${indentBefore(source, element)}<tuv xml:lang="${attribute(into!)}"${attributes}><seg>`,
        after: "</seg></tuv>",
      },
      roleOf: (inline) => inlineRole(inline.name, (name) => attributesOf(source, inline).get(name)?.value),
    });
    return place === undefined ? [] : [place];
  });
  return new TextDocument(source, places);
}

/** Who a translation is by, as tools around Okapi know it: `MT!` is a machine. A format of memories has no states. */
const MACHINE = "MT!";
const SIMILAR = "FUZZY!";

function marksOf(source: SourceText, target: Variant | undefined, mark: TranslationMark | undefined): StateMarks {
  const by = mark === "machine" ? MACHINE : mark === "fuzzy-match" ? SIMILAR : undefined;
  if (by === undefined) return { edits: [], attributes: "" };
  const edits = target === undefined ? [] : [attributeEdit(source, target.element, "changeid", by)];
  return { edits, attributes: ` creationid="${by}"` };
}

function variantsOf(source: SourceText, unit: XmlElement): Variant[] {
  return childrenOf(unit, "tuv").flatMap((element) => {
    const attributes = attributesOf(source, element);
    const language = (attributes.get("xml:lang") ?? attributes.get("lang"))?.value ?? "";
    const segment = childrenOf(element, "seg")[0];
    return segment === undefined ? [] : [{ language, element, segment }];
  });
}

function variantIn(variants: readonly Variant[], language: string): Variant | undefined {
  const same = variants.find((each) => languageLikeness(each.language, language) === 2);
  return same ?? variants.find((each) => isLike(each.language, language));
}

function isLike(one: string, other: string): boolean {
  return languageLikeness(one, other) > 0;
}
