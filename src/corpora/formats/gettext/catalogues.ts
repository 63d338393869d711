/** Catalogues of GNU gettext as pairs: .po, read entry by entry, and .mo. */
import { type PoEntry, PoReader } from "../../../documents/syntax/po-entries.ts";
import { textEncoding, wholeBytes } from "../decoded-text.ts";
import {
  type FileHead,
  type Importer,
  type ImportItem,
  type ImportOptions,
  type InputFile,
  skip,
} from "../importer.ts";
import { type Sides, sidesOf } from "../sides.ts";
import { readTextLines } from "../text-lines.ts";
import { readMessages } from "./mo.ts";
import { type CatalogueHeader, messagePairs, readHeader } from "./plural-forms.ts";

const ENTRY =
  /^(?:#.*\n|[^\S\n]*\n)*(?:msgctxt\s+".*"\r?\n(?:".*"\r?\n)*)?msgid\s+".*"\r?\n(?:".*"\r?\n)*msg(?:str|id_plural)\b/;

export const po: Importer = {
  name: "po",
  title: "a gettext catalogue (PO)",
  files: 1,
  matches: ({ name, text }) => /\.pot?$/.test(name) || ENTRY.test(text.replace(/^\ufeff/, "")),
  pairs: readPo,
};

export const mo: Importer = {
  name: "mo",
  title: "a compiled gettext catalogue (MO)",
  files: 1,
  matches: ({ bytes }) => /^(?:de120495|950412de)/.test(Buffer.from(bytes.subarray(0, 4)).toString("hex")),
  pairs: async function* (file, options) {
    const messages = readMessages(await wholeBytes(file), file.path);
    const isHeader = ({ english, context }: (typeof messages)[number]) => english[0] === "" && context === undefined;
    const header = readHeader(messages.find(isHeader)?.translation[0] ?? "");
    const sides = sidesOf(undefined, header.language, options);
    const items: ImportItem[] = [];
    for (const [i, message] of messages.entries()) {
      if (isHeader(message)) continue;
      const [singular, plural] = message.english;
      items.push(...messagePairs([singular!, plural], message.translation, header, sides, i + 1));
    }
    yield items;
  },
};

/** Characters of a line that have places of their own: offsets are lines times this. */
const LINE = 2 ** 21;

async function* readPo(file: InputFile, options: ImportOptions): AsyncGenerator<ImportItem[]> {
  let items: ImportItem[] = [];
  const entries = new Entries(options, (item) => items.push(item));
  let last = 1;
  for await (const { first, lines } of readTextLines(file, encodingOf(file.head))) {
    for (const [i, line] of lines.entries()) entries.line(first + i, line);
    last = first + lines.length;
    if (items.length > 0) yield items;
    items = [];
  }
  entries.end(last);
  if (items.length > 0) yield items;
}

/** Of its header; `CHARSET`, the template's placeholder, is UTF-8. */
function encodingOf(head: FileHead): string {
  const byBytes = textEncoding(head);
  if (byBytes !== "utf-8") return byBytes;
  const charset = /charset=([\w.:-]+)/i.exec(Buffer.from(head.bytes).toString("latin1"))?.[1] ?? "utf-8";
  return /^(?:charset|utf-?8|(?:us-)?ascii|ansi_x3\.4-1968)$/i.test(charset) ? "utf-8" : charset;
}

/** Entries as pairs. One that is malformed is skipped, up to the next blank line. */
class Entries {
  private readonly options: ImportOptions;
  private readonly take: (item: ImportItem) => void;
  private readonly current: PoReader;
  private readonly obsolete: PoReader;
  private header: CatalogueHeader = { language: undefined, plurals: undefined };
  private sides: Sides;
  private isMalformed = false;
  private isObsolete = false;

  constructor(options: ImportOptions, take: (item: ImportItem) => void) {
    this.options = options;
    this.take = take;
    this.sides = sidesOf(undefined, undefined, options);
    const damaged = (_: number, why: string) => new MalformedEntry(why);
    this.current = new PoReader((entry) => this.entry(entry), damaged);
    this.obsolete = new PoReader((entry) => this.obsoleteEntry(entry), damaged);
  }

  line(number: number, line: string): void {
    if (line.trim() === "") this.isMalformed = false;
    if (this.isMalformed) return;
    const [, old] = /^\s*#~\s?(?!\|)(.*)$/.exec(line) ?? [];
    const wasObsolete = this.isObsolete;
    this.isObsolete = old !== undefined;
    this.guarded(number, () => {
      if (wasObsolete !== this.isObsolete) (wasObsolete ? this.obsolete : this.current).end(number * LINE);
      if (old === undefined) this.current.line(number * LINE, line);
      else this.obsolete.line(number * LINE, old);
    });
  }

  end(number: number): void {
    for (const reader of [this.current, this.obsolete]) this.guarded(number, () => reader.end(number * LINE));
  }

  private guarded(number: number, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof MalformedEntry)) throw error;
      this.current.drop();
      this.obsolete.drop();
      this.isMalformed = true;
      this.take(skip("malformed", number));
    }
  }

  private entry({ context, id, plural, translations, fuzzy }: PoEntry): void {
    const forms = translations.map(({ text }) => text);
    if (id.text === "" && context === undefined) {
      this.header = readHeader(forms[0]!);
      this.sides = sidesOf(undefined, this.header.language, this.options);
      return;
    }
    const line = Math.floor(id.from / LINE);
    const isTranslated = forms.some((form) => form !== "");
    if (fuzzy && isTranslated && !this.options.fuzzy) this.take(skip("fuzzy or to be reviewed", line));
    else
      for (const item of messagePairs([id.text, plural?.text], forms, this.header, this.sides, line)) this.take(item);
  }

  private obsoleteEntry(entry: PoEntry): void {
    if (this.options.obsolete) this.entry(entry);
    else this.take(skip("obsolete", Math.floor(entry.id.from / LINE)));
  }
}

/** Never leaves this module. */
class MalformedEntry extends Error {}
