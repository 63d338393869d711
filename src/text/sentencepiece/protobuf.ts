/** The part of the Protocol Buffers wire format that SentencePiece models use: varints, 32-bit floats, and length-delimited fields. */
import { WordpieceError } from "../../base/errors.ts";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the fields of one message in order. Every malformed byte is a WordpieceError that names its place. */
export class ProtobufReader {
  /** Number of the field `next` read last. */
  field = 0;
  private wire = VARINT;
  /** Low 32 bits of a varint or a fixed32. */
  private word = 0;
  readonly bytes: Uint8Array;
  /** Where the next field begins. */
  at: number;
  /** Payload of a length-delimited field: bytes [from, at). */
  private from = 0;
  private end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Reads the next field; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0) throw this.malformed("field number 0");
    if (this.wire === VARINT) this.word = this.varint() | 0;
    else if (this.wire === FIXED32) this.word = this.fixed32();
    else if (this.wire === FIXED64) this.skip(8);
    else if (this.wire === LENGTH_DELIMITED) {
      const length = this.varint();
      this.from = this.at;
      this.skip(length);
    } else throw this.malformed(`wire type ${this.wire}`);
    return true;
  }

  int32(): number {
    this.expect(VARINT);
    return this.word;
  }

  bool(): boolean {
    return this.int32() !== 0;
  }

  float(): number {
    this.expect(FIXED32);
    floatBits[0] = this.word;
    return floatValue[0]!;
  }

  /** Where the payload of a length-delimited field begins; it ends `at` the place where reading is. */
  payloadStart(): number {
    this.expect(LENGTH_DELIMITED);
    return this.from;
  }

  /** A view, not a copy. */
  payload(): Uint8Array {
    this.expect(LENGTH_DELIMITED);
    return this.bytes.subarray(this.from, this.at);
  }

  text(): string {
    const payload = this.payload();
    try {
      return utf8.decode(payload);
    } catch {
      throw this.malformed(`text of field ${this.field} is not UTF-8`);
    }
  }

  message(): ProtobufReader {
    return new ProtobufReader(this.bytes, this.at, this.at).open(this);
  }

  /** Goes on with the message that another reader of the same bytes read last: a reader for many small messages. */
  open(outer: ProtobufReader): this {
    outer.expect(LENGTH_DELIMITED);
    this.at = outer.from;
    this.end = outer.at;
    return this;
  }

  private expect(wire: number): void {
    if (this.wire !== wire) throw this.malformed(`field ${this.field} has wire type ${this.wire} instead of ${wire}`);
  }

  /** An unsigned varint; bits above the 32nd are read and dropped. */
  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw this.malformed("the message ends inside a field");
      const byte = this.bytes[this.at++]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw this.malformed("a varint longer than ten bytes");
  }

  private fixed32(): number {
    const { bytes, at } = this;
    this.skip(4);
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  private skip(count: number): void {
    if (count > this.end - this.at) throw this.malformed("the message ends inside a field");
    this.at += count;
  }

  /** An error that names a byte, or the place where reading is. */
  malformed(what: string, at = this.at): WordpieceError {
    return new WordpieceError(`not a SentencePiece model: ${what}`, { where: `byte ${at}` });
  }
}

const floatBits = new Int32Array(1);
const floatValue = new Float32Array(floatBits.buffer);

/** Writes the fields of one message. */
export class ProtobufWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  int32(field: number, value: number): this {
    this.varint(field * 8 + VARINT);
    // A negative int32 is written as the 64-bit two's complement.
    if (value >= 0) return this.varint(value);
    this.varintLow(value >>> 0, 4);
    return this.push(0xf0 | (value >>> 28) | 0x80, 0xff, 0xff, 0xff, 0xff, 0x01);
  }

  bool(field: number, value: boolean): this {
    return this.int32(field, value ? 1 : 0);
  }

  float(field: number, value: number): this {
    this.varint(field * 8 + FIXED32);
    floatValue[0] = value;
    const bits = floatBits[0]!;
    return this.push(bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, bits >>> 24);
  }

  payload(field: number, payload: Uint8Array): this {
    this.varint(field * 8 + LENGTH_DELIMITED).varint(payload.length);
    this.reserve(payload.length);
    this.bytes.set(payload, this.length);
    this.length += payload.length;
    return this;
  }

  text(field: number, text: string): this {
    return this.payload(field, Buffer.from(text, "utf8"));
  }

  message(field: number, message: ProtobufWriter): this {
    return this.payload(field, message.view());
  }

  /** What has been written so far, without a copy. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private varint(value: number): this {
    let rest = value;
    while (rest >= 128) {
      this.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    return this.push(rest);
  }

  private varintLow(value: number, groups: number): void {
    for (let group = 0; group < groups; group++) this.push(((value >>> (7 * group)) & 127) | 128);
  }

  private push(...values: number[]): this {
    this.reserve(values.length);
    for (const value of values) this.bytes[this.length++] = value;
    return this;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.view());
    this.bytes = grown;
  }
}
