/** Figures of a benchmark, and their text: a line for each, a table for lists of rows. */
import { alignColumns } from "../src/base/text-table.ts";

export type Figure = string | number | boolean;
export type Row = Readonly<Record<string, Figure | undefined>>;
export type Figures = Readonly<Record<string, Figure | readonly Row[] | undefined>>;

export function formatFigures(figures: Figures): string {
  const entries = Object.entries(figures).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries
    .map(([name, value]) => (Array.isArray(value) ? `\n${table(value)}` : `${name.padEnd(width)}  ${value}`))
    .join("\n");
}

/** A column for each key that any row has. */
function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return alignColumns([columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))]);
}

/** To `digits` behind the point. */
export function rounded(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
