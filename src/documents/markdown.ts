/** Markdown (CommonMark with tables): paragraphs, headings, list items and cells; code, HTML blocks and link targets stay. */

import { encodeMarkdown, markdownItems } from "./markdown-inline.ts";
import type { Document } from "./segments/document.ts";
import { type InlineItem, InlineText, trimItems } from "./segments/inline-tags.ts";
import { asOneLine, linesOf, SourceText } from "./segments/source-text.ts";
import { type Place, TextDocument } from "./segments/text-document.ts";

/** Quotes, list markers, task boxes and the signs of a heading before a line's text. */
const PREFIX = /^(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)*(?:#{1,6}(?:[ \t]+|$))?/;
const FENCE = /^(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})[^`]*$/;
const RULE = /^(?:[ \t]*>)*[ \t]*(?:(?:[-*_][ \t]*){3,}|=+[ \t]*|-+[ \t]*)$/;
const DELIMITERS = /^(?:[ \t]*>)*[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const HTML_BLOCK =
  /^[ \t>]*<(?:!--|[!?]|\/?(?:address|article|aside|blockquote|body|center|details|dialog|div|dl|dt|dd|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|li|link|main|menu|nav|ol|p|picture|pre|script|section|style|summary|table|tbody|td|textarea|th|thead|title|tr|ul|video)\b)/i;
const DEFINITION = /^[ \t>]*\[[^\]]+\]:/;

interface Line {
  from: number;
  to: number;
  line: string;
}

export function readMarkdown(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name);
  return new TextDocument(source, new MarkdownReader(source).places());
}

class MarkdownReader {
  private readonly source: SourceText;
  private readonly lines: Line[];
  private readonly found: Place[] = [];
  private inList = false;

  constructor(source: SourceText) {
    this.source = source;
    this.lines = [...linesOf(source.text)];
  }

  places(): Place[] {
    for (let at = this.frontMatter(); at < this.lines.length; ) at = this.block(at);
    return this.found;
  }

  private frontMatter(): number {
    const end = this.lines.findIndex(({ line }, i) => i > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(line));
    return /^---[ \t]*$/.test(this.lines[0]?.line ?? "") && end > 0 ? end + 1 : 0;
  }

  /** Reads what begins at a line; returns the line after it. */
  private block(at: number): number {
    const { line } = this.lines[at]!;
    if (line.trim() === "" || RULE.test(line)) return at + 1;
    const fence = FENCE.exec(line);
    if (fence !== null) {
      this.inList &&= /^[ \t]/.test(line);
      return this.afterFence(at, fence[1]!);
    }
    if (HTML_BLOCK.test(line)) return this.afterHtml(at);
    if (DEFINITION.test(line)) return at + 1;
    if (/^(?: {4}|\t)/.test(line) && !this.inList) return at + 1;
    this.inList = /^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]/.test(line) || (this.inList && /^[ \t]/.test(line));
    const next = this.lines[at + 1]?.line ?? "";
    if (line.includes("|") && next.includes("|") && DELIMITERS.test(next)) return this.table(at);
    return this.paragraph(at);
  }

  private afterFence(at: number, fence: string): number {
    const isEnd = ({ line }: Line) => {
      const marks = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
      return marks !== undefined && marks[0] === fence[0] && marks.length >= fence.length;
    };
    for (let end = at + 1; end < this.lines.length; end++) if (isEnd(this.lines[end]!)) return end + 1;
    return this.lines.length;
  }

  /** A comment, script or style goes on to its end, others to a blank line. */
  private afterHtml(at: number): number {
    const opening = /<(!--|script|style|pre|textarea)/i.exec(this.lines[at]!.line)?.[1]?.toLowerCase();
    const closing = opening === undefined ? undefined : opening === "!--" ? "-->" : `</${opening}>`;
    for (let end = at; end < this.lines.length; end++) {
      const line = this.lines[end]!.line.toLowerCase();
      if (closing === undefined ? line.trim() === "" : line.includes(closing)) return end + 1;
    }
    return this.lines.length;
  }

  private paragraph(at: number): number {
    const first = this.lines[at]!;
    const prefix = PREFIX.exec(first.line)![0];
    let last = at;
    if (!/#[ \t]*$/.test(prefix))
      while (last + 1 < this.lines.length && this.continues(this.lines[last + 1]!.line)) last++;
    const closing = /#[ \t]+$/.test(prefix) ? (/[ \t]+#+[ \t]*$/.exec(first.line)?.[0].length ?? 0) : 0;
    this.add(first.from + prefix.length, Math.max(first.from + prefix.length, this.lines[last]!.to - closing), false);
    return last + 1;
  }

  private continues(line: string): boolean {
    const inner = line.replace(/^(?:[ \t]*>)*[ \t]*/, "");
    if (inner === "" || RULE.test(line) || FENCE.test(line) || HTML_BLOCK.test(line)) return false;
    return !/^(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}(?:[ \t]|$))/.test(inner);
  }

  private table(at: number): number {
    let end = at;
    for (; end < this.lines.length && this.lines[end]!.line.includes("|"); end++) {
      if (end !== at + 1) this.row(this.lines[end]!);
    }
    return end;
  }

  private row({ from, line }: Line): void {
    const start = /^(?:[ \t]*>)*[ \t]*/.exec(line)![0].length;
    let cell = start;
    for (const { index } of [
      ...line.matchAll(/\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\|/g),
      { 0: "|", index: line.length },
    ].filter((found) => found[0] === "|")) {
      if (index >= cell) this.add(from + cell, from + index, true);
      cell = index + 1;
    }
  }

  private add(from: number, to: number, isCell: boolean): void {
    const { items } = trimItems(markdownItems(this.source.text, from, to));
    if (!items.some(({ kind, text }) => kind === "text" && text!.trim() !== "")) return;
    this.found.push(this.placeOf(items, isCell));
  }

  private placeOf(items: readonly InlineItem[], isCell: boolean): Place {
    const inline = new InlineText(items);
    const [from, to] = [items[0]!.from, items.at(-1)!.to];
    const line = this.source.lineAt(from);
    const { text, marks: tags, breaks } = inline;
    return {
      segment: { text, current: text, state: "new", line, tags, breaks },
      edits: (translation, lostTags) => {
        let isFirst = true;
        const encode = (text: string) => {
          const encoded = encodeMarkdown(text, isFirst);
          isFirst = false;
          return isCell ? encoded.replaceAll("|", "\\|") : encoded;
        };
        const parts = inline.restore(asOneLine(translation), encode, lostTags, this.source.where(from));
        return parts && [{ from, to, parts }];
      },
    };
  }
}
