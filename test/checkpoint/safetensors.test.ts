/** Source of truth: the safetensors format (8-byte little-endian header length, JSON, offsets counted from the header's end). */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import { CHUNK_BYTES, decodeHeader } from "../../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "weights.safetensors");

const tensors = [
  { name: "bytes", shape: [3], data: Uint8Array.of(1, 2, 255) },
  { name: "matrix", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, Number.POSITIVE_INFINITY) },
  { name: "empty", shape: [0, 4], data: new Float32Array(0) },
  { name: "scalar", shape: [], data: Float64Array.of(Math.PI) },
  { name: "ids", shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
];

/** A file as another program would write it: no checksums. */
function foreignFile(header: object, data: Uint8Array): void {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, data]));
}

describe("safetensors", () => {
  it("come back as they were written, in an order that aligns every type", () => {
    writeSafetensors(path, tensors, { step: "7" });
    const content = readSafetensors(path);
    expect(content.metadata).toMatchObject({ format: "gnmt-moe", step: "7" });
    expect(content.tensors.map(({ name }) => name)).toEqual(["scalar", "matrix", "empty", "ids", "bytes"]);
    for (const tensor of tensors) expect(content.tensors).toContainEqual(tensor);
  });

  it("may have names of any letters", () => {
    const named = [..."aé日🦉".repeat(3)].map((letter, i) => ({
      name: letter.repeat(i + 1),
      shape: [1],
      data: Float32Array.of(i),
    }));
    writeSafetensors(path, named);
    expect(readSafetensors(path).tensors).toEqual(named);
  });

  it("lie in the file as the format says", () => {
    writeSafetensors(path, tensors);
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, { data_offsets: number[] }>;
    expect(header["matrix"]).toEqual({ dtype: "F32", shape: [2, 3], data_offsets: [8, 32] });
    expect(bytes.readFloatLE(8 + length + 16)).toBe(3.5);
    expect(bytes.length).toBe(8 + length + 8 + 24 + 8 + 3);
  });

  it("of other programs are read without checksums", () => {
    const data = new Uint8Array(Float32Array.of(4, 5).buffer);
    foreignFile({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, data);
    expect(readSafetensors(path).tensors).toEqual([{ name: "w", shape: [2], data: Float32Array.of(4, 5) }]);
  });

  it("larger than one chunk are written and verified in pieces", () => {
    const data = new Uint8Array(CHUNK_BYTES + 5);
    data.set([1, 2, 3, 4, 5], CHUNK_BYTES);
    writeSafetensors(path, [{ name: "large", shape: [data.length], data }]);
    const read = readSafetensors(path).tensors[0]!;
    expect(Buffer.compare(read.data as Uint8Array, data)).toBe(0);
  });

  it("may be a view into a larger array", () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    writeSafetensors(path, [{ name: "view", shape: [2], data: view }]);
    expect(readSafetensors(path).tensors[0]!.data).toEqual(Float32Array.of(1, 2));
  });
});

describe("damaged files", () => {
  const broken = (damage: () => void) => {
    writeSafetensors(path, tensors);
    damage();
    expect(() => readSafetensors(path)).toThrow(CheckpointError);
  };

  it("are found wherever they are cut off", () => {
    writeSafetensors(path, tensors);
    const size = readFileSync(path).length;
    for (const keep of [0, 5, 20, size - 20, size - 1]) broken(() => truncateSync(path, keep));
  });

  it("are found whichever tensor byte is altered", () => {
    writeSafetensors(path, tensors);
    const size = readFileSync(path).length;
    for (let at = size - 43; at < size; at += 7) {
      broken(() => {
        const bytes = readFileSync(path);
        bytes[at]! ^= 1;
        writeFileSync(path, bytes);
      });
    }
  });

  it.each([
    ["a name", '"matrix"', '"matriy"'],
    ["a shape", "[2,3]", "[3,2]"],
    ["a length", "[2,3]", "[2,4]"],
    ["a type", '"I32"', '"U32"'],
    ["a checksum", '"crc32:ids":"', '"crc32:ids":"f'],
    ["the JSON", '{"__', "{?__"],
  ])("are found when %s in the header is altered", (_what, from, to) => {
    broken(() => {
      const bytes = readFileSync(path);
      const length = Number(bytes.readBigUInt64LE());
      const json = Buffer.from(
        bytes
          .subarray(8, 8 + length)
          .toString()
          .replace(from, to),
      );
      expect(json.equals(bytes.subarray(8, 8 + length))).toBe(false);
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(BigInt(json.length));
      writeFileSync(path, Buffer.concat([field, json, bytes.subarray(8 + length)]));
    });
  });

  it("are refused when tensors overlap or leave holes", () => {
    const entry = (begin: number, end: number) => ({ dtype: "F32", shape: [1], data_offsets: [begin, end] });
    for (const offsets of [entry(0, 4), entry(8, 12)]) {
      foreignFile({ a: entry(0, 4), b: offsets }, new Uint8Array(12));
      expect(() => readSafetensors(path)).toThrow("does not begin where");
    }
  });

  it.each(["null", "5", '"text"', "[]", '{"__metadata__":null}', '{"__metadata__":[]}', '{"__metadata__":{"a":1}}'])(
    "are found when the header is %s",
    (json) => expect(() => decodeHeader(json, 0, path)).toThrow(CheckpointError),
  );

  it("say so when they are missing or of a type not read here", () => {
    expect(() => readSafetensors(join(folder, "none"))).toThrow("the file cannot be read");
    expect(() => readSafetensors(folder)).toThrow(CheckpointError);
    foreignFile({ h: { dtype: "F16", shape: [1], data_offsets: [0, 2] } }, new Uint8Array(2));
    expect(() => readSafetensors(path)).toThrow("type F16");
  });
});
