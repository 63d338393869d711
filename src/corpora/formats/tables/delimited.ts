/**
 * Tables of one pair a line: .tsv, whose fields are separated by tabs, and .csv (RFC 4180). In quotes, where there may be such, a field may hold
 * separators and line breaks.
 */
import { DataError } from "../../../base/errors.ts";
import { LONGEST_LINE, placeOf } from "../../../data/files/line-splitter.ts";
import { type Importer, type ImportItem, type ImportOptions, type InputFile, pair, skip } from "../importer.ts";
import { readTextLines } from "../text-lines.ts";
import { askedColumns, type Columns, namedColumns } from "./columns.ts";

export const tsv: Importer = {
  name: "tsv",
  title: "a tab-separated table",
  files: 1,
  matches: ({ name }) => /\.(?:tsv|tab)$/.test(name),
  pairs: (file, options) => readTable(file, options, "\t", options.quotes ?? false),
};

export const csv: Importer = {
  name: "csv",
  title: "a table of comma-separated values",
  files: 1,
  matches: ({ name }) => name.endsWith(".csv"),
  pairs: (file, options) => readTable(file, options, separatorOf(file.head.text), options.quotes ?? true),
};

/** Comma or, as in countries where that is part of numbers, semicolon; a tab in files that have the wrong name. */
function separatorOf(text: string): string {
  const [line = ""] = text.replace(/"(?:[^"]|"")*"/g, "").split("\n", 1);
  const counts = [",", ";", "\t"].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((most, each) => (each.count > most.count ? each : most)).mark;
}

interface Row {
  fields: string[];
  line: number;
}

async function* readTable(
  file: InputFile,
  options: ImportOptions,
  separator: string,
  quotes: boolean,
): AsyncGenerator<ImportItem[]> {
  let columns: Columns | undefined;
  for await (const rows of quotes ? quotedRows(file, separator) : plainRows(file, separator)) {
    const items: ImportItem[] = [];
    for (const { fields, line } of rows) {
      if (columns === undefined) {
        const asked = askedColumns(fields, options, file.path);
        const named = asked === undefined ? namedColumns(fields, options) : undefined;
        columns = asked?.places ?? named ?? [0, 1];
        if (asked?.hasNames === true || named !== undefined) continue;
      }
      const [source, target] = [fields[columns[0]], fields[columns[1]]];
      items.push(source === undefined || target === undefined ? skip("malformed", line) : pair(source, target, line));
    }
    if (items.length > 0) yield items;
  }
}

async function* plainRows(file: InputFile, separator: string): AsyncGenerator<Row[]> {
  for await (const { first, lines } of readTextLines(file)) {
    const rows = lines.map((line, i) => ({ fields: line.split(separator), line: first + i }));
    yield rows.filter(({ fields }) => fields.length > 1 || fields[0] !== "");
  }
}

async function* quotedRows(file: InputFile, separator: string): AsyncGenerator<Row[]> {
  const reader = new QuotedRows(separator, file.path);
  for await (const { first, lines } of readTextLines(file)) {
    const rows: Row[] = [];
    for (const [i, line] of lines.entries()) {
      const row = reader.line(line, first + i);
      if (row !== undefined) rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
  reader.end();
}

/** Takes lines, and gives the rows that end with them. A quote inside a field that doesn't begin with one is text. */
class QuotedRows {
  private readonly separator: string;
  private readonly path: string;
  private fields: string[] = [];
  /** Of a field that has begun in quotes and not ended: its parts, and how long they are. */
  private open: string[] | undefined;
  private length = 0;
  private first = 1;

  constructor(separator: string, path: string) {
    this.separator = separator;
    this.path = path;
  }

  line(line: string, number: number): Row | undefined {
    let at = 0;
    if (this.open === undefined) {
      if (line === "") return undefined;
      this.first = number;
    } else {
      this.open.push("\n");
      at = this.quoted(line, 0);
    }
    while (this.open === undefined && at <= line.length) {
      if (line[at] === '"') {
        this.open = [];
        this.length = 0;
        at = this.quoted(line, at + 1);
      } else {
        const end = this.fieldEnd(line, at);
        this.fields.push(line.slice(at, end));
        at = end + 1;
      }
    }
    if (this.open !== undefined) return undefined;
    const row = { fields: this.fields, line: this.first };
    this.fields = [];
    return row;
  }

  end(): void {
    if (this.open !== undefined) throw this.unclosed("the file ends");
  }

  /** Goes on in quotes; returns where the next field begins, once they are closed. */
  private quoted(line: string, from: number): number {
    for (let at = from; ; ) {
      const quote = line.indexOf('"', at);
      const end = quote < 0 ? line.length : quote;
      this.open!.push(line.slice(at, end));
      this.length += end - at + 1;
      if (this.length > LONGEST_LINE) throw this.unclosed(`${LONGEST_LINE >> 20} MiB follow`);
      if (quote < 0) return line.length;
      if (line[quote + 1] !== '"') {
        // What follows the closing quote belongs to the field.
        const rest = this.fieldEnd(line, quote + 1);
        this.fields.push(this.open!.join("") + line.slice(quote + 1, rest));
        this.open = undefined;
        return rest + 1;
      }
      this.open!.push('"');
      at = quote + 2;
    }
  }

  private fieldEnd(line: string, from: number): number {
    const end = line.indexOf(this.separator, from);
    return end < 0 ? line.length : end;
  }

  private unclosed(what: string): DataError {
    return new DataError(`The table has a quote that is not closed before ${what}.`, {
      where: placeOf(this.path, this.first),
      nextStep: "Mend the quotes there, or read the table without any: --no-quotes.",
    });
  }
}
