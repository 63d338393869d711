/**
 * Checks what the runs and lengths inside a page claim before it is decoded (parquet-format, Encodings): a decoder that trusts a damaged run writes as many
 * values as it says, far beyond the page.
 */
import type { Encoding } from "hyparquet";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { readVarInt } from "hyparquet/src/thrift.js";

/** Writers fill the last packed run up to eight values; some reserve a whole run of 63 groups. */
const MOST_PADDING = 63 * 8;

/** Bytes of a page that are not read yet. */
export interface PageReader {
  view: DataView;
  offset: number;
}

/** Throws Error where runs of so many bits a value don't fit `count` values, or end after the bytes do. */
export function checkRuns(view: DataView, bits: number, count: number): void {
  if (bits > 32) throw new Error(`values of ${bits} bits`);
  const reader: PageReader = { view, offset: 0 };
  for (let values = 0; values < count; ) {
    const header = readVarInt(reader);
    const length = header >>> 1;
    const isPacked = (header & 1) === 1;
    values += isPacked ? 8 * length : length;
    if (values > count + (isPacked ? MOST_PADDING : 0)) throw new Error("a run is longer than its page");
    // The padding of the last packed run may be left out.
    if (!isPacked) reader.offset += Math.ceil(bits / 8);
    else if (values < count) reader.offset += length * bits;
    if (reader.offset > view.byteLength) throw new Error("a run ends after its page");
  }
}

/** How many of `count` values have the highest level, after their runs are checked. */
export function countDefined(view: DataView, most: number, count: number): number {
  checkRuns(view, levelBits(most), count);
  const levels = new Array<number>(count);
  readRleBitPackedHybrid({ view, offset: 0 }, levelBits(most), levels, view.byteLength);
  return levels.reduce((defined, level) => defined + (level === most ? 1 : 0), 0);
}

export function levelBits(most: number): number {
  return 32 - Math.clz32(most);
}

/** Values of a page, `count` of them, after their levels. `mostBytes`: of all of them unpacked. Throws Error where they can't be. */
export function checkValues(view: DataView, encoding: Encoding, count: number, mostBytes: number): void {
  if (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") {
    if (count > 0) checkRuns(rest(view, 1), view.getUint8(0), count);
  } else if (encoding === "DELTA_BYTE_ARRAY") {
    const reader: PageReader = { view, offset: 0 };
    const [shared, own] = [new Int32Array(count), new Int32Array(count)];
    for (const lengths of [shared, own]) deltaBinaryUnpack(reader, count, lengths);
    let [before, bytes] = [0, 0];
    for (let i = 0; i < count; i++) {
      const [begin, end] = [shared[i]!, own[i]!];
      if (begin < 0 || end < 0 || begin > before) throw new Error("a text begins as more than the one before it");
      before = begin + end;
      bytes += before;
      if (bytes > mostBytes) throw new Error("texts of a page are longer than a group may be");
    }
  }
}

/** From a byte on, or so many bytes from there. Throws RangeError where they aren't there. */
export function rest(view: DataView, from: number, length = view.byteLength - from): DataView {
  return new DataView(view.buffer, view.byteOffset + from, length);
}
