/** Paragraphs of WordprocessingML as segments: runs of another formatting than most of the text, links and single things are inline tags. */
import type { LostTags } from "../segments/document.ts";
import type { Part } from "../segments/edits.ts";
import { type InlineItem, InlineText, trimItems } from "../segments/inline-tags.ts";
import { encodeReferences } from "../segments/references.ts";
import type { SourceText } from "../segments/source-text.ts";
import type { Place } from "../segments/text-document.ts";
import { attributesOf, childrenOf, type XmlElement, type XmlNode } from "../xml-tree.ts";

/** Elements around runs. */
const CONTAINERS = new Set(["w:hyperlink", "w:ins", "w:moveTo", "w:smartTag", "w:dir", "w:bdo"]);
/** What speaks of the text as it was: spelling, page breaks of the last layout. */
const DROPPED = new Set(["w:proofErr", "w:lastRenderedPageBreak", "w:rPr"]);
const BREAKS = new Set(["w:br", "w:cr", "w:tab", "w:ptab"]);
const CHARACTERS = new Map([
  ["w:noBreakHyphen", "\u2011"],
  ["w:softHyphen", "\u00ad"],
]);

/** Every paragraph that has text, in the file's order, those in text boxes included. */
export function paragraphPlaces(source: SourceText, element: XmlElement): Place[] {
  const own = element.name === "w:p" ? new Paragraph(source, element).place() : undefined;
  const inner = childrenOf(element).flatMap((child) => paragraphPlaces(source, child));
  return own === undefined ? inner : [own, ...inner];
}

class Paragraph {
  private readonly source: SourceText;
  private readonly element: XmlElement;
  /** Formatting (`<w:rPr>…</w:rPr>`) of text inside a tag; of text outside all tags under undefined. */
  private readonly formats = new Map<InlineItem | undefined, string>();

  constructor(source: SourceText, element: XmlElement) {
    this.source = source;
    this.element = element;
  }

  place(): Place | undefined {
    const all = this.itemsOf(
      this.element.children.filter((node) => node.kind !== "element" || node.name !== "w:pPr"),
      undefined,
    );
    const { items, first, enclosing } = trimItems(all);
    if (items.length === 0) return undefined;
    const inline = new InlineText(items);
    const [from, to] = [items[0]!.from, items.at(-1)!.to];
    const encode = (text: string, inside: InlineItem | undefined) => this.run(text, inside ?? enclosing);
    // What was trimmed and shares a run with the text is written again with it.
    const beside = (some: InlineItem[]) =>
      some
        .filter((item) => item.from >= from && item.to <= to)
        .flatMap((item): readonly Part[] =>
          item.kind === "text" ? [this.run(item.text!, enclosing)] : (item.parts ?? [[item.from, item.to]]),
        );
    const [before, after] = [beside(all.slice(0, first)), beside(all.slice(first + items.length))];
    return {
      segment: {
        text: inline.text,
        current: inline.text,
        state: "new",
        line: this.source.lineAt(from),
        tags: inline.marks,
        breaks: inline.breaks,
      },
      edits: (translation: string, lostTags: LostTags) => {
        const parts = inline.restore(translation, encode, lostTags, this.source.where(from));
        return parts && [{ from, to, parts: [...before, ...parts, ...after] }];
      },
    };
  }

  private run(text: string, inside: InlineItem | undefined): string {
    const format = this.formats.get(inside) ?? "";
    return `<w:r>${format}<w:t xml:space="preserve">${encodeReferences(text)}</w:t></w:r>`;
  }

  private itemsOf(nodes: readonly XmlNode[], container: InlineItem | undefined): InlineItem[] {
    const elements = nodes.filter((node) => node.kind === "element");
    const most = this.usualFormat(elements);
    this.formats.set(container, most);
    const items: InlineItem[] = [];
    for (let at = 0; at < elements.length; at++) {
      const element = elements[at]!;
      const field = this.fieldFrom(elements, at);
      if (field !== undefined) {
        items.push({ kind: "empty", from: element.from, to: elements[field]!.to });
        at = field;
      } else if (element.name === "w:r") items.push(...this.runItems(element, most));
      else if (!DROPPED.has(element.name)) items.push(...this.otherItems(element));
    }
    return merged(items);
  }

