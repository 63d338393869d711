/** Reads test sets as they are published: one segment a line in SGML-like files, the XML of WMT 2021, plain lines, and tables. */
import { DataError } from "../../base/errors.ts";
import { stripEnd } from "../../metrics/white-space.ts";
import { decodeEntities } from "./entities.ts";

/** Segments of a `<seg id="…">text</seg>` file in order, white space collapsed; entities stay as they are, as in sacreBLEU. */
export function readSegments(text: string, name: string): string[] {
  const segments: string[] = [];
  for (const line of text.split("\n")) {
    const found = /^\s*<seg [^>]*>(.*)<\/seg>/.exec(line);
    if (found !== null) segments.push(collapse(found[1]!));
    else if (/^\s*<seg /.test(line)) throw malformed(name, `a segment does not end on its line: ${line.slice(0, 80)}`);
  }
  if (segments.length === 0) throw malformed(name, "it has no segments");
  return segments;
}

/** Lines of a plain text, without white space at their ends. */
export function readLinesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map(stripEnd);
}

/** A field, from 0, of lines whose fields are separated by tabs. Throws DataError for a line that has fewer. */
export function readColumnOf(text: string, column: number, name: string): string[] {
  return readLinesOf(text).map((line, i) => {
    const field = line.split("\t")[column];
    if (field === undefined) throw malformed(name, `line ${i + 1} has no field ${column + 1}`);
    return stripEnd(field);
  });
}

export interface XmlTestSet {
  sources: string[];
  /** By translator, "A"; lines that a translator lacks are empty. */
  references: Map<string, string[]>;
}

/** Sources and references of a test set in WMT's XML; segments that nobody translated, and test suites, are left out. */
export function readXmlTestSet(xml: string, name: string): XmlTestSet {
  const documents = elements(xml, "doc").filter(({ attributes }) => !("testsuite" in attributes));
  const translators = [
    ...new Set(
      documents.flatMap(({ body }) => elements(body, "ref").map((each) => each.attributes["translator"] ?? "")),
    ),
  ];
  const set: XmlTestSet = { sources: [], references: new Map(translators.map((translator) => [translator, []])) };
  for (const { body } of documents) {
    const sources = new Map<number, string>();
    for (const source of elements(body, "src")) for (const [id, text] of segments(source.body)) sources.set(id, text);
    const references = new Map(
      elements(body, "ref").map((each) => [each.attributes["translator"] ?? "", new Map(segments(each.body))] as const),
    );
    for (const id of [...sources.keys()].sort((a, b) => a - b)) {
      const texts = translators.map((translator) => references.get(translator)?.get(id) ?? "");
      if (texts.every((text) => text === "")) continue;
      set.sources.push(collapse(sources.get(id)!));
      translators.forEach((translator, i) => {
        set.references.get(translator)!.push(collapse(texts[i]!));
      });
    }
  }
  if (set.sources.length === 0) throw malformed(name, "it has no translated segments");
  return set;
}

interface Element {
  attributes: Record<string, string>;
  body: string;
}

/** Elements of a name that do not nest in themselves. */
function elements(xml: string, name: string): Element[] {
  const found = xml.matchAll(new RegExp(`<${name}(\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g"));
  return [...found].map(([, attributes = "", body]) => ({ attributes: attributesOf(attributes), body: body! }));
}

function attributesOf(text: string): Record<string, string> {
  const found = text.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries([...found].map(([, key, double, single]) => [key!, decodeEntities(double ?? single!)]));
}

function segments(xml: string): [number, string][] {
  return elements(xml, "seg").map(({ attributes, body }) => [Number(attributes["id"]), decodeEntities(body)]);
}

/** White space as Python knows it, which sacreBLEU collapses. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: four of them count as white space there.
const WHITE_SPACE = /(?:(?!\ufeff)[\s\u001c-\u001f\u0085])+/g;

function collapse(text: string): string {
  return text.replace(WHITE_SPACE, " ").replace(/^ | $/g, "");
}

function malformed(name: string, why: string): DataError {
  return new DataError(`The test set cannot be read: ${why}.`, {
    where: name,
    nextStep: "Delete it from the cache and fetch it again.",
  });
}
