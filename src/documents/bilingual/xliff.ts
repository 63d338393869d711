/** XLIFF 1.2 and 2.0 (OASIS): `source` into `target`, with the translation's state. */
import type { Document, ReadOptions, SegmentState, TranslationMark } from "../segments/document.ts";
import type { Edit } from "../segments/edits.ts";
import { inlineRole } from "../segments/inline-elements.ts";
import { SourceText } from "../segments/source-text.ts";
import { type Place, TextDocument } from "../segments/text-document.ts";
import {
  attribute,
  attributeEdit,
  attributesEnd,
  attributesOf,
  childrenOf,
  indentBefore,
  readXml,
  type XmlElement,
} from "../xml-tree.ts";
import { type BilingualUnit, bilingualPlace, type StateMarks } from "./bilingual-xml.ts";

/** States of 1.2 and 2.0 that say that nothing is translated yet. */
const UNTRANSLATED = /^(?:new|initial|needs-(?:translation|adaptation|l10n))$/;
const TO_REVIEW = "needs-review-translation";
/** States and their qualifiers in 1.2. */
const MARKS_1: Readonly<Record<TranslationMark, readonly [state: string, qualifier: string | undefined]>> = {
  machine: [TO_REVIEW, "leveraged-mt"],
  "fuzzy-match": [TO_REVIEW, "fuzzy-match"],
  "exact-match": ["translated", "exact-match"],
  none: ["translated", undefined],
};
/** In 2.0 "translated" is what nobody has reviewed yet; who did it is a sub-state of our own. */
const MARKS_2: Readonly<Record<TranslationMark, string | undefined>> = {
  machine: "nmt:machine",
  "fuzzy-match": "nmt:fuzzy-match",
  "exact-match": "nmt:exact-match",
  none: undefined,
};

/**
 * A unit with `translate="no"`, its own or of what is around it, is left alone. A translation that is written without a mark gets the state
 * "needs-review-translation" in 1.2 where it had none or an untranslated one, and "translated" in 2.0 where the segment was "initial". With
 * the first one the file gets its target language where it names none.
 */
export function readXliff(bytes: Uint8Array, name: string, { targetLanguage }: ReadOptions = {}): Document {
  const source = new SourceText(bytes, name);
  const root = readXml(source);
  const prefix = /^(?:.*:)?/.exec(root.name)![0];
  const version = attributesOf(source, root).get("version")?.value ?? "";
  if (root.name !== `${prefix}xliff` || !/^[12]\./.test(version)) {
    throw source.damaged(root.from, `its root is <${root.name}> of version "${version}", not XLIFF 1 or 2`);
  }
  const units = new Units(source, prefix, targetLanguage);
  units.walk(root, true);
  return new TextDocument(source, units.places);
}

class Units {
  readonly places: Place[] = [];
  private readonly source: SourceText;
  private readonly prefix: string;
  private readonly targetLanguage: string | undefined;
  /** Names the target language, of the file or files that units are in. */
  private languageEdits: Edit[] = [];

  constructor(source: SourceText, prefix: string, targetLanguage: string | undefined) {
    this.source = source;
    this.prefix = prefix;
    this.targetLanguage = targetLanguage;
  }

  walk(element: XmlElement, translate: boolean): void {
    this.nameLanguage(element);
    for (const child of childrenOf(element)) {
      const said = this.attribute(child, "translate");
      const translated = said === undefined ? translate : said !== "no";
      if (child.name === `${this.prefix}trans-unit`) this.transUnit(child, translated);
      else if (child.name === `${this.prefix}unit`) this.unit(child, translated);
      else if (/^(?:file|body|group)$/.test(this.local(child))) this.walk(child, translated);
    }
  }

  private nameLanguage(element: XmlElement): void {
    const name = { xliff: "trgLang", file: "target-language" }[this.local(element)];
    const is2 = this.attribute(element, "srcLang") !== undefined;
    const is1 = this.attribute(element, "source-language") !== undefined;
    if (name === undefined || (name === "trgLang" ? !is2 : !is1)) return;
    const isNamed = this.targetLanguage === undefined || this.attribute(element, name) !== undefined;
    const at = attributesEnd(this.source, element);
    this.languageEdits = isNamed
      ? []
      : [{ from: at, to: at, parts: [` ${name}="${attribute(this.targetLanguage!)}"`] }];
  }