  private otherItems(element: XmlElement): InlineItem[] {
    const { name, from, to } = element;
    const content =
      name === "w:sdt" ? childrenOf(element, "w:sdtContent")[0] : CONTAINERS.has(name) ? element : undefined;
    // Paragraphs inside are segments of their own.
    if (content === undefined || content.innerFrom === content.to || childrenOf(content, "w:p").length > 0)
      return [{ kind: "empty", from, to }];
    const open: InlineItem = { kind: "open", name, from, to: content.innerFrom };
    return [open, ...this.itemsOf(content.children, open), { kind: "close", name, from: content.innerTo, to }];
  }

  private runItems(run: XmlElement, most: string): InlineItem[] {
    const { from, to } = run;
    const format = this.formatOf(run);
    const items = childrenOf(run).flatMap((child): InlineItem[] => {
      if (DROPPED.has(child.name)) return [];
      const character = CHARACTERS.get(child.name);
      if (character !== undefined) return [{ kind: "text", from, to, text: character }];
      if (child.name !== "w:t")
        return [
          {
            kind: "empty",
            from,
            to,
            parts: [`<w:r>${format}`, [child.from, child.to], "</w:r>"],
            isBreak: BREAKS.has(child.name),
          },
        ];
      // White space at the ends is apart, so that it can be left out.
      return textOf(child)
        .split(/(^\s+|\s+$)/)
        .filter((text) => text !== "")
        .map((text) => ({ kind: "text", from, to, text }));
    });
    if (format === most || !items.some(({ kind, text }) => kind === "text" && text!.trim() !== "")) return items;
    const open: InlineItem = { kind: "open", name: `run ${format}`, from, to, parts: [] };
    this.formats.set(open, format);
    return [open, ...items, { kind: "close", name: `run ${format}`, from, to, parts: [] }];
  }

  /** The formatting that most of the text in runs has. */
  private usualFormat(elements: readonly XmlElement[]): string {
    const lengths = new Map<string, number>();
    for (const run of elements.filter(({ name }) => name === "w:r")) {
      const length = childrenOf(run, "w:t").reduce((sum, text) => sum + textOf(text).replace(/\s/g, "").length, 0);
      lengths.set(this.formatOf(run), (lengths.get(this.formatOf(run)) ?? 0) + length);
    }
    return [...lengths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
  }

  private formatOf(run: XmlElement): string {
    const format = childrenOf(run, "w:rPr")[0];
    return format === undefined ? "" : this.source.text.slice(format.from, format.to);
  }

  /** Index of the run that ends the field which begins at index `at`; undefined where none does. */
  private fieldFrom(elements: readonly XmlElement[], at: number): number | undefined {
    let depth = 0;
    for (let i = at; i < elements.length; i++) {
      for (const mark of childrenOf(elements[i]!, "w:fldChar")) {
        const type = attributesOf(this.source, mark).get("w:fldCharType")?.value;
        if (type === "begin") depth++;
        else if (type === "end" && --depth === 0) return i;
      }
      if (depth <= 0) return undefined;
    }
    return undefined;
  }
}

function textOf(element: XmlElement): string {
  return element.children.map((node) => (node.kind === "text" ? node.text : "")).join("");
}

/** Neighbouring runs of the same formatting as one pair. */
function merged(items: readonly InlineItem[]): InlineItem[] {
  const out: InlineItem[] = [];
  for (const item of items) {
    const last = out.at(-1);
    const isNext =
      item.kind === "open" && last?.kind === "close" && item.name === last.name && item.parts?.length === 0;
    if (isNext) out.pop();
    else out.push(item);
  }
  return out;
}
