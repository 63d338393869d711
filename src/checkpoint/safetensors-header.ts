/**
 * The header of a safetensors file: 8 bytes little-endian length, then JSON naming each tensor's type, shape and place in the data.
 * Our files also keep a CRC-32 of each tensor (its name, type, shape and bytes) under `__metadata__`, so that damage is found.
 */
import { crc32 } from "node:zlib";
import { CheckpointError } from "../base/errors.ts";

/** Arrays a file can hold, by safetensors type name. */
const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;
export type DataType = keyof typeof arrayTypes;
export type TensorData = InstanceType<(typeof arrayTypes)[DataType]>;

/** A tensor outside any backend: row-major data and its axes. */
export interface NamedArray {
  name: string;
  shape: readonly number[];
  data: TensorData;
}

export interface TensorEntry {
  name: string;
  dtype: DataType;
  shape: readonly number[];
  /** First byte, counted from the end of the header. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  metadata: Readonly<Record<string, string>>;
  /** In the order of the data. */
  entries: readonly TensorEntry[];
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 100_000_000;
const CHECKSUM_PREFIX = "crc32:";
/** Largest piece handed to a system call or a checksum. */
export const CHUNK_BYTES = 64 * 1024 * 1024;

export function bytesPerElement(dtype: DataType): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}

export function arrayOf(dtype: DataType, buffer: ArrayBuffer): TensorData {
  return new arrayTypes[dtype](buffer);
}

export function dataTypeOf(data: TensorData): DataType {
  return (Object.keys(arrayTypes) as DataType[]).find((name) => data instanceof arrayTypes[name])!;
}

/** The bytes of an array, in pieces of at most CHUNK_BYTES, without copying. */
export function* chunksOf(data: TensorData): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += CHUNK_BYTES) {
    yield new Uint8Array(data.buffer, data.byteOffset + at, Math.min(CHUNK_BYTES, data.byteLength - at));
  }
}

/** CRC-32 over name, type and shape; the data's bytes are added to it chunk by chunk. */
export function checksumStart({ name, dtype, shape }: Pick<TensorEntry, "name" | "dtype" | "shape">): number {
  return crc32(JSON.stringify([name, dtype, shape]));
}

/** Header bytes for tensors laid out one after the other in the given order. */
export function encodeHeader(
  tensors: readonly { name: string; dtype: DataType; shape: readonly number[]; byteLength: number; checksum: number }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const content: Record<string, unknown> = {
    __metadata__: {
      ...metadata,
      ...Object.fromEntries(
        tensors.map(({ name, checksum }) => [CHECKSUM_PREFIX + name, checksum.toString(16).padStart(8, "0")]),
      ),
    },
  };
  let at = 0;
  for (const { name, dtype, shape, byteLength } of tensors) {
    content[name] = { dtype, shape, data_offsets: [at, at + byteLength] };
    at += byteLength;
  }
  const json = JSON.stringify(content);
  const length = Math.ceil(Buffer.byteLength(json) / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(LENGTH_BYTES + length, " ");
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.write(json, LENGTH_BYTES);
  return bytes;
}

/** The checksum a file promises for a tensor; undefined in files of other programs. */
export function promisedChecksum(header: SafetensorsHeader, name: string): number | undefined {
  const text = header.metadata[CHECKSUM_PREFIX + name];
  return text === undefined ? undefined : Number.parseInt(text, 16);
}

/** How many bytes of JSON follow the length field. Throws CheckpointError when that cannot be. */
export function headerLength(lengthField: Uint8Array, fileBytes: number, path: string): number {
  const length = lengthField.byteLength < LENGTH_BYTES ? -1 : Number(Buffer.from(lengthField).readBigUInt64LE());
  if (length < 2 || length > MAX_HEADER_BYTES || LENGTH_BYTES + length > fileBytes) {
    throw damaged(path, "its header is cut off or not safetensors");
  }
  return length;
}

/** Reads the header's JSON and checks that the tensors fill the rest of the file exactly. Throws CheckpointError. */
export function decodeHeader(json: string, dataBytes: number, path: string): SafetensorsHeader {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (error) {
    throw damaged(path, "its header is not JSON", error);
  }
  if (!isObject(content)) throw damaged(path, "its header is no JSON object");
  const { __metadata__: metadata = {}, ...tensors } = content;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw damaged(path, "its metadata is not text by name");
  }
  const entries = Object.entries(tensors).map(([name, value]) => readEntry(name, value, path));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw damaged(path, `tensor ${name} does not begin where the one before it ends`);
    at = end;
  }
  if (at !== dataBytes) throw damaged(path, `it holds ${dataBytes} bytes of tensors and its header promises ${at}`);
  return { metadata: metadata as Record<string, string>, entries };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readEntry(name: string, value: unknown, path: string): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  if (!whole(shape) || !whole(offsets) || offsets.length !== 2) throw damaged(path, `the entry of ${name} is broken`);
  if (typeof dtype !== "string" || !Object.hasOwn(arrayTypes, dtype)) {
    throw new CheckpointError(`tensor ${name} has type ${String(dtype)}, which is not read here`, {
      where: path,
      nextStep: `Convert it to one of ${Object.keys(arrayTypes).join(", ")}.`,
    });
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, axis) => product * axis, bytesPerElement(dtype as DataType));
  if (end - begin !== bytes) throw damaged(path, `tensor ${name} has ${end - begin} bytes, its shape needs ${bytes}`);
  return { name, dtype: dtype as DataType, shape, begin, end };
}

/** A file that was cut off or altered. */
export function damaged(path: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`the file is damaged: ${what}`, {
    where: path,
    nextStep: "Use another checkpoint of the same model, or copy the file again from where it came.",
    cause,
  });
}
