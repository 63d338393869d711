/** Any XML, or a part of one: text of elements that structure it, with those inside of sentences as tags. */
import { inlineOfHtml, inlineOfXliff } from "./html-elements.ts";
import { InlineBlocks } from "./segments/inline-blocks.ts";
import type { MarkupOptions } from "./segments/markup-options.ts";
import { decodeReferences } from "./segments/references.ts";
import type { SourceText } from "./segments/source-text.ts";
import { TextDocument } from "./segments/text-document.ts";
import { attributesOf, readXmlFragment, type XmlElement, type XmlNode } from "./xml-tree.ts";

const INLINE = new Set(`${inlineOfHtml} ${inlineOfXliff} br code img kbd samp var`.split(" "));
const STRUCTURE = new Set(
  "blockquote body caption div dd dl dt h1 h2 h3 h4 h5 h6 head html li ol p pre section table tbody td th thead title tr ul".split(
    " ",
  ),
);

/**
 * An element with `translate="no"` stays as it is. Which elements end a segment is told by their names, where these are HTML's or XLIFF's, and otherwise
 * by their surroundings: one that stands beside text never does; one that stands alone on its line, or touches the next one, does.
 * Throws DataError where the text is not well-formed.
 *
 * @example readXmlText(new SourceText("<p>A <x1>b</x1>.</p>", "text")).segments[0].text // "A <1>b</1>."
 */
export function readXmlText(source: SourceText, options: MarkupOptions = {}): TextDocument {
  const root = readXmlFragment(source);
  const reader = new XmlTextReader(source, options, structureOf(source, root, options));
  reader.read(root.children);
  return new TextDocument(source, reader.blocks.places);
}

class XmlTextReader {
  readonly blocks: InlineBlocks;
  private readonly source: SourceText;
  private readonly ignored: ReadonlySet<string>;
  private readonly endsSegment: (name: string) => boolean;

  constructor(source: SourceText, { ignoreTags }: MarkupOptions, endsSegment: (name: string) => boolean) {
    this.source = source;
    this.blocks = new InlineBlocks(source);
    this.ignored = new Set(ignoreTags);
    this.endsSegment = endsSegment;
  }

  read(nodes: readonly XmlNode[]): void {
    this.readInside(nodes);
    this.blocks.end();
  }

  private readInside(nodes: readonly XmlNode[]): void {
    for (const node of nodes) {
      const { from, to } = node;
      if (node.kind === "text") this.readText(from, to, node.text);
      else if (node.kind === "aside") this.blocks.add({ kind: "empty", from, to });
      else this.readElement(node);
    }
  }

  private readElement(element: XmlElement): void {
    const { name, from, to, innerFrom, innerTo, children } = element;
    const isStructure = this.endsSegment(name);
    if (isStructure) this.blocks.end();
    if (children.length === 0 || this.isKept(element)) {
      if (!isStructure) this.blocks.add({ kind: "empty", from, to, isBreak: name === "br" });
    } else if (isStructure) this.read(children);
    else {
      this.blocks.add({ kind: "open", name, from, to: innerFrom });
      this.readInside(children);
      this.blocks.add({ kind: "close", name, from: innerTo, to });
    }
  }

  private isKept(element: XmlElement): boolean {
    return (
      this.ignored.has(element.name) ||
      attributesOf(this.source, element).get("translate")?.value.trim().toLowerCase() === "no"
    );
  }

  /** References of names that are not known here stand as tags. */
  private readText(from: number, to: number, text: string): void {
    const raw = this.source.text.slice(from, to);
    if (raw.startsWith("<![CDATA[")) {
      this.blocks.add({ kind: "text", from, to, text });
      return;
    }
    let at = from;
    for (const piece of raw.split(/(&[A-Za-z_][\w.-]*;)/)) {
      const decoded = decodeReferences(piece);
      const isUnknown = piece.startsWith("&") && decoded === piece && piece.endsWith(";");
      const item = { from: at, to: at + piece.length };
      if (isUnknown) this.blocks.add({ kind: "empty", ...item });
      else if (piece !== "") this.blocks.add({ kind: "text", ...item, text: decoded.replace(/\r\n?/g, "\n") });
      at += piece.length;
    }
  }
}

/** Which elements end a segment, by name. */
function structureOf(source: SourceText, root: XmlElement, options: MarkupOptions): (name: string) => boolean {
  const { splittingTags = [], nonSplittingTags = [], outlineDetection = true } = options;
  const splitting = new Set(splittingTags);
  const fixed = new Set(nonSplittingTags);
  const found = outlineDetection ? outline(source, root) : undefined;
  return (name) => {
    if (splitting.has(name) || fixed.has(name)) return splitting.has(name);
    if (found === undefined) return false;
    const plain = name.toLowerCase();
    return STRUCTURE.has(plain) || (!INLINE.has(plain) && found.has(name));
  };
}

/** Names of elements that never stand beside text, and somewhere alone on their line or against another element. */
function outline(source: SourceText, root: XmlElement): Set<string> {
  const besideText = new Set<string>();
  const apart = new Set<string>();
  const visit = (parent: XmlElement) => {
    const { children } = parent;
    const hasText = children.some((node) => node.kind === "text" && node.text.trim() !== "");
    children.forEach((node, i) => {
      if (node.kind !== "element") return;
      if (hasText) besideText.add(node.name);
      const before = i > 0 ? source.text.slice(children[i - 1]!.from, node.from) : "";
      const isAgainst = children[i - 1]?.kind === "element" || children[i + 1]?.kind === "element";
      if (isAgainst || /^\s*\n\s*$/.test(before)) apart.add(node.name);
      visit(node);
    });
  };
  visit(root);
  return new Set([...apart].filter((name) => !besideText.has(name)));
}
