/** Inline marks of Markdown: emphasis, links, images, code, line breaks and HTML tags (CommonMark, 6). */
import type { InlineItem } from "./segments/inline-tags.ts";
import { decodeReferences } from "./segments/references.ts";

const PIECE =
  /(?<escaped>\\[!-/:-@[-`{-~])|(?<code>(?<!`)(?<ticks>`+)(?!`)[\s\S]*?(?<!`)\k<ticks>(?!`))|(?<auto><[a-zA-Z][\w+.-]*:[^\s<>]*>|<!--[\s\S]*?-->)|(?<tag><(?<slash>\/?)(?<name>[a-zA-Z][\w-]*)(?:[^"'<>]|"[^"]*"|'[^']*')*?(?<empty>\/?)>)|(?<bracket>!?\[)|(?<line>(?<hard> {2,}|\\)?[ \t]*(?:\r\n|\n|\r)(?:[ \t]*>)*[ \t]*)|(?<run>\*+|_+|~~)|(?<space>[ \t]+$)/g;

/** Items of a text from one offset to another; line breaks inside, with quote marks and indentation, are spaces. */
export function markdownItems(source: string, from: number, to: number): InlineItem[] {
  const text = source.slice(from, to);
  const items: InlineItem[] = [];
  const closings = new Map<number, number>();
  let at = 0;
  const literal = (end: number) => {
    const raw = text.slice(at, end);
    for (const piece of raw.split(/(^\s+|\s+$)/).filter((each) => each !== "")) {
      items.push({ kind: "text", from: from + at, to: from + at + piece.length, text: decodeReferences(piece) });
      at += piece.length;
    }
  };
  const push = (item: Omit<InlineItem, "from" | "to">, start: number, end: number) => {
    literal(start);
    items.push({ ...item, from: from + start, to: from + end });
    at = end;
  };
  const closeBefore = (end: number) => {
    for (const [start, stop] of [...closings].sort((a, b) => a[0] - b[0])) {
      if (start >= end || start < at) continue;
      push({ kind: "close", name: "link" }, start, stop);
      closings.delete(start);
    }
  };
  for (const found of text.matchAll(PIECE)) {
    const start = found.index;
    const end = start + found[0].length;
    closeBefore(start + 1);
    if (start < at) continue;
    const { escaped, code, auto, tag, bracket, line, hard, run } = found.groups!;
    const { slash, name, empty } = found.groups!;
    if (escaped !== undefined) push({ kind: "text", text: escaped.slice(1) }, start, end);
    else if (code !== undefined || auto !== undefined) push({ kind: "empty" }, start, end);
    else if (tag !== undefined) {
      const isSingle = empty === "/" || /^(?:br|img|hr|input|wbr)$/i.test(name!);
      const isBreak = isSingle && /^br$/i.test(name!);
      push(
        { isBreak, kind: isSingle ? "empty" : slash === "/" ? "close" : "open", name: `<${name!.toLowerCase()}` },
        start,
        end,
      );
    } else if (bracket !== undefined) {
      const closing = closingOf(text, end);
      if (closing === undefined) continue;
      closings.set(...closing);
      push({ kind: "open", name: "link" }, start, end);
    } else if (line !== undefined)
      push(hard === undefined ? { kind: "text", text: " " } : { kind: "empty", isBreak: true }, start, end);
    else if (run !== undefined) {
      const kind = runKind(text, start, end, items);
      if (kind !== undefined) push({ kind, name: run }, start, end);
    }
  }
  closeBefore(text.length);
  literal(text.length);
  return withoutLoneRuns(items, source);
}

/** Begin and end of `](target)` or `][label]` that closes a bracket opened before `at`. */
function closingOf(text: string, at: number): [number, number] | undefined {
  let depth = 1;
  const inside = /\\.|(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)|[[\]]/g;
  inside.lastIndex = at;
  for (let found = inside.exec(text); found !== null; found = inside.exec(text)) {
    if (found[0] === "[") depth++;
    if (found[0] !== "]" || --depth > 0) continue;
    const target = /\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|\[[^\]]*\]/y;
    target.lastIndex = found.index + 1;
    return target.test(text) ? [found.index, target.lastIndex] : undefined;
  }
  return undefined;
}

/** Whether a run of marks opens or closes emphasis; undefined where it does neither. */
function runKind(text: string, start: number, end: number, items: readonly InlineItem[]): "open" | "close" | undefined {
  const [before, after] = [text[start - 1] ?? " ", text[end] ?? " "];
  const isWord = (char: string) => /[\p{L}\p{N}]/u.test(char);
  if (text[start] === "_" && isWord(before) && isWord(after)) return undefined;
  const name = text.slice(start, end);
  const balance = items.reduce(
    (sum, { kind, name: other }) => sum + (other !== name ? 0 : kind === "open" ? 1 : -1),
    0,
  );
  if (balance > 0 && !/\s/.test(before)) return "close";
  return balance === 0 && !/\s/.test(after) ? "open" : undefined;
}

/** Emphasis that isn't closed is text. */
function withoutLoneRuns(items: readonly InlineItem[], source: string): InlineItem[] {
  return items.map((item, at) => {
    const isRun = item.kind === "open" && /^[*_~]/.test(item.name ?? "");
    if (!isRun || items.slice(at + 1).some(({ kind, name }) => kind === "close" && name === item.name)) return item;
    return { kind: "text", from: item.from, to: item.to, text: source.slice(item.from, item.to) };
  });
}

/** Text as Markdown: what would be markup is escaped; `isFirst` where a block begins with it. */
export function encodeMarkdown(text: string, isFirst: boolean): string {
  const escaped = text
    .replace(
      /[*`]|\\(?=[!-/:-@[-`{-~])|<(?=[a-zA-Z/!])|&(?=#?\w+;)|\[(?=[^\]]*\][([])|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|~(?=~)/gu,
      "\\$&",
    )
    .replace(/!(?=\\\[)/g, "\\!");
  return isFirst
    ? escaped
        .replace(/^(\s*)(?=[#>+-](?:\s|$)|-{2,}|={1,}|~~~)/, "$1\\")
        .replace(/^(\s*\d{1,9})(?=[.)](?:\s|$))/, "$1\\")
    : escaped;
}
