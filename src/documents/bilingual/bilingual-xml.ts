/** What XLIFF and TMX share: a source element, and a translation beside it that is there or is to be. */
import type { LostTags, Segment, TranslationMark } from "../segments/document.ts";
import type { Edit, Part } from "../segments/edits.ts";
import type { InlineRole } from "../segments/inline-elements.ts";
import { type InlineItem, InlineText } from "../segments/inline-tags.ts";
import { encodeReferences } from "../segments/references.ts";
import type { SourceText } from "../segments/source-text.ts";
import type { Place } from "../segments/text-document.ts";
import type { XmlElement, XmlNode } from "../xml-tree.ts";

export interface BilingualUnit {
  source: XmlElement;
  /** Element with the translation; undefined where it is missing. */
  target: XmlElement | undefined;
  state: Segment["state"];
  id?: string;
  /** How a translation's state is written. */
  marked(mark: TranslationMark | undefined): StateMarks;
  /** Where a missing target goes, and what stands around its text; `before` gets the attributes of the mark. */
  insertion: { at: number; before(attributes: string): string; after: string };
  roleOf: (element: XmlElement) => InlineRole;
}

/** A translation's state. */
export interface StateMarks {
  /** Edits besides that of the text. */
  edits: readonly Edit[];
  /** Of an element that is missing, each with a space before it. */
  attributes: string;
}

/** Undefined where there is nothing to translate. */
export function bilingualPlace(source: SourceText, unit: BilingualUnit): Place | undefined {
  const inline = new InlineText(itemsOf(source, unit.source.children, unit.roleOf));
  if (inline.text.replace(/<\/?\d+\/?>/g, "").trim() === "") return undefined;
  const { target } = unit;
  const targetItems = itemsOf(source, target?.children ?? [], unit.roleOf);
  const current = new InlineText(targetItems, numbersLike(source, inline)).text;
  const segment: Segment = {
    text: inline.text,
    current,
    state: current === "" ? "new" : unit.state,
    line: source.lineAt(unit.source.from),
    tags: inline.marks,
    ...(unit.id !== undefined && { id: unit.id }),
  };
  return {
    segment,
    edits: (translation: string, lostTags: LostTags, mark?: TranslationMark) => {
      const { edits, attributes } = unit.marked(mark);
      // An empty one is none, so it has no tags to lose.
      if (translation === "") return [writtenTarget(source, unit, attributes, [])];
      const parts = inline.restore(
        translation,
        (text) => encode(source, text),
        lostTags,
        source.where(unit.source.from),
      );
      return parts && [writtenTarget(source, unit, attributes, parts), ...edits];
    },
  };
}

function itemsOf(
  source: SourceText,
  nodes: readonly XmlNode[],
  roleOf: (element: XmlElement) => InlineRole,
): InlineItem[] {
  return nodes.flatMap((node): InlineItem[] => {
    if (node.kind === "text") return [node];
    if (node.kind === "aside") return [];
    const { name, from, to, innerFrom, innerTo } = node;
    const { kind, key } = roleOf(node);
    if (kind === "open" || kind === "close") return [{ kind, name: key!, from, to }];
    if (kind === "single" || innerFrom === to) return [{ kind: "empty", from, to }];
    return [
      { kind: "open", name, from, to: innerFrom },
      ...itemsOf(source, node.children, roleOf),
      { kind: "close", name, from: innerTo, to },
    ];
  });
}

/** Tags of a translation have the numbers of the source's tags that are written alike. */
function numbersLike(source: SourceText, inline: InlineText): (item: InlineItem) => number | undefined {
  const free = new Map<string, number[]>();
  let next = 0;
  for (const [{ from, to }, number] of inline.numbers) {
    const tag = source.text.slice(from, to);
    free.set(tag, [...(free.get(tag) ?? []), number]);
    next = Math.max(next, number);
  }
  return ({ from, to }) => free.get(source.text.slice(from, to))?.shift() ?? ++next;
}

function encode(source: SourceText, text: string): string {
  const encoded = encodeReferences(text);
  return source.lineBreak === "\r\n" ? encoded.replace(/\r?\n/g, "\r\n") : encoded;
}

function writtenTarget(
  source: SourceText,
  { target, insertion }: BilingualUnit,
  attributes: string,
  parts: Part[],
): Edit {
  if (target === undefined) {
    const { at, before, after } = insertion;
    return { from: at, to: at, parts: [before(attributes), ...parts, after] };
  }
  const { name, to, innerFrom, innerTo } = target;
  if (innerFrom < to) return { from: innerFrom, to: innerTo, parts };
  const slash = source.text.lastIndexOf("/", to);
  return { from: slash, to, parts: [">", ...parts, `</${name}>`] };
}
