/** Finds out files that are no plain text, such as translation memories, by how they begin; each is refused by its name. */
import { DataError } from "../../base/errors.ts";
import { nameOfText } from "./bytes.ts";

/** Bytes of a file that are looked at. */
const HEAD = 4096;

interface Format {
  name: string;
  nextStep: string;
}

const SENTENCES = "one sentence a line, source and target in two files (or columns) whose lines belong together";
const asText = (what: string) => `Write ${what} as plain text: ${SENTENCES}.`;
const imported = (what: string) =>
  `Name it as path of a corpus, or write ${what} as plain text: nmt data import FILE --pair en-de.`;

/** Documents of markup by their root element, in lower case. */
const ROOTS: Readonly<Record<string, Format>> = {
  tmx: { name: "a TMX translation memory (XML)", nextStep: imported("the <seg> texts of its translation units") },
  xliff: { name: "an XLIFF file (XML)", nextStep: imported("the texts of <source> and <target>") },
  html: { name: "an HTML page", nextStep: asText("its text, without tags and with entities resolved,") },
  tei: { name: "a TEI document (XML)", nextStep: asText("its sentences") },
  teicorpus: { name: "a TEI document (XML)", nextStep: asText("its sentences") },
  cesalign: {
    name: "an alignment of OPUS (XML)",
    nextStep: imported("the sentences that it links"),
  },
  cesdoc: {
    name: "a document of OPUS (XML)",
    nextStep: "Fetch the corpus in OPUS's Moses format, which is plain text.",
  },
  martif: { name: "a TBX term base (XML)", nextStep: asText("its terms") },
  tbx: { name: "a TBX term base (XML)", nextStep: asText("its terms") },
  resources: { name: "a file of Android strings (XML)", nextStep: imported("the texts of <string>") },
  ts: { name: "a file of Qt Linguist (XML)", nextStep: imported("the texts of <source> and <translation>") },
  rss: { name: "an RSS feed (XML)", nextStep: asText("its texts") },
  svg: { name: "an SVG image (XML)", nextStep: "Name a text file." },
  ...Object.fromEntries(
    ["srcset", "refset", "tstset", "mteval"].map((root) => [
      root,
      { name: "a WMT test set in SGML or XML", nextStep: asText("the texts of <seg>") },
    ]),
  ),
};

const UTF_16: Format = {
  name: "UTF-16 text",
  nextStep: "Convert it to UTF-8, for example with: iconv -f UTF-16 -t UTF-8.",
};

/** Throws DataError where a text's first bytes are those of another format. Lines that merely contain markup are text. */
export function refuseOtherFormats(head: Uint8Array, path: string): void {
  const format = formatOf(head.subarray(0, HEAD));
  if (format === undefined) return;
  throw new DataError(`This is ${format.name}, not plain text.`, {
    where: nameOfText(path),
    nextStep: format.nextStep,
  });
}

/** Whether the same would be refused. */
export function isOtherFormat(head: Uint8Array): boolean {
  return formatOf(head.subarray(0, HEAD)) !== undefined;
}

/** The beginning of a text, UTF-16 by its byte order mark or by its zeros; what is not of the encoding becomes U+FFFD. */
export function decodedHead(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const little = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const big = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  return new TextDecoder(little ? "utf-16le" : big ? "utf-16be" : "utf-8").decode(bytes);
}

function formatOf(bytes: Uint8Array): Format | undefined {
  const text = decodedHead(bytes);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return markupOf(text.trimStart()) ?? containerOf(text) ?? (isUtf16 ? UTF_16 : undefined);
}

/** The first element of a document of XML, SGML or HTML. */
export interface Root {
  /** As written, with its prefix. */
  tag: string;
  /** Without a prefix, in lower case. */
  name: string;
  /** Whether a declaration of XML or of a document type comes before it. */
  isDeclared: boolean;
  /** What follows its tag, or its name where the tag is not whole. */
  rest: string;
}

/** Undefined where the text doesn't begin with one. */
export function rootElement(text: string): Root | undefined {
  if (!text.startsWith("<")) return undefined;
  const prolog = /^(?:<\?.*?\?>|<!--.*?-->|<!doctype[^[>]*(?:\[.*?\]\s*)?>|\s+)+/is.exec(text)?.[0] ?? "";
  const isDeclared = /<\?xml\s|<!doctype\s/i.test(prolog);
  const [opening, tag] = /^<([a-z_][\w.:-]*)(?:\s[^<>]*)?>?/i.exec(text.slice(prolog.length)) ?? [];
  if (tag === undefined) return undefined;
  const name = tag.replace(/^.*:/, "").toLowerCase();
  return { tag, name, isDeclared, rest: text.slice(prolog.length + opening!.length) };
}

/** A declaration and then a tag, or the tag of a known root and then another one. */
function markupOf(text: string): Format | undefined {
  const root = rootElement(text);
  if (root === undefined) return undefined;
  const { tag, name, isDeclared, rest } = root;
  const known = ROOTS[name];
  if (isDeclared) return known ?? { name: `an XML document of <${tag}>`, nextStep: asText("its texts") };
  if (known === undefined) return undefined;
  const [line] = rest.split("\n", 1);
  const isClosed = line!.toLowerCase().includes(`</${tag.toLowerCase()}>`);
  return rest.trimStart().startsWith("<") && !isClosed ? known : undefined;
}

/** Other files that texts of two languages come in. */
function containerOf(text: string): Format | undefined {
  if (text.startsWith("{\\rtf")) return { name: "an RTF document", nextStep: asText("its text") };
  if (text.startsWith("%PDF-")) return { name: "a PDF document", nextStep: asText("its text") };
  if (text.startsWith("PK\u0003\u0004")) {
    return { name: "a ZIP archive (as are .docx, .xlsx and .odt files)", nextStep: asText("the text inside") };
  }
  if (/^WEBVTT(?:[ \t].*)?\r?\n\r?\n/.test(text) || /^\ufeff?1\r?\n\d\d:\d\d:\d\d,\d{3} --> \d\d:/.test(text)) {
    return { name: "a file of subtitles", nextStep: asText("its texts, without times and numbers,") };
  }
  if (/^(?:#.*\n|[^\S\n]*\n)*msgid ".*"\r?\n(?:".*"\r?\n)*msgstr "/.test(text)) {
    return { name: "a gettext catalogue (PO)", nextStep: imported("the texts of msgid and msgstr") };
  }
  return undefined;
}
