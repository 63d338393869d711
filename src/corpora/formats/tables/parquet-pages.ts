/**
 * Checks a column's pages before they are decoded (parquet-format, PageHeader): a decoder that trusts a damaged count may run for hours or ask for any
 * memory.
 */
import type { AsyncBuffer, ColumnMetaData, Encoding, PageHeader, SchemaTree } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import { compressors } from "hyparquet-compressors";
import { checkRuns, checkValues, countDefined, levelBits, rest } from "./parquet-runs.ts";

/** Most bytes of the texts of one group, unpacked; writers make groups of some ten megabytes. */
export const LARGEST_GROUP = 1 << 30;

/** A page of values as both versions of its header have it. */
interface DataPage {
  values: number;
  encoding: Encoding;
  /** Of both levels, where they stand before what is compressed; undefined where each begins with its length. */
  levelBytes: readonly [repetition: number, definition: number] | undefined;
  /** Values without those that are null; undefined where the levels alone tell. */
  defined: number | undefined;
  isCompressed: boolean;
}

/**
 * Throws Error, saying what is wrong, where pages don't have `rows` values together, lie outside the column, or hold runs that don't fit. `schemaPath`:
 * from the root to the column.
 */
export async function checkPages(
  buffer: AsyncBuffer,
  column: ColumnMetaData,
  schemaPath: SchemaTree[],
  rows: number,
): Promise<void> {
  const first = Number(column.dictionary_page_offset ?? 0) || Number(column.data_page_offset);
  const begin = Math.min(first, Number(column.data_page_offset));
  const length = Number(column.total_compressed_size);
  const name = column.path_in_schema.join(".");
  // A list has more values than there are rows, and others than its levels tell.
  const most = getMaxRepetitionLevel(schemaPath) > 0 ? Number(column.num_values) : rows;
  if (Number(column.num_values) !== most) throw new Error(`${name} has ${column.num_values} values, not ${rows}`);
  const reader = { view: new DataView(await buffer.slice(begin, begin + length)), offset: 0 };
  let values = 0;
  while (values < most) {
    const header = parquetHeader(reader);
    const { uncompressed_page_size: unpacked, compressed_page_size: packed } = header;
    if (!isCount(unpacked) || !isCount(packed) || packed > length - reader.offset) {
      throw new Error(`a page of ${name} has no size that fits`);
    }
    if (unpacked > Number(column.total_uncompressed_size))
      throw new Error(`a page of ${name} is larger than all of it`);
    const bytes = new Uint8Array(reader.view.buffer, reader.view.byteOffset + reader.offset, packed);
    reader.offset += packed;
    if (header.type === "DICTIONARY_PAGE") {
      const count = header.dictionary_page_header?.num_values;
      if (!isCount(count) || count > most) throw new Error(`a page of ${name} has a damaged header`);
    } else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
      const page = dataPageOf(header);
      if (page === undefined || page.values > most) throw new Error(`a page of ${name} has a damaged header`);
      checkPage(bytes, unpacked, page, column, schemaPath);
      values += page.values;
    }
  }
  if (values !== most) throw new Error(`the pages of ${name} have ${values} values, not ${most}`);
}

/** Undefined where a number is none. */
function dataPageOf({ data_page_header: first, data_page_header_v2: second }: PageHeader): DataPage | undefined {
  if (second === undefined) {
    if (!isCount(first?.num_values)) return undefined;
    return {
      values: first.num_values,
      encoding: first.encoding,
      levelBytes: undefined,
      defined: undefined,
      isCompressed: true,
    };
  }
  const { num_values: values, num_nulls, num_rows, encoding } = second;
  const levelBytes = [second.repetition_levels_byte_length, second.definition_levels_byte_length] as const;
  if (![values, num_nulls, num_rows, ...levelBytes].every(isCount) || num_nulls > values) return undefined;
  return { values, encoding, levelBytes, defined: values - num_nulls, isCompressed: second.is_compressed !== false };
}

/** Throws Error where the page's levels or values don't fit. */
function checkPage(
  bytes: Uint8Array,
  unpacked: number,
  { values, encoding, levelBytes, defined: told, isCompressed }: DataPage,
  { codec, type }: ColumnMetaData,
  schemaPath: SchemaTree[],
): void {
  const [repetition, definition] = [getMaxRepetitionLevel(schemaPath), getMaxDefinitionLevel(schemaPath)];
  const before = levelBytes === undefined ? 0 : levelBytes[0] + levelBytes[1];
  if (before > unpacked || before > bytes.length) throw new Error("levels are longer than their page");
  const packed = bytes.subarray(before);
  const isEmpty = unpacked === before;
  const page = isEmpty
    ? new Uint8Array()
    : decompressPage(packed, unpacked - before, isCompressed ? codec : "UNCOMPRESSED", compressors);
  const content = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const levels = levelBytes === undefined ? content : new DataView(bytes.buffer, bytes.byteOffset, before);
  let offset = 0;
  const nextLevels = (length: number | undefined) => {
    const size = length ?? levels.getUint32(offset, true);
    if (length === undefined) offset += 4;
    const part = rest(levels, offset, size);
    offset += size;
    return part;
  };
  if (repetition > 0) checkRuns(nextLevels(levelBytes?.[0]), levelBits(repetition), values);
  const defined = definition === 0 ? values : countDefined(nextLevels(levelBytes?.[1]), definition, values);
  if (told !== undefined && told !== defined) throw new Error(`a page has ${defined} values, not ${told}`);
  const from = levelBytes === undefined ? offset : 0;
  if (encoding === "RLE" && type !== "BOOLEAN") throw new Error("texts are runs");
  checkValues(rest(content, from), encoding, defined, LARGEST_GROUP);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
