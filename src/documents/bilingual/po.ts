/** GNU gettext's `.po` and `.pot` (gettext manual, "The Format of PO Files"): msgid and msgid_plural into msgstr. */

import type { Document, Segment, TranslationMark } from "../segments/document.ts";
import type { Edit } from "../segments/edits.ts";
import { SourceText } from "../segments/source-text.ts";
import { type Place, TextDocument } from "../segments/text-document.ts";
import { type PoEntry, type PoString, readPoEntries } from "../syntax/po-entries.ts";

/**
 * Each `msgstr` is a segment: of `msgid`, or of `msgid_plural` for the forms after the first (and for the only one of languages without a plural).
 * Flags stay, so a fuzzy entry that gets a translation is still to be reviewed; what is marked as to be reviewed becomes fuzzy. Obsolete entries (`#~`) are left alone.
 */
export function readPo(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name);
  const entries = readPoEntries(source);
  checkCharset(source, entries);
  return new TextDocument(
    source,
    entries.flatMap((entry) => (entry.id.text === "" ? [] : placesOf(source, entry))),
  );
}

function placesOf(source: SourceText, entry: PoEntry): Place[] {
  // One edit for all forms of a plural: it is made once.
  const fuzzy = entry.fuzzy ? [] : [fuzzyFlag(source, entry)];
  return entry.translations.map((_, form) => placeOf(source, entry, form, fuzzy));
}

/** Puts `fuzzy` before the flags that there are, or in a line of its own. */
function fuzzyFlag(source: SourceText, { start, flags }: PoEntry): Edit {
  if (flags === undefined) return { from: start, to: start, parts: [`#, fuzzy${source.lineBreak}`] };
  const isAlone = /^[ \t]*(?:[\r\n]|$)/.test(source.text.slice(flags, flags + 80));
  return { from: flags, to: flags, parts: [isAlone ? " fuzzy" : " fuzzy,"] };
}

function placeOf(source: SourceText, entry: PoEntry, form: number, fuzzy: readonly Edit[]): Place {
  const target = entry.translations[form]!;
  const isPlural = entry.plural !== undefined && (form > 0 || entry.translations.length === 1);
  const text = (isPlural ? entry.plural! : entry.id).text;
  const segment: Segment = {
    text,
    current: target.text,
    state: target.text === "" ? "new" : entry.fuzzy ? "fuzzy" : "translated",
    line: source.lineAt(target.from),
    tags: [],
    ...(entry.context !== undefined && { id: entry.context.text }),
  };
  return {
    segment,
    edits: (translation, _, mark?: TranslationMark) => [
      { from: target.from, to: target.to, parts: [encode(source, target, edged(text, translation))] },
      ...(mark === "machine" || mark === "fuzzy-match" ? fuzzy : []),
    ],
  };
}

/** With a line break at an end where the source has one, and none where it hasn't, as msgfmt demands. */
function edged(text: string, translation: string): string {
  if (translation === "") return "";
  const begin = text.startsWith("\n") ? "\n" : "";
  const end = text.endsWith("\n") ? "\n" : "";
  return begin + translation.replace(/^\n+|\n+$/g, "") + end;
}

const ESCAPES = new Map(
  Object.entries({
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\v": "\\v",
    "\f": "\\f",
    "\b": "\\b",
    "\x07": "\\a",
  }),
);

/** One string, or the empty one and a string for each line. */
function encode(source: SourceText, { between }: PoString, text: string): string {
  const lines = text.split(/(?<=\n)(?=[\s\S])/).map((line) => `"${line.replace(/[\\"\p{Cc}]/gu, escapeControl)}"`);
  if (lines.length === 1) return lines[0]!;
  return ['""', ...lines].join(between ?? source.lineBreak);
}

function escapeControl(char: string): string {
  return ESCAPES.get(char) ?? (char < " " ? `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}` : char);
}

/** Throws where the header names another encoding than the file's; `CHARSET`, the template's placeholder, is none. */
function checkCharset(source: SourceText, entries: readonly PoEntry[]): void {
  const header = entries.find(({ id, context }) => id.text === "" && context === undefined)?.translations[0];
  const charset = /charset=([\w.:-]+)/i.exec(header?.text ?? "")?.[1];
  if (charset === undefined || /^(?:charset|utf-?8|us-ascii|ascii|ansi_x3\.4-1968)$/i.test(charset)) return;
  throw source.damaged(header!.from, `its header says charset=${charset}`, "Convert it first: msgconv -t UTF-8.");
}
