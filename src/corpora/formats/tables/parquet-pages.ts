/**
 * Checks the headers of a column's pages before they are decoded (parquet-format, PageHeader): a decoder that trusts a damaged count of values may run for
 * hours or ask for any memory.
 */
import type { AsyncBuffer, ColumnMetaData } from "hyparquet";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";

const DICTIONARY = 2;
const DATA = 0;
const DATA_V2 = 3;
/** Fields of a header that hold what is said of each kind of page, and how many whole numbers that begins with. */
const KINDS: Readonly<Record<number, readonly [field: number, numbers: number]>> = {
  [DATA]: [5, 4],
  [DICTIONARY]: [7, 2],
  [DATA_V2]: [8, 6],
};

type Fields = Readonly<Record<string, unknown>>;

/** Throws Error, saying what is wrong, where pages don't have `rows` values together or lie outside the column. */
export async function checkPages(buffer: AsyncBuffer, column: ColumnMetaData, rows: number): Promise<void> {
  const first = Number(column.dictionary_page_offset ?? 0) || Number(column.data_page_offset);
  const begin = Math.min(first, Number(column.data_page_offset));
  const length = Number(column.total_compressed_size);
  const name = column.path_in_schema.join(".");
  if (Number(column.num_values) !== rows) throw new Error(`${name} has ${column.num_values} values, not ${rows}`);
  const view = new DataView(await buffer.slice(begin, begin + length));
  const reader = { view, offset: 0 };
  let values = 0;
  while (values < rows) {
    const header: Fields = deserializeTCompactProtocol(reader);
    const [kind, unpacked, packed] = [1, 2, 3].map((field) => header[`field_${field}`]) as number[];
    if (!isCount(unpacked) || !isCount(packed) || packed > length - reader.offset) {
      throw new Error(`a page of ${name} has no size that fits`);
    }
    reader.offset += packed;
    const known = KINDS[kind!];
    if (known === undefined) continue;
    const numbers = numbersOf(header[`field_${known[0]}`], known[1]);
    if (numbers === undefined || numbers[0]! > rows) throw new Error(`a page of ${name} has a damaged header`);
    if (kind === DATA_V2 && numbers[4]! + numbers[5]! > unpacked)
      throw new Error(`levels of ${name} are longer than a page`);
    if (kind !== DICTIONARY) values += numbers[0]!;
  }
  if (values !== rows) throw new Error(`the pages of ${name} have ${values} values, not ${rows}`);
}

/** The first `count` fields; undefined where one is no whole number from 0 on. */
function numbersOf(fields: unknown, count: number): number[] | undefined {
  const numbers = Array.from({ length: count }, (_, i) => (fields as Fields | undefined)?.[`field_${i + 1}`]);
  return numbers.every(isCount) ? numbers : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
