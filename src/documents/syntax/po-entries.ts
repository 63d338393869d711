/** Entries of a `.po` file with the offsets of their strings (gettext manual, "The Format of PO Files"), line by line. */
import { isUtf8 } from "node:buffer";
import { linesOf, type SourceText } from "../segments/source-text.ts";

export interface PoString {
  text: string;
  /** From the first quote to after the last. */
  from: number;
  to: number;
  /** Line break, and what else stands, between two of several strings. */
  between?: string;
}

export interface PoEntry {
  context?: PoString;
  id: PoString;
  plural?: PoString;
  /** msgstr, or msgstr[0], msgstr[1], … */
  translations: PoString[];
  fuzzy: boolean;
  /** Where a line of flags would stand: after the comments, before what the text was earlier. */
  start: number;
  /** After `#,` of the line of flags, where there is one. */
  flags?: number;
}

const KEYWORD = /^(\s*)(msgctxt|msgid|msgid_plural|msgstr(?:\[(\d+)\])?)(\s*)(".*)$/;
const CONTINUED = /^(\s*)(".*)$/;

/** Throws DataError at a line that is no part of an entry, or out of order. */
export function readPoEntries(source: SourceText): PoEntry[] {
  const entries: PoEntry[] = [];
  const reader = new PoReader(
    (entry) => entries.push(entry),
    (at, why) => source.damaged(at, why),
    (from, to) => source.text.slice(from, to),
  );
  for (const { from, line } of linesOf(source.text)) reader.line(from, line);
  reader.end(source.text.length);
  return entries;
}

/** Takes the lines of a file in their order, each with the offset at which it begins, and gives entries as they end. */
export class PoReader {
  private readonly take: (entry: PoEntry) => void;
  private readonly damaged: (at: number, why: string) => Error;
  private readonly between: (from: number, to: number) => string;
  private entry: Partial<PoEntry> & { translations: PoString[] } = { translations: [] };
  private current: PoString | undefined;
  private fuzzy = false;
  private start: number | undefined;
  private flags: number | undefined;
  private last = 0;

  /** `damaged` makes the error for an offset, `between` gives the text between two. */
  constructor(
    take: (entry: PoEntry) => void,
    damaged: (at: number, why: string) => Error,
    between: (from: number, to: number) => string = () => "",
  ) {
    this.take = take;
    this.damaged = damaged;
    this.between = between;
  }

  /** Throws what `damaged` makes where the line can't stand there. */
  line(from: number, line: string): void {
    const trimmed = line.trim();
    if (trimmed === "") {
      this.current = undefined;
      return;
    }
    if (trimmed.startsWith("#")) {
      this.current = undefined;
      if (this.entry.translations.length > 0) this.finish(from);
      if (/^#,(?:.*,)?\s*fuzzy\s*(?:,|$)/.test(trimmed)) this.fuzzy = true;
      if (trimmed.startsWith("#,")) this.flags = from + line.indexOf("#,") + 2;
      if (trimmed.startsWith("#|")) this.start ??= from;
      return;
    }
    const continued = CONTINUED.exec(line);
    if (continued !== null && this.current !== undefined) {
      this.append(from + continued[1]!.length, continued[2]!);
      return;
    }
    const found = KEYWORD.exec(line);
    if (found === null) throw this.damaged(from, `${JSON.stringify(trimmed.slice(0, 40))} is no line of an entry`);
    this.last = from;
    const at = from + line.length - found[5]!.length;
    this.current = { text: this.decode(at, found[5]!.trimEnd()), from: at, to: at + found[5]!.trimEnd().length };
    this.keyword(from, found[2]!, found[3]);
  }

  /** Ends the last entry; `from` is where something else begins. */
  end(from: number): void {
    if (this.entry.id !== undefined || this.entry.context !== undefined) this.finish(from);
  }

  /** Forgets the entry that has begun, after an error. */
  drop(): void {
    this.entry = { translations: [] };
    this.current = undefined;
    this.forgetComments();
  }

  private forgetComments(): void {
    this.fuzzy = false;
    this.start = undefined;
    this.flags = undefined;
  }

  private keyword(from: number, keyword: string, form: string | undefined): void {
    const { entry, current } = this;
    if (keyword === "msgctxt" || keyword === "msgid") {
      if (entry.translations.length > 0) this.finish(from);
      this.start ??= from;
      const key = keyword === "msgctxt" ? "context" : "id";
      if (this.entry[key] !== undefined || this.entry.id !== undefined) throw this.misplaced(from, keyword);
      this.entry[key] = current!;
      return;
    }
    if (entry.id === undefined) throw this.misplaced(from, keyword);
    if (keyword === "msgid_plural") {
      if (entry.plural !== undefined || entry.translations.length > 0) throw this.misplaced(from, keyword);
      entry.plural = current!;
      return;
    }
    const isNext =
      entry.plural === undefined
        ? form === undefined && entry.translations.length === 0
        : form === String(entry.translations.length);
    if (!isNext) throw this.misplaced(from, keyword);
    entry.translations.push(current!);
  }

  private append(at: number, string: string): void {
    const current = this.current!;
    const trimmed = string.trimEnd();
    current.text += this.decode(at, trimmed);
    current.between ??= this.between(current.to, at);
    current.to = at + trimmed.length;
  }

  private finish(from: number): void {
    const { id, translations } = this.entry;
    if (id === undefined || translations.length === 0) {
      throw this.damaged(Math.min(from, this.last), "an entry ends without msgstr");
    }
    const { fuzzy, start = 0, flags } = this;
    this.take({ ...this.entry, id, fuzzy, start, ...(flags !== undefined && { flags }) });
    this.entry = { translations: [] };
    this.forgetComments();
  }

  private decode(at: number, string: string): string {
    // Several may stand in a line.
    if (!/^(?:"(?:[^"\\]|\\.)*"\s*)+$/.test(string))
      throw this.damaged(at, `${JSON.stringify(string.slice(0, 40))} is no string in double quotes`);
    const text = [...string.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner]) => inner).join("");
    return text.replace(/((?:\\x[\da-fA-F]+|\\[0-7]{1,3})+)|\\(.)/g, (_, bytes, char: string) =>
      bytes === undefined ? (CHARACTERS.get(char) ?? char) : decodeBytes(bytes),
    );
  }

  private misplaced(from: number, keyword: string): Error {
    return this.damaged(from, `${keyword} stands where it cannot`);
  }
}

/** Escapes stand for bytes, of which several may be one character; of hexadecimal digits there may be any number, as in C. */
function decodeBytes(escapes: string): string {
  const values = [...escapes.matchAll(/\\(?:x([\da-fA-F]+)|([0-7]{1,3}))/g)].map(([, hex, octal]) =>
    hex === undefined ? Number.parseInt(octal!, 8) : Number.parseInt(hex.slice(-2), 16),
  );
  const bytes = Buffer.from(values);
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}

const CHARACTERS = new Map(Object.entries({ n: "\n", t: "\t", r: "\r", v: "\v", f: "\f", b: "\b", a: "\x07" }));
