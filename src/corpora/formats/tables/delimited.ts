/**
 * Tables of one pair a line: .tsv, whose fields are separated by tabs, and .csv (RFC 4180). In quotes, where there may be such, a field may hold
 * separators and line breaks.
 */
import { QuotedRows, type Row } from "../../../data/files/quoted-rows.ts";
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
  const reader = new QuotedRows(separator, file.path, "or read the table without any: --no-quotes");
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
