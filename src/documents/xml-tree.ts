/** XML as elements and texts with offsets (XML 1.0). saxes checks that it is well-formed; nothing is ever written from the tree. */
import { SaxesParser } from "saxes";
import type { Edit } from "./segments/edits.ts";
import { decodeReferences } from "./segments/references.ts";
import type { SourceText } from "./segments/source-text.ts";

/** More than any document of text has; deeper ones could exhaust the stack. */
const MOST_DEPTH = 500;

export interface XmlText {
  kind: "text";
  from: number;
  to: number;
  /** References decoded, line breaks as "\n". */
  text: string;
}

export interface XmlElement {
  kind: "element";
  name: string;
  /** From the opening tag to after the closing one. */
  from: number;
  to: number;
  /** End of the opening tag and begin of the closing one; both are `to` where the element is one tag, `<a/>`. */
  innerFrom: number;
  innerTo: number;
  children: XmlNode[];
}

/** A comment or an instruction. */
interface XmlAside {
  kind: "aside";
  from: number;
  to: number;
}

export type XmlNode = XmlText | XmlElement | XmlAside;

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE(?:[^[\]"'>]|"[^"]*"|'[^']*'|\[(?:[^\]"']|"[^"]*"|'[^']*')*\])*>|<(\/?)([^\s/>!?]+)((?:[^"'>]|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+/y;

/** The root element. Throws DataError where the file is no well-formed XML, or declares an encoding it hasn't. */
export function readXml(source: SourceText): XmlElement {
  checkEncoding(source);
  checkWellFormed(source, source.text, false);
  const root = treeOf(source).children.find((node) => node.kind === "element");
  if (root === undefined) throw source.damaged(source.text.length, "it has no root element");
  return root;
}

/**
 * An element around a part of a file, which may have several elements and text beside them, or around a whole one. References of any name are taken.
 * Throws DataError where it is not well-formed.
 */
export function readXmlFragment(source: SourceText): XmlElement {
  const isWhole = /^\s*<(?:\?xml|!DOCTYPE)\s/.test(source.text);
  checkWellFormed(source, source.text.replace(/&(?=[A-Za-z_][\w.-]*;)/g, "&amp;"), !isWhole);
  return treeOf(source);
}

/** An element without tags around the whole text. */
function treeOf(source: SourceText): XmlElement {
  const { text } = source;
  const top: XmlElement = {
    kind: "element",
    name: "",
    from: 0,
    to: text.length,
    innerFrom: 0,
    innerTo: text.length,
    children: [],
  };
  const open = [top];
  TOKEN.lastIndex = 0;
  for (let from = 0; from < text.length; from = TOKEN.lastIndex) {
    const found = TOKEN.exec(text);
    if (found === null) throw source.damaged(from, `${JSON.stringify(text.slice(from, from + 20))} is no markup`);
    const [whole, data, slash, name, , empty] = found;
    const to = from + whole.length;
    const parent = open.at(-1)!;
    if (name === undefined) parent.children.push(leafOf(from, whole, data));
    else if (slash === "/") close(source, open, name, from, to);
    else {
      const element: XmlElement = { kind: "element", name, from, to, innerFrom: to, innerTo: to, children: [] };
      parent.children.push(element);
      if (empty === "") open.push(element);
      if (open.length > MOST_DEPTH) throw source.damaged(from, `elements are nested more than ${MOST_DEPTH} deep`);
    }
  }
  if (open.length > 1) throw source.damaged(text.length, `<${open.at(-1)!.name}> is not closed`);
  return top;
}

function leafOf(from: number, whole: string, data: string | undefined): XmlNode {
  const to = from + whole.length;
  if (data === undefined && whole.startsWith("<")) return { kind: "aside", from, to };
  return { kind: "text", from, to, text: (data ?? decodeReferences(whole)).replace(/\r\n?/g, "\n") };
}

function close(source: SourceText, open: XmlElement[], name: string, from: number, to: number): void {
  const element = open.length > 1 ? open.pop()! : undefined;
  if (element?.name !== name) throw source.damaged(from, `</${name}> closes nothing`);
  element.innerTo = from;
  element.to = to;
}

function checkWellFormed(source: SourceText, text: string, fragment: boolean): void {
  const parser = new SaxesParser({ position: true, fragment });
  parser.on("error", (error) => {
    const [, line = "1", why = error.message] = /^(\d+):\d+: ([\s\S]*)$/.exec(error.message) ?? [];
    throw source.damaged(source.offsetOf(Number(line)), `it is no well-formed XML (${why.replace(/\.$/, "")})`);
  });
  parser.write(text).close();
}

function checkEncoding(source: SourceText): void {
  const encoding = /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']/.exec(source.text)?.[1];
  if (
    encoding === undefined ||
    /^(?:utf-?8|us-ascii|ascii)$/i.test(encoding) ||
    /^utf-?16/i.test(encoding) === source.encoding.startsWith("utf-16")
  )
    return;
  throw source.damaged(
    0,
    `it declares encoding="${encoding}" and is ${source.encoding}`,
    "Convert it to UTF-8, declaration included.",
  );
}

/** Attributes of an opening tag: values decoded, with the offsets between their quotes. */
export function attributesOf(
  source: SourceText,
  element: XmlElement,
): Map<string, { value: string; from: number; to: number }> {
  const tag = source.text.slice(element.from, element.innerFrom);
  return new Map(
    [...tag.matchAll(/\s([^\s=<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((found) => {
      const raw = found[2] ?? found[3] ?? "";
      const to = element.from + found.index + found[0].length - 1;
      return [found[1]!, { value: decodeReferences(raw), from: to - raw.length, to }];
    }),
  );
}

/** Where a further attribute of an opening tag goes. */
export function attributesEnd(source: SourceText, { from, innerFrom }: XmlElement): number {
  return from + /\s*\/?>$/.exec(source.text.slice(from, innerFrom))!.index;
}

/** Gives an attribute of an opening tag its value, whether it is there or not. */
export function attributeEdit(source: SourceText, element: XmlElement, name: string, value: string): Edit {
  const given = attributesOf(source, element).get(name);
  if (given !== undefined) return { from: given.from, to: given.to, parts: [attribute(value)] };
  const at = attributesEnd(source, element);
  return { from: at, to: at, parts: [` ${name}="${attribute(value)}"`] };
}

export function attribute(value: string): string {
  return value.replace(/[&<>"]/g, "");
}

export function childrenOf(element: XmlElement, name?: string): XmlElement[] {
  return element.children
    .filter((node) => node.kind === "element")
    .filter((child) => name === undefined || child.name === name);
}

/** White space before an element, on whose line it begins: what a new element after it is put apart with. */
export function indentBefore(source: SourceText, element: XmlElement): string {
  return /(?:\r\n|\n|\r)[ \t]*$/.exec(source.text.slice(0, element.from))?.[0] ?? "";
}
