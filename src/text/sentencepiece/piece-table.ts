/**
 * The pieces of a model file as numbers: texts in one array of UTF-16 units, scores, types. No string is made of a piece until it is asked for, since
 * a model is opened for every command, and few of its pieces are needed for a sentence.
 */
import { enlarge } from "../tables/enlarge.ts";
import { HASH_SEED, hashUnit } from "../tables/segment-table.ts";

const MALFORMED = -1;
/** Pieces before the arrays grow. */
const ROOM = 8192;

export class PieceTable {
  /** How many pieces there are. The arrays below have room for more. */
  size = 0;
  /** As the file has them. */
  scores = new Float32Array(ROOM);
  /** PieceType, or what else the file has. */
  types = new Int32Array(ROOM);
  /** Piece i has the text `units[starts[i] … starts[i + 1])`, in UTF-16. */
  starts = new Int32Array(ROOM + 1);
  units = new Uint16Array(8 * ROOM);
  /** Running hash (tables/segment-table.ts) of each whole text. */
  hashes = new Int32Array(ROOM);
  private readonly texts: (string | undefined)[] = [];

  /** Adds a piece whose text is the UTF-8 of bytes[from … to); false, and nothing added, where that is malformed. */
  add(bytes: Uint8Array, from: number, to: number, score: number, type: number): boolean {
    const id = this.size;
    const start = this.starts[id]!;
    if (id === this.scores.length || start + to - from > this.units.length) this.grow(start + to - from);
    const { units } = this;
    let end = start;
    let hash = HASH_SEED;
    for (let at = from; at < to; ) {
      const byte = bytes[at]!;
      if (byte < 0x80) {
        units[end++] = byte;
        hash = Math.imul(hash ^ byte, 0x01000193); // hashUnit: a call would double the time of a model's first use.
        at++;
        continue;
      }
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      const codePoint = at + length > to ? MALFORMED : characterAt(bytes, at, length);
      if (codePoint === MALFORMED) return false;
      if (codePoint > 0xffff) {
        units[end] = highSurrogate(codePoint);
        hash = hashUnit(hash, units[end++]!);
      }
      units[end] = lastUnit(codePoint);
      hash = hashUnit(hash, units[end++]!);
      at += length;
    }
    this.scores[id] = score;
    this.types[id] = type;
    this.hashes[id] = hash;
    this.starts[id + 1] = end;
    this.size++;
    return true;
  }

  /** Units of a piece's text. */
  lengthOf(id: number): number {
    return this.starts[id + 1]! - this.starts[id]!;
  }

  /** The text of a piece that there is. */
  textOf(id: number): string {
    let text = this.texts[id];
    if (text === undefined) {
      const units = this.units.subarray(this.starts[id], this.starts[id + 1]);
      text = Buffer.from(units.buffer, units.byteOffset, units.byteLength).toString("utf16le");
      this.texts[id] = text;
    }
    return text;
  }

  /** Ids of the pieces of a type, ascending. */
  ofType(type: number): number[] {
    const found: number[] = [];
    const types = this.types.subarray(0, this.size);
    for (let id = types.indexOf(type); id >= 0; id = types.indexOf(type, id + 1)) found.push(id);
    return found;
  }

  /** Room for one more piece of so many units in all. */
  private grow(units: number): void {
    const pieces = 2 * this.scores.length;
    this.scores = enlarge(this.scores, new Float32Array(pieces));
    this.types = enlarge(this.types, new Int32Array(pieces));
    this.starts = enlarge(this.starts, new Int32Array(pieces + 1));
    this.hashes = enlarge(this.hashes, new Int32Array(pieces));
    this.units = enlarge(this.units, new Uint16Array(2 * Math.max(units, this.units.length)));
  }
}

/** The character of `length` bytes at a place, or MALFORMED (Unicode core specification, table 3-7). */
function characterAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return MALFORMED;
  let codePoint = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return MALFORMED;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  const isTooLong = codePoint < (length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000);
  const isSurrogate = codePoint >= 0xd800 && codePoint < 0xe000;
  return isTooLong || isSurrogate || codePoint > 0x10ffff ? MALFORMED : codePoint;
}

/** The first unit of a character above U+FFFF. */
export function highSurrogate(codePoint: number): number {
  return 0xd7c0 + (codePoint >>> 10);
}

/** The only unit of a character, or its second. */
export function lastUnit(codePoint: number): number {
  return codePoint > 0xffff ? 0xdc00 | (codePoint & 0x3ff) : codePoint;
}
