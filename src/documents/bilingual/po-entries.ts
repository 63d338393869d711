/** Entries of a `.po` file with the offsets of their strings. */
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
}

const KEYWORD = /^(\s*)(msgctxt|msgid|msgid_plural|msgstr(?:\[(\d+)\])?)(\s*)(".*)$/;
const CONTINUED = /^(\s*)(".*)$/;

/** Throws DataError at a line that is no part of an entry, or out of order. */
export function readPoEntries(source: SourceText): PoEntry[] {
  const reader = new EntryReader(source);
  for (const { from, line } of linesOf(source.text)) reader.line(from, line);
  return reader.end();
}

class EntryReader {
  private readonly source: SourceText;
  private readonly entries: PoEntry[] = [];
  private entry: Partial<PoEntry> & { translations: PoString[] } = { translations: [] };
  private current: PoString | undefined;
  private fuzzy = false;
  private last = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

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
      return;
    }
    const continued = CONTINUED.exec(line);
    if (continued !== null && this.current !== undefined) {
      this.append(from + continued[1]!.length, continued[2]!);
      return;
    }
    const found = KEYWORD.exec(line);
    if (found === null)
      throw this.source.damaged(from, `${JSON.stringify(trimmed.slice(0, 40))} is no line of an entry`);
    this.last = from;
    const at = from + line.length - found[5]!.length;
    this.current = { text: this.decode(at, found[5]!.trimEnd()), from: at, to: at + found[5]!.trimEnd().length };
    this.keyword(from, found[2]!, found[3]);
  }

  end(): PoEntry[] {
    if (this.entry.id !== undefined || this.entry.context !== undefined) this.finish(this.source.text.length);
    return this.entries;
  }

  private keyword(from: number, keyword: string, form: string | undefined): void {
    const { entry, current } = this;
    if (keyword === "msgctxt" || keyword === "msgid") {
      if (entry.translations.length > 0) this.finish(from);
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
    current.between ??= this.source.text.slice(current.to, at);
    current.to = at + trimmed.length;
  }

  private finish(from: number): void {
    const { id, translations } = this.entry;
    if (id === undefined || translations.length === 0) {
      throw this.source.damaged(Math.min(from, this.last), "an entry ends without msgstr");
    }
    this.entries.push({ ...this.entry, id, fuzzy: this.fuzzy });
    this.entry = { translations: [] };
    this.fuzzy = false;
  }

  private decode(at: number, string: string): string {
    const found = /^"((?:[^"\\]|\\.)*)"$/.exec(string);
    if (found === null)
      throw this.source.damaged(at, `${JSON.stringify(string.slice(0, 40))} is no string in double quotes`);
    return found[1]!.replace(/\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|(.))/g, (_, hex, octal, char: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return CHARACTERS.get(char) ?? char;
    });
  }

  private misplaced(from: number, keyword: string): Error {
    return this.source.damaged(from, `${keyword} stands where it cannot`);
  }
}

const CHARACTERS = new Map(Object.entries({ n: "\n", t: "\t", r: "\r", v: "\v", f: "\f", b: "\b", a: "\x07" }));
