/**
 * The header of a safetensors file: 8 bytes little-endian length, then JSON naming each tensor's type, shape and place in the data.
 * Our files also keep a CRC-32 of each tensor (its name, type, shape and bytes) under `__metadata__`, so that damage is found.
 */
import { CheckpointError } from "../base/errors.ts";
import { bytesPerElement, type DataType, dataTypes, elementCount, type TensorData } from "./element-types.ts";
import { type HeaderJson, HeaderProblem, parseHeaderJson } from "./header-json.ts";

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

/** The header's key that names no tensor. */
export const METADATA = "__metadata__";
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 100_000_000;
const CHECKSUM_PREFIX = "crc32:";
/** Largest piece handed to a system call or a checksum. */
export const CHUNK_BYTES = 64 * 1024 * 1024;

/** The bytes of an array, in pieces of at most CHUNK_BYTES, without copying. */
export function* chunksOf(data: TensorData): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += CHUNK_BYTES) {
    yield new Uint8Array(data.buffer, data.byteOffset + at, Math.min(CHUNK_BYTES, data.byteLength - at));
  }
}

/** What a tensor's CRC-32 covers before its bytes. */
export function checksumText({ name, dtype, shape }: Pick<TensorEntry, "name" | "dtype" | "shape">): string {
  return JSON.stringify([name, dtype, shape]);
}

/** Header bytes for tensors laid out one after the other in the given order. */
export function encodeHeader(
  tensors: readonly { name: string; dtype: DataType; shape: readonly number[]; byteLength: number; checksum: number }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const checksums = tensors.map(({ name, checksum }) => [
    CHECKSUM_PREFIX + name,
    checksum.toString(16).padStart(8, "0"),
  ]);
  const content: [string, unknown][] = [[METADATA, { ...metadata, ...Object.fromEntries(checksums) }]];
  let at = 0;
  for (const { name, dtype, shape, byteLength } of tensors) {
    content.push([name, { dtype, shape, data_offsets: [at, at + byteLength] }]);
    at += byteLength;
  }
  const json = JSON.stringify(Object.fromEntries(content));
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
export function decodeHeader(json: Uint8Array, dataBytes: number, path: string): SafetensorsHeader {
  const content = readJson(json, path);
  if (!(content instanceof Map)) throw damaged(path, "its header is no JSON object");
  const metadata = content.get(METADATA) ?? new Map<string, HeaderJson>();
  content.delete(METADATA);
  if (!isTextByName(metadata)) throw damaged(path, "its metadata is not text by name");
  const entries = [...content].map(([name, value]) => readEntry(name, value, path));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw damaged(path, `tensor ${name} does not begin where the one before it ends`);
    at = end;
  }
  if (at !== dataBytes) throw damaged(path, `it holds ${dataBytes} bytes of tensors and its header promises ${at}`);
  return { metadata: Object.fromEntries(metadata), entries };
}

function readJson(json: Uint8Array, path: string): HeaderJson {
  try {
    return parseHeaderJson(json);
  } catch (error) {
    if (!(error instanceof HeaderProblem)) throw error;
    throw damaged(path, `its header ${error.message}`, error);
  }
}

function isTextByName(value: HeaderJson): value is Map<string, string> {
  return value instanceof Map && [...value.values()].every((each) => typeof each === "string");
}

function readEntry(name: string, value: HeaderJson, path: string): TensorEntry {
  const [dtype, shape, offsets] = ["dtype", "shape", "data_offsets"].map((key) =>
    value instanceof Map ? value.get(key) : undefined,
  );
  if (!isSizes(shape)) throw damaged(path, `the shape of ${name} is no list of whole numbers`);
  if (!isSizes(offsets) || offsets.length !== 2) throw damaged(path, `the offsets of ${name} are no two whole numbers`);
  const type = dataTypes.find((each) => each === dtype);
  if (type === undefined) {
    throw new CheckpointError(`tensor ${name} has type ${String(dtype)}, which is not read here`, {
      where: path,
      nextStep: `Convert it to one of ${dataTypes.join(", ")}.`,
    });
  }
  const [begin, end] = offsets as [number, number];
  const bytes = bytesPerElement(type) * elementCount(shape);
  if (end - begin !== bytes) throw damaged(path, `tensor ${name} has ${end - begin} bytes, its shape needs ${bytes}`);
  return { name, dtype: type, shape, begin, end };
}

function isSizes(list: HeaderJson | undefined): list is number[] {
  return Array.isArray(list) && list.every((item) => Number.isSafeInteger(item));
}

/** A file that was cut off or altered. */
export function damaged(path: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`the file is damaged: ${what}`, {
    where: path,
    nextStep: "Use another checkpoint of the same model, or copy the file again from where it came.",
    cause,
  });
}
