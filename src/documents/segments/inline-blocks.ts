/** Blocks of text with inline tags, gathered piece by piece: each is a segment. */
import { type InlineItem, InlineText, trimItems } from "./inline-tags.ts";
import { encodeReferences } from "./references.ts";
import type { SourceText } from "./source-text.ts";
import type { Place } from "./text-document.ts";

export class InlineBlocks {
  /** Blocks that have ended, in the order of the file, and whatever else a reader adds. */
  readonly places: Place[] = [];
  private readonly source: SourceText;
  private items: InlineItem[] = [];

  constructor(source: SourceText) {
    this.source = source;
  }

  /** Goes on with the block. */
  add(item: InlineItem): void {
    this.items.push(item);
  }

  /** Ends the block; one without text is no segment. */
  end(whiteSpace?: "collapsible"): void {
    const { items } = trimItems(this.items);
    this.items = [];
    if (!items.some(({ kind, text }) => kind === "text" && text!.trim() !== "")) return;
    const inline = new InlineText(items);
    const [from, to] = [items[0]!.from, items.at(-1)!.to];
    const { text, marks: tags, breaks } = inline;
    const line = this.source.lineAt(from);
    this.places.push({
      segment: { text, current: text, state: "new", line, tags, breaks, ...(whiteSpace && { whiteSpace }) },
      edits: (translation, lostTags) => {
        const parts = inline.restore(translation, encodeReferences, lostTags, this.source.where(from));
        return parts && [{ from, to, parts }];
      },
    });
  }
}
