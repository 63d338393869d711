/** Inline tags of a segment as numbered ones, `<1>…</1>` and `<2/>`, and back. */
import { TranslationError } from "../../base/errors.ts";
import type { LostTags } from "./document.ts";
import type { Part } from "./edits.ts";

/** A piece of a segment's source, in its order. */
export interface InlineItem {
  kind: "text" | "open" | "close" | "empty";
  from: number;
  to: number;
  /** Of text: as it reads, entities decoded. */
  text?: string;
  /** Of opening and closing tags: those of one name belong together. */
  name?: string;
  /** What is written for a tag; default its source. */
  parts?: readonly Part[];
  /** Of an empty tag: a line break or a tab, beyond which no sentence goes. */
  isBreak?: boolean;
}

interface Tag {
  number: number;
  kind: "open" | "close" | "empty";
  mark: string;
  item: InlineItem;
}

/** Writes a piece of translated text; `enclosing` is the innermost opening tag around it. */
export type EncodeText = (text: string, enclosing: InlineItem | undefined) => string;

export interface TrimmedItems {
  items: InlineItem[];
  /** Index of the first one, of those given. */
  first: number;
  /** The innermost tag around all of them. */
  enclosing: InlineItem | undefined;
}

/** Without tags, blank text and pairs around everything at the ends, so that these stay where they are. */
export function trimItems(items: readonly InlineItem[]): TrimmedItems {
  const partner = partnersOf(items);
  const isEdge = (at: number) => {
    const { kind, text } = items[at]!;
    return kind === "text" ? text!.trim() === "" : !partner.has(at);
  };
  let [first, last] = [0, items.length - 1];
  let enclosing: InlineItem | undefined;
  while (first <= last) {
    if (isEdge(first)) first++;
    else if (isEdge(last)) last--;
    else if (partner.get(first) === last && first !== last) {
      enclosing = items[first]!;
      first++;
      last--;
    } else break;
  }
  return { items: items.slice(first, last + 1), first, enclosing };
}

export class InlineText {
  /** With numbered tags. */
  readonly text: string;
  private readonly tags: readonly Tag[];
  private readonly byMark: ReadonlyMap<string, Tag>;

  /** `numberOf` gives tags the numbers they have elsewhere. */
  constructor(items: readonly InlineItem[], numberOf?: (item: InlineItem) => number | undefined) {
    // A number that the text itself has in angle brackets is no tag's.
    const literal = items.map(({ text }) => text ?? "\0").join("");
    const angled = new Set([...literal.matchAll(/<\/?(\d+)\/?>/g)].map(([, digits]) => Number(digits)));
    const partner = partnersOf(items);
    const numbers = new Map<number, number>();
    let next = 1;
    const tags: Tag[] = [];
    this.text = items
      .map((item, at) => {
        if (item.kind === "text") return item.text!;
        const other = partner.get(at);
        let number = other === undefined ? undefined : numbers.get(other);
        if (number === undefined) {
          number = numberOf?.(item);
          while (number === undefined && angled.has(next)) next++;
          number ??= next++;
          numbers.set(at, number);
        }
        const kind = other === undefined ? "empty" : other > at ? "open" : "close";
        const mark = kind === "empty" ? `<${number}/>` : kind === "open" ? `<${number}>` : `</${number}>`;
        tags.push({ number, kind, mark, item });
        return mark;
      })
      .join("");
    this.tags = tags;
    this.byMark = new Map(tags.map((tag) => [tag.mark, tag]));
  }

  /** Number of each opening and empty tag. */
  get numbers(): ReadonlyMap<InlineItem, number> {
    return new Map(this.tags.filter(({ kind }) => kind !== "close").map(({ item, number }) => [item, number]));
  }

  get marks(): string[] {
    return this.tags.map(({ mark }) => mark);
  }

  /** Those of line breaks and tabs. */
  get breaks(): string[] {
    return this.tags.filter(({ item }) => item.isBreak).map(({ mark }) => mark);
  }

  /**
   * What is written for a translation; undefined where it lost tags and the segment is to stay.
   * Throws TranslationError where it lost tags and that is an error; `where` and the segment's text are told.
   */
  restore(translation: string, encode: EncodeText, lostTags: LostTags, where: string): Part[] | undefined {
    const pieces = translation.split(/(<\/?\d+\/?>)/).filter((piece) => piece !== "");
    const fault = this.faultOf(pieces);
    if (fault === undefined) return this.partsOf(pieces, encode);
    if (lostTags === "keep") return undefined;
    if (lostTags === "error") {
      throw new TranslationError(`The translation ${fault}: ${JSON.stringify(translation)}.`, {
        where,
        nextStep: 'Give a translation with the same tags, or choose another lostTags than "error".',
      });
    }
    let leading = 0;
    for (let at = 0; this.text.startsWith(this.tags[leading]?.mark ?? "\0", at); leading++) {
      at += this.tags[leading]!.mark.length;
    }
    const marks = this.marks;
    const words = pieces.filter((piece) => !this.byMark.has(piece));
    return this.partsOf([...marks.slice(0, leading), ...words, ...marks.slice(leading)], encode);
  }

  private faultOf(pieces: readonly string[]): string | undefined {
    const seen = new Set<string>();
    const open: number[] = [];
    for (const piece of pieces) {
      const tag = this.byMark.get(piece);
      if (tag === undefined) continue;
      if (seen.has(piece)) return `has ${piece} twice`;
      seen.add(piece);
      if (tag.kind === "open") open.push(tag.number);
      else if (tag.kind === "close" && open.pop() !== tag.number) return `has ${piece} in the wrong place`;
    }
    const lost = this.tags.filter(({ mark }) => !seen.has(mark)).map(({ mark }) => mark);
    return lost.length === 0 ? undefined : `lacks ${lost.join(" ")}`;
  }

  private partsOf(pieces: readonly string[], encode: EncodeText): Part[] {
    const open: InlineItem[] = [];
    return pieces.flatMap((piece): readonly Part[] => {
      const tag = this.byMark.get(piece);
      if (tag === undefined) return [encode(piece, open.at(-1))];
      if (tag.kind === "open") open.push(tag.item);
      if (tag.kind === "close") open.pop();
      return tag.item.parts ?? [[tag.item.from, tag.item.to]];
    });
  }
}

/** Index of each opening item to that of its closing one, and back; tags that cross others have none. */
function partnersOf(items: readonly InlineItem[]): Map<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (const [at, { kind, name }] of items.entries()) {
    if (kind === "open") open.push(at);
    if (kind !== "close") continue;
    const depth = open.findLastIndex((each) => items[each]!.name === name);
    if (depth < 0) continue;
    partners.set(open[depth]!, at).set(at, open[depth]!);
    open.length = depth;
  }
  return partners;
}
