/** An independent reader of TFRecord files of TensorBoard events: bitwise CRC-32C, fields found by their numbers alone. */
import { readFileSync } from "node:fs";

export interface DecodedEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  scalars: Record<string, number>;
}

/** Throws where a frame is cut or a checksum is wrong. */
export function readEvents(path: string): DecodedEvent[] {
  const bytes = readFileSync(path);
  const events: DecodedEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (bytes.readUInt32LE(at + 8) !== masked(bytes.subarray(at, at + 8))) throw new Error(`length at ${at}`);
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (data.length < length) throw new Error(`cut at ${at}`);
    if (bytes.readUInt32LE(at + 12 + length) !== masked(data)) throw new Error(`data at ${at}`);
    events.push(decodeEvent(data));
    at += 16 + length;
  }
  return events;
}

/** By long division, one bit at a time, highest power first as in the standard's text. */
export function slowCrc32c(bytes: Uint8Array): number {
  let register = 0xffffffffn;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = ((register >> 31n) & 1n) ^ BigInt((byte >> bit) & 1);
      register = ((register << 1n) & 0xffffffffn) ^ (carry * 0x1edc6f41n);
    }
  }
  let reversed = 0n;
  for (let bit = 0n; bit < 32n; bit++) reversed |= ((register >> bit) & 1n) << (31n - bit);
  return Number(reversed ^ 0xffffffffn);
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(slowCrc32c(bytes));
  const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

function decodeEvent(data: Buffer): DecodedEvent {
  const event: DecodedEvent = { wallTime: Number.NaN, step: 0, scalars: {} };
  for (const { number, value } of fields(data)) {
    if (number === 1) event.wallTime = (value as Buffer).readDoubleLE();
    if (number === 2) event.step = value as number;
    if (number === 3) event.fileVersion = String(value);
    if (number === 7) event.sessionStatus = fields(value as Buffer)[0]!.value as number;
    if (number !== 5) continue;
    for (const entry of fields(value as Buffer)) {
      const [tag, simple] = fields(entry.value as Buffer);
      if (entry.number !== 1 || tag?.number !== 1 || simple?.number !== 2) throw new Error("not a scalar");
      event.scalars[String(tag.value)] = (simple.value as Buffer).readFloatLE();
    }
  }
  return event;
}

function fields(data: Buffer): { number: number; value: number | Buffer }[] {
  const found: { number: number; value: number | Buffer }[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  };
  const take = (length: number) => {
    at += length;
    return data.subarray(at - length, at);
  };
  while (at < data.length) {
    const tag = varint();
    const wire = tag % 8;
    const sizes: Record<number, () => number | Buffer> = {
      0: varint,
      1: () => take(8),
      2: () => take(varint()),
      5: () => take(4),
    };
    found.push({ number: Math.floor(tag / 8), value: sizes[wire]!() });
  }
  return found;
}