  /** 1.2 */
  private transUnit(unit: XmlElement, translate: boolean): void {
    const [source, segmented, target] = ["source", "seg-source", "target"].map((name) => this.child(unit, name));
    if (!translate || source === undefined) return;
    const given = target && attributesOf(this.source, target).get("state");
    const approved = this.attribute(unit, "approved") === "yes";
    const state =
      approved || given === undefined || /^(?:final|signed-off|translated)$/.test(given.value) ? "translated" : "fuzzy";
    const isNew = given !== undefined && UNTRANSLATED.test(given.value);
    const marked = (mark: TranslationMark | undefined) => this.marks1(unit, target, isNew, approved, mark);
    this.add({ source, target, state: isNew ? "new" : state, marked }, unit, segmented ?? source);
  }

  private marks1(
    unit: XmlElement,
    target: XmlElement | undefined,
    isNew: boolean,
    approved: boolean,
    mark: TranslationMark | undefined,
  ): StateMarks {
    const [state, qualifier] = mark === undefined ? [TO_REVIEW, undefined] : MARKS_1[mark];
    const qualified = qualifier === undefined ? "" : ` state-qualifier="${qualifier}"`;
    const attributes = ` state="${state}"${qualified}`;
    const edits: Edit[] = [];
    if (target !== undefined && (mark !== undefined || isNew)) {
      edits.push(attributeEdit(this.source, target, "state", state));
      const had = this.attribute(target, "state-qualifier") !== undefined;
      // A qualifier that was of another translation goes with it.
      if (qualifier !== undefined || (mark !== undefined && had)) {
        edits.push(attributeEdit(this.source, target, "state-qualifier", qualifier ?? "leveraged-mt"));
      }
    }
    if (approved && state === TO_REVIEW && mark !== undefined) {
      edits.push(attributeEdit(this.source, unit, "approved", "no"));
    }
    return { edits, attributes };
  }

  /** 2.0 */
  private unit(unit: XmlElement, translate: boolean): void {
    for (const segment of childrenOf(unit, `${this.prefix}segment`)) {
      const [source, target] = ["source", "target"].map((name) => this.child(segment, name));
      if (!translate || source === undefined) continue;
      const given = attributesOf(this.source, segment).get("state");
      const isInitial = given?.value === "initial";
      const state: SegmentState = isInitial ? "new" : "translated";
      const marked = (mark: TranslationMark | undefined) => this.marks2(segment, isInitial, mark);
      this.add({ source, target, state, marked }, unit, source);
    }
  }

  private marks2(segment: XmlElement, isInitial: boolean, mark: TranslationMark | undefined): StateMarks {
    const subState = mark && MARKS_2[mark];
    const edits: Edit[] = [];
    if (isInitial || subState !== undefined) edits.push(attributeEdit(this.source, segment, "state", "translated"));
    if (subState !== undefined) edits.push(attributeEdit(this.source, segment, "subState", subState));
    return { edits, attributes: "" };
  }

  private add(
    parts: Pick<BilingualUnit, "source" | "target" | "state" | "marked">,
    unit: XmlElement,
    after: XmlElement,
  ): void {
    const tag = `${this.prefix}target`;
    const id = this.attribute(unit, "id");
    const { languageEdits } = this;
    const place = bilingualPlace(this.source, {
      ...parts,
      marked: (mark) => {
        const { edits, attributes } = parts.marked(mark);
        return { edits: [...edits, ...languageEdits], attributes };
      },
      ...(id !== undefined && { id }),
      insertion: {
        at: after.to,
        before: (attributes) => `${indentBefore(this.source, after)}<${tag}${attributes}>`,
        after: `</${tag}>`,
      },
      roleOf: (element) => inlineRole(this.local(element), (name) => this.attribute(element, name)),
    });
    if (place !== undefined) this.places.push(place);
  }

  private local({ name }: XmlElement): string {
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : name;
  }

  private child(element: XmlElement, name: string): XmlElement | undefined {
    return childrenOf(element, `${this.prefix}${name}`)[0];
  }

  private attribute(element: XmlElement, name: string): string | undefined {
    return attributesOf(this.source, element).get(name)?.value;
  }
}
