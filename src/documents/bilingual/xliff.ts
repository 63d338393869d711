/** XLIFF 1.2 and 2.0 (OASIS): `source` into `target`, with the translation's state. */

import type { Document, ReadOptions, SegmentState } from "../segments/document.ts";
import type { Edit } from "../segments/edits.ts";
import { inlineRole } from "../segments/inline-elements.ts";
import { SourceText } from "../segments/source-text.ts";
import { type Place, TextDocument } from "../segments/text-document.ts";
import {
  attribute,
  attributesEnd,
  attributesOf,
  childrenOf,
  indentBefore,
  readXml,
  type XmlElement,
} from "../xml-tree.ts";
import { type BilingualUnit, bilingualPlace } from "./bilingual-xml.ts";

/** States of 1.2 and 2.0 that say that nothing is translated yet. */
const UNTRANSLATED = /^(?:new|initial|needs-(?:translation|adaptation|l10n))$/;
const TO_REVIEW = "needs-review-translation";

/**
 * A unit with `translate="no"`, its own or of what is around it, is left alone. A translation that is written gets the state
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
    const stateEdits: Edit[] =
      given !== undefined && UNTRANSLATED.test(given.value)
        ? [{ from: given.from, to: given.to, parts: [TO_REVIEW] }]
        : [];
    this.add(
      { source, target, state: given && UNTRANSLATED.test(given.value) ? "new" : state, stateEdits },
      unit,
      segmented ?? source,
      ` state="${TO_REVIEW}"`,
    );
  }

  /** 2.0 */
  private unit(unit: XmlElement, translate: boolean): void {
    for (const segment of childrenOf(unit, `${this.prefix}segment`)) {
      const [source, target] = ["source", "target"].map((name) => this.child(segment, name));
      if (!translate || source === undefined) continue;
      const given = attributesOf(this.source, segment).get("state");
      const isInitial = given?.value === "initial";
      const stateEdits: Edit[] = isInitial ? [{ from: given!.from, to: given!.to, parts: ["translated"] }] : [];
      const state: SegmentState = isInitial ? "new" : "translated";
      this.add({ source, target, state, stateEdits }, unit, source, "");
    }
  }

  private add(
    parts: Pick<BilingualUnit, "source" | "target" | "state" | "stateEdits">,
    unit: XmlElement,
    after: XmlElement,
    attributes: string,
  ): void {
    const tag = `${this.prefix}target`;
    const id = this.attribute(unit, "id");
    const place = bilingualPlace(this.source, {
      ...parts,
      stateEdits: [...parts.stateEdits, ...this.languageEdits],
      ...(id !== undefined && { id }),
      insertion: {
        at: after.to,
        before: `${indentBefore(this.source, after)}<${tag}${attributes}>`,
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
