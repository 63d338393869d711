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

/** Documents of markup by their root element, in lower case. */
const ROOTS: Readonly<Record<string, Format>> = {
  tmx: { name: "a TMX translation memory (XML)", nextStep: asText("the <seg> texts of its translation units") },
  xliff: { name: "an XLIFF file (XML)", nextStep: asText("the texts of <source> and <target>") },
  html: { name: "an HTML page", nextStep: asText("its text, without tags and with entities resolved,") },
  tei: { name: "a TEI document (XML)", nextStep: asText("its sentences") },
  teicorpus: { name: "a TEI document (XML)", nextStep: asText("its sentences") },
  cesalign: {
    name: "an alignment of OPUS (XML)",
    nextStep: "Fetch the corpus in OPUS's Moses format, which is plain text.",
  },
  cesdoc: {
    name: "a document of OPUS (XML)",
    nextStep: "Fetch the corpus in OPUS's Moses format, which is plain text.",
  },
  martif: { name: "a TBX term base (XML)", nextStep: asText("its terms") },
  tbx: { name: "a TBX term base (XML)", nextStep: asText("its terms") },
  resources: { name: "a file of Android strings (XML)", nextStep: asText("the texts of <string>") },
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

function formatOf(bytes: Uint8Array): Format | undefined {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = !isUtf16 ? "utf-8" : bytes[0] === 0xff ? "utf-16le" : "utf-16be";
  const text = new TextDecoder(encoding).decode(bytes);
  return markupOf(text.trimStart()) ?? containerOf(text) ?? (isUtf16 ? UTF_16 : undefined);
}

/** A document of XML, SGML or HTML: a declaration and then a tag, or the tag of a known root and then another one. */
function markupOf(text: string): Format | undefined {
  if (!text.startsWith("<")) return undefined;
  const prolog = /^(?:<\?.*?\?>|<!--.*?-->|<!doctype[^[>]*(?:\[.*?\]\s*)?>|\s+)+/is.exec(text)?.[0] ?? "";
  const isDeclared = /<\?xml\s|<!doctype\s/i.test(prolog);
  const [tag, prefixed] = /^<([a-z_][\w.:-]*)(?:\s[^<>]*)?>?/i.exec(text.slice(prolog.length)) ?? [];
  if (tag === undefined) return undefined;
  const name = prefixed!.replace(/^.*:/, "");
  const known = ROOTS[name.toLowerCase()];
  if (isDeclared) return known ?? { name: `an XML document of <${prefixed}>`, nextStep: asText("its texts") };
  if (known === undefined) return undefined;
  const rest = text.slice(prolog.length + tag.length);
  const [line] = rest.split("\n", 1);
  const isClosed = line!.toLowerCase().includes(`</${prefixed!.toLowerCase()}>`);
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
  if (/^(?:#.*\n|\s*\n)*msgid ".*"\r?\n(?:".*"\r?\n)*msgstr "/.test(text)) {
    return { name: "a gettext catalogue (PO)", nextStep: asText("the texts of msgid and msgstr") };
  }
  return undefined;
}
