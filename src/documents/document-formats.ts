/** Formats of documents: their names, the endings of their files. */
import { UsageError } from "../base/errors.ts";

/** Endings of each format's files, in lower case. Its reader is in read-document.ts, which only those import who read one. */
const ENDINGS = {
  txt: [".txt"],
  md: [".md", ".markdown"],
  html: [".html", ".htm"],
  srt: [".srt"],
  vtt: [".vtt"],
  po: [".po", ".pot"],
  xliff: [".xlf", ".xliff"],
  tmx: [".tmx"],
  json: [".json", ".arb"],
  properties: [".properties"],
  docx: [".docx"],
} satisfies Record<string, readonly string[]>;

export type DocumentFormat = keyof typeof ENDINGS;

export const documentFormats = Object.keys(ENDINGS) as readonly DocumentFormat[];
/** Endings of all formats, such as ".md". */
export const documentEndings: readonly string[] = Object.values(ENDINGS).flat();

const SAVE_DOCX = "Save it as .docx, in LibreOffice: soffice --headless --convert-to docx FILE.";
const EXPORT_STRINGS = "Export its texts as XLIFF, PO or JSON, and translate those.";

const UNPACK = "Unpack it, and give what is in it.";

const COMPRESSED = /\.(?:gz|bz2|xz|zst)$/i;

/** Files of other kinds that people want translated, and what to do with them. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ...[".doc", ".dot", ".docm", ".dotx", ".odt", ".ott", ".fodt", ".rtf", ".wpd"].map((e) => [e, SAVE_DOCX] as const),
  [".pages", "Export it as .docx in Pages."],
  [
    ".pdf",
    "It has no text to put translations in: translate the document that it was made of, or convert it to .docx.",
  ],
  ...[".pptx", ".ppt", ".odp", ".xlsx", ".xls", ".ods", ".key", ".numbers"].map(
    (e) => [e, "Copy its texts into a .docx, .html or .txt file."] as const,
  ),
  ...[".epub", ".mobi", ".azw3"].map((e) => [e, "Unpack it and translate its .html pages."] as const),
  ...[".tex", ".rst", ".adoc", ".asciidoc", ".wiki", ".typ"].map(
    (e) => [e, "Convert it to Markdown and back, for example with pandoc."] as const,
  ),
  ...[".ass", ".ssa", ".sub", ".ttml", ".dfxp", ".sbv"].map((e) => [e, "Save it as .srt or .vtt."] as const),
  ...[".sdlxliff", ".mqxliff", ".mqxlz", ".txlf", ".sdltm"].map(
    (e) => [e, "Export it as XLIFF (.xlf) or TMX from the tool that wrote it."] as const,
  ),
  ...[".resx", ".resw", ".strings", ".stringsdict", ".xcstrings", ".idml", ".indd", ".svg"].map(
    (e) => [e, EXPORT_STRINGS] as const,
  ),
  ...[".yaml", ".yml", ".toml", ".xml", ".xhtml", ".php"].map((e) => [e, EXPORT_STRINGS] as const),
  ...[".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".djvu"].map(
    (e) => [e, "Images have no text: recognise it first, for example with tesseract."] as const,
  ),
  ...[".zip", ".7z", ".rar", ".tar", ".tgz"].map((e) => [e, UNPACK] as const),
]);

/**
 * By the ending of a path or file name; undefined for one that no format has.
 *
 * @example
 * import { documentFormatOf } from "gnmt-moe/documents";
 *
 * documentFormatOf("locale/de.po"); // "po"
 */
export function documentFormatOf(name: string): DocumentFormat | undefined {
  const ending = endingOf(name);
  return documentFormats.find((format) => (ENDINGS[format] as readonly string[]).includes(ending));
}

/**
 * Throws UsageError for a file that looks like a document by its ending, and is of no format that can be read: it says what to do. Compressed
 * text is none; a compressed document is.
 */
export function refuseOtherDocuments(name: string): void {
  const inner = name.replace(COMPRESSED, "");
  const nextStep = OTHERS.get(endingOf(inner));
  if (inner !== name && (nextStep !== undefined || isMarkedUp(inner))) throw unreadable(name, endingOf(name), UNPACK);
  if (nextStep !== undefined) throw unreadable(name, endingOf(name), nextStep);
}

/** The same for any ending that no format has. */
export function formatOfDocument(name: string): DocumentFormat {
  const format = documentFormatOf(name);
  if (format !== undefined) return format;
  refuseOtherDocuments(name);
  const oneOf = `Give one of ${documentEndings.join(" ")}.`;
  throw unreadable(name, endingOf(name), COMPRESSED.test(name) ? UNPACK : oneOf);
}

/** Whether it is a document of more than lines of text. */
function isMarkedUp(name: string): boolean {
  return (documentFormatOf(name) ?? "txt") !== "txt";
}

function endingOf(name: string): string {
  return /\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? "";
}

function unreadable(name: string, ending: string, nextStep: string): UsageError {
  const what = ending === "" ? "A document without an ending" : `A document ending in "${ending}"`;
  return new UsageError(`${what} cannot be read.`, { where: name, nextStep });
}
