/** Pairs of a Parquet file, group of rows by group of rows, read with hyparquet: memory is that of the texts of one group. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { getTreePath } from "hyparquet/src/schema.js";
import { compressors } from "hyparquet-compressors";
import { DataError } from "../../../base/errors.ts";
import { wholeBytes } from "../decoded-text.ts";
import { type ImportItem, type ImportOptions, type InputFile, pair, skip } from "../importer.ts";
import { FieldFinder, type JsonObject } from "./fields.ts";
import { checkPages, LARGEST_GROUP } from "./parquet-pages.ts";

/** Rows of one group. */
const MOST_ROWS = 1 << 26;
/** Rows of a group that are given at once. */
const PORTION = 4096;

/** Throws DataError for a file that is damaged, is none of its own, or has no two columns of text. */
export async function* readParquet(input: InputFile, options: ImportOptions): AsyncGenerator<ImportItem[]> {
  const { path, place } = input;
  const file = place === undefined ? undefined : openSync(place, "r");
  try {
    const buffer = file === undefined ? await bufferOfAll(input) : bufferOf(file);
    const metadata = await guarded(path, () => parquetMetadataAsync(buffer, { geoparquet: false }));
    const finder = new FieldFinder(options);
    const columns = guardedNow(path, () => columnsWith(finder, metadata, options));
    if (columns === undefined) throw missingColumns(metadata, path);
    let line = 1;
    for (const [number, { num_rows: rows }] of metadata.row_groups.entries()) {
      checkSize(metadata, number, columns, path);
      await guarded(path, () => checkColumns(buffer, metadata, number, columns));
      const [rowStart, rowEnd] = [line - 1, line - 1 + Number(rows)];
      const records = await guarded(path, () =>
        parquetReadObjects({
          file: buffer,
          metadata,
          columns,
          rowStart,
          rowEnd,
          compressors,
          parsers,
          geoparquet: false,
        }),
      );
      if (records.length !== Number(rows)) {
        throw damaged(path, `a group has ${records.length} rows, not ${rows}`);
      }
      for (let at = 0; at < records.length; at += PORTION) {
        yield records.slice(at, at + PORTION).map((record, i) => itemOf(record, line + at + i, finder));
      }
      line = rowEnd + 1;
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function itemOf(record: JsonObject, row: number, finder: FieldFinder): ImportItem {
  const texts = finder.textsOf(record);
  return texts === undefined ? skip("not in both languages", row) : pair(texts[0], texts[1], row);
}

/** The columns, of those at the top, that hold the texts; undefined where no two are. */
function columnsWith(finder: FieldFinder, metadata: FileMetaData, { columns }: ImportOptions): string[] | undefined {
  const { children } = parquetSchema(metadata);
  const all = Object.fromEntries(children.map((child) => [child.element.name, exampleOf(child)]));
  if (finder.textsOf(all) === undefined) return undefined;
  if (columns !== undefined) return Object.keys(all).filter((name) => columns.some((path) => isWithin(path, name)));
  // The fewest that give the texts, each tried alone: two of the top, or one that holds both.
  const needed = Object.keys(all).filter((name) => finder.textsOf({ ...all, [name]: undefined }) === undefined);
  return needed.length > 0 ? needed : Object.keys(all);
}

function isWithin(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`);
}

/** A record as the schema has it: texts where texts are, objects where objects are. */
function exampleOf({ children, element }: SchemaTree): unknown {
  if (children.length > 0 && element.repetition_type !== "REPEATED") {
    return Object.fromEntries(children.map((child) => [child.element.name, exampleOf(child)]));
  }
  return element.type === "BYTE_ARRAY" && element.repetition_type !== "REPEATED" ? "" : undefined;
}

async function checkColumns(
  buffer: AsyncBuffer,
  metadata: FileMetaData,
  group: number,
  columns: readonly string[],
): Promise<void> {
  const { num_rows: rows, columns: chunks } = metadata.row_groups[group]!;
  if (rows < 0 || rows > MOST_ROWS) throw new Error(`a group has ${rows} rows`);
  const schema = parquetSchema(metadata);
  for (const { meta_data: column } of chunks) {
    if (column === undefined || !columns.includes(column.path_in_schema[0]!)) continue;
    if (Number(column.num_values) > MOST_ROWS) throw new Error(`a column has ${column.num_values} values`);
    await checkPages(buffer, column, getTreePath(schema, column.path_in_schema), Number(rows));
  }
}

function checkSize(metadata: FileMetaData, group: number, columns: readonly string[], path: string): void {
  let size = 0;
  for (const { meta_data: column } of metadata.row_groups[group]!.columns) {
    if (column !== undefined && columns.includes(column.path_in_schema[0]!))
      size += Number(column.total_uncompressed_size);
  }
  if (size <= LARGEST_GROUP) return;
  throw new DataError(
    `The texts of a group of rows take ${Math.ceil(size / 2 ** 20)} MiB, more than ${LARGEST_GROUP >> 20}.`,
    {
      where: path,
      nextStep: "Write the file again with smaller row groups.",
    },
  );
}

/** One that is compressed or in an archive, which has to be held whole. Throws DataError where it has more than 128 MiB. */
async function bufferOfAll(input: InputFile): Promise<AsyncBuffer> {
  const bytes = new Uint8Array(await wholeBytes(input));
  return {
    byteLength: bytes.length,
    slice: (start, end = bytes.length) => {
      checkRange(start, end, bytes.length);
      return bytes.slice(start, end).buffer;
    },
  };
}

function checkRange(start: number, end: number, length: number): void {
  if (!(start >= 0 && end >= start && end <= length)) throw new RangeError(`bytes ${start} to ${end} are not there`);
}

/** Reads a file that is open; its bytes are asked for group by group. */
function bufferOf(file: number): AsyncBuffer {
  const byteLength = fstatSync(file).size;
  return {
    byteLength,
    slice: (start, end = byteLength) => {
      checkRange(start, end, byteLength);
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length; ) {
        const count = readSync(file, bytes, at, bytes.length - at, start + at);
        if (count === 0) throw new RangeError(`it ends at byte ${start + at}`);
        at += count;
      }
      return bytes.buffer;
    },
  };
}

const strict = new TextDecoder("utf-8", { fatal: true });
/** Text that is not UTF-8 is an error, where otherwise it would be replaced. */
const parsers = {
  stringFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : strict.decode(bytes)),
};

async function guarded<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause);
  }
}

function guardedNow<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause);
  }
}

function damaged(path: string, why: string, cause?: unknown): DataError {
  return new DataError(`The Parquet file cannot be read: ${why}.`, {
    where: path,
    nextStep: "Delete the file and fetch it again.",
    cause,
  });
}

function missingColumns(metadata: FileMetaData, path: string): DataError {
  const names = parquetSchema(metadata).children.flatMap(({ element, children }) =>
    children.length === 0 ? [element.name] : children.map((child) => `${element.name}.${child.element.name}`),
  );
  return new DataError("No two columns of the Parquet file are the texts of the two languages.", {
    where: path,
    nextStep: `Name two with --columns, of ${names.join(", ").slice(0, 500)}.`,
  });
}
