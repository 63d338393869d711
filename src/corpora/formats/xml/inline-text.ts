/** Texts of two elements with inline tags, such as <seg> of TMX and <source> of XLIFF: the tags dropped, kept as marks, or a reason to skip. */
import { inlineRole } from "../../../documents/segments/inline-elements.ts";
import { type InlineItem, InlineText } from "../../../documents/segments/inline-tags.ts";
import { type ImportItem, type ImportOptions, pair, skip } from "../importer.ts";
import type { XmlElement } from "./elements.ts";

/** A line break among the kinds of code that formats name. */
const BREAK = /^(?:lb|br|x-br|x-lb|linebreak|newline)$/i;

/** Codes of a pair whose marks are kept; real ones have a hundredth of it. */
const MOST_MARKED = 1000;

/** The pair of two elements' texts, and pairs of the texts inside their codes (`sub`), where both sides have as many. */
export function inlinePairs(
  source: XmlElement,
  target: XmlElement,
  options: ImportOptions,
  line: number,
): ImportItem[] {
  const plain = [onlyText(source), onlyText(target)];
  if (plain[0] !== undefined && plain[1] !== undefined) return [pair(plain[0], plain[1], line)];
  if (options.tags === "skip") return [skip("inline tags", line)];
  const subs = [subsOf(source), subsOf(target)] as const;
  const inner =
    subs[0].length === subs[1].length
      ? subs[0].flatMap((sub, i) => inlinePairs(sub, subs[1][i]!, options, line))
      : Array.from({ length: Math.max(subs[0].length, subs[1].length) }, () => skip("without a counterpart", line));
  if (options.tags === "keep" && codesOf(source) + codesOf(target) > MOST_MARKED) return [skip("too long", line)];
  if (options.tags === "drop") return [pair(withoutTags(source), withoutTags(target), line), ...inner];
  return [pair(...withMarks(source, target), line), ...inner];
}

/** The text of an element that has no others in it. */
function onlyText({ children }: XmlElement): string | undefined {
  const [first] = children;
  if (children.length === 1 && typeof first === "string") return first;
  return children.every((child) => typeof child === "string") ? children.join("") : undefined;
}

/** Without codes. Where spaces stood on both sides of one, one of them goes; a line break is a space. */
function withoutTags(element: XmlElement): string {
  const parts: string[] = [];
  let afterCode = false;
  let afterSpace = true;
  const add = (nodes: XmlElement["children"]): void => {
    for (const node of nodes) {
      if (typeof node === "string") {
        const text = afterCode && afterSpace ? node.trimStart() : node;
        if (text === "") continue;
        parts.push(text);
        afterSpace = isSpace(text.at(-1)!);
        afterCode = false;
      } else if (roleOf(node).kind === "pair") {
        afterCode = true;
        add(node.children);
        afterCode = true;
      } else {
        afterCode = true;
        if (afterSpace || !isBreak(node)) continue;
        parts.push(" ");
        afterSpace = true;
      }
    }
  };
  add(element.children);
  return parts.join("");
}

function isSpace(character: string): boolean {
  return character.trim() === "";
}

function isBreak({ attributes: { ctype, subType, type } }: XmlElement): boolean {
  return BREAK.test(ctype ?? subType?.replace(/^.*:/, "") ?? type ?? "");
}

function roleOf({ name, attributes }: XmlElement) {
  return inlineRole(name, (attribute) => attributes[attribute]);
}

interface MarkedItem extends InlineItem {
  /** The same for a code of the source and its like in the translation. */
  like: string;
}

/** Both texts with numbered tags; a code of the translation has the number of the source's code that is like it. */
function withMarks(source: XmlElement, target: XmlElement): [string, string] {
  const inline = new InlineText(itemsOf(source));
  const free = new Map<string, number[]>();
  let next = 0;
  for (const [item, number] of inline.numbers) {
    const { like } = item as MarkedItem;
    free.set(like, [...(free.get(like) ?? []), number]);
    next = Math.max(next, number);
  }
  const translated = new InlineText(itemsOf(target), (item) => free.get((item as MarkedItem).like)?.shift() ?? ++next);
  return [inline.text, translated.text];
}

function itemsOf(element: XmlElement): MarkedItem[] {
  const range = { from: 0, to: 0 };
  return element.children.flatMap((node): MarkedItem[] => {
    if (typeof node === "string") return [{ kind: "text", ...range, text: node, like: "" }];
    const { kind, key } = roleOf(node);
    const like = `${node.name} ${idOf(node)}`;
    if (kind === "open" || kind === "close") return [{ kind, ...range, name: key!, like }];
    if (kind === "single" || node.children.length === 0) return [{ kind: "empty", ...range, like }];
    return [
      { kind: "open", ...range, name: node.name, like },
      ...itemsOf(node),
      { kind: "close", ...range, name: node.name, like },
    ];
  });
}

/** What formats join the codes of two languages by. */
function idOf({ attributes: { x, id, i } }: XmlElement): string {
  return x ?? id ?? i ?? "";
}

/** Texts inside codes, the outermost ones. */
function subsOf(element: XmlElement): XmlElement[] {
  return element.children.flatMap((node) => {
    if (typeof node === "string") return [];
    return node.name === "sub" ? [node] : subsOf(node);
  });
}

function codesOf(element: XmlElement): number {
  return element.children.reduce((sum, node) => (typeof node === "string" ? sum : sum + 1 + codesOf(node)), 0);
}
