/** TensorBoard's Event messages (tensorflow/core/util/event.proto) in the Protocol Buffers wire format, and their TFRecord frames. */
import { maskedCrc32c } from "./crc32c.ts";

export interface Scalar {
  tag: string;
  /** Stored as a 32-bit float. */
  value: number;
}

/** One event: when, after which step, and what. */
export interface EventMessage {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  /** First event of a file. */
  fileVersion?: string;
  scalars?: readonly Scalar[];
  /** Tells readers to forget what earlier files say from this step on: the run starts again there. */
  sessionStart?: boolean;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
/** SessionLog.SessionStatus */
const START = 1;

export function encodeEvent({ wallTime, step, fileVersion, scalars, sessionStart }: EventMessage): Uint8Array {
  const parts = [
    field(
      1,
      FIXED64,
      fixed(8, (view) => view.setFloat64(0, wallTime, true)),
    ),
  ];
  parts.push(field(2, VARINT, varint(step)));
  if (fileVersion !== undefined) parts.push(delimited(3, Buffer.from(fileVersion)));
  if (scalars !== undefined) parts.push(delimited(5, Buffer.concat(scalars.map(encodeScalar))));
  if (sessionStart === true) parts.push(delimited(7, field(1, VARINT, varint(START))));
  return Buffer.concat(parts);
}

/** A Summary's `value` entry: tag and simple_value. */
function encodeScalar({ tag, value }: Scalar): Uint8Array {
  const number = fixed(4, (view) => view.setFloat32(0, value, true));
  return delimited(1, Buffer.concat([delimited(1, Buffer.from(tag)), field(2, FIXED32, number)]));
}

/** Length (uint64), masked CRC-32C of the length, data, masked CRC-32C of the data; little-endian. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const length = fixed(8, (view) => view.setBigUint64(0, BigInt(data.length), true));
  const checksum = (bytes: Uint8Array) => fixed(4, (view) => view.setUint32(0, maskedCrc32c(bytes), true));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

function delimited(number: number, payload: Uint8Array): Uint8Array {
  return field(number, LENGTH_DELIMITED, Buffer.concat([varint(payload.length), payload]));
}

function field(number: number, wire: number, payload: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + wire), payload]);
}

function fixed(bytes: number, write: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(bytes);
  write(new DataView(out.buffer));
  return out;
}

/** A whole number from 0 to 2^53, seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
