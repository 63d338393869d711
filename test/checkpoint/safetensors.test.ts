/**
 * Source of truth: the safetensors format (8-byte little-endian header length, JSON, offsets counted from the header's end), and which
 * headers Python's safetensors 0.8.0 takes.
 */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { floatsByName } from "../../src/checkpoint/match.ts";
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
  { name: "__proto__", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n) },
];

/** A file as another program would write it: no checksums. A header may be given as it is. */
function foreignFile(header: object | string | Buffer, data: Uint8Array): void {
  const json =
    typeof header === "string" || Buffer.isBuffer(header) ? Buffer.from(header) : Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, data]));
}

describe("safetensors", () => {
  it("come back as they were written, in an order that aligns every type", () => {
    writeSafetensors(path, tensors, { step: "7" });
    const content = readSafetensors(path);
    expect(content.metadata).toMatchObject({ format: "gnmt-moe", step: "7" });
    const names = ["scalar", "__proto__", "matrix", "empty", "ids", "bytes"];
    expect(content.tensors.map(({ name }) => name)).toEqual(names);
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
    expect(header["matrix"]).toEqual({ dtype: "F32", shape: [2, 3], data_offsets: [24, 48] });
    expect(bytes.readFloatLE(8 + length + 32)).toBe(3.5);
    expect(bytes.length).toBe(8 + length + 8 + 16 + 24 + 8 + 3);
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

  it("need names that a file can hold", () => {
    const data = new Float32Array(1);
    const named = (...names: string[]) => names.map((name) => ({ name, shape: [1], data }));
    for (const tensors of [named("a", "b", "a"), named("__metadata__"), named("\ud800")]) {
      expect(() => writeSafetensors(path, tensors)).toThrow("cannot be named");
    }
  });

  it("may be a view into a larger array", () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    writeSafetensors(path, [{ name: "view", shape: [2], data: view }]);
    expect(readSafetensors(path).tensors[0]!.data).toEqual(Float32Array.of(1, 2));
  });
});

describe("headers of other programs", () => {
  const bytes = (name: string, shape = "[1]", offsets = "[0,1]", rest = "") =>
    `{"${name}":{"dtype":"U8","shape":${shape},"data_offsets":${offsets}${rest}}}`;
  const floats = (shape: string) => `{"a":{"dtype":"F32","shape":${shape},"data_offsets":[0,0]}}`;

  it.each([
    ["metadata of null", '{"__metadata__":null}', []],
    ["nothing", "{}", []],
    ["spaces and a line's end", " {} \n", []],
    ["an empty tensor of a huge axis", floats("[0,9007199254740991]"), [["a", [0, Number.MAX_SAFE_INTEGER]]]],
    ["a huge axis before that of 0", floats("[9007199254740991,0]"), [["a", [Number.MAX_SAFE_INTEGER, 0]]]],
    ["a pair of surrogates", bytes("a\\ud83d\\ude00"), [["a😀", [1]]]],
    ["a zero in a name", bytes("a\\u0000"), [["a\0", [1]]]],
    ["no name", bytes(""), [["", [1]]]],
    ["a name that objects have", bytes("__proto__"), [["__proto__", [1]]]],
    ["fields that the format does not know", bytes("a", "[1]", "[0,1]", ',"scale":0.5'), [["a", [1]]]],
  ])("may have %s", (_what, header, found) => {
    foreignFile(header, new Uint8Array(header.includes('"U8"') ? 1 : 0));
    const { metadata, tensors } = readSafetensors(path);
    expect(metadata).toEqual({});
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual(found);
  });

  it("may have so many huge axes that their product is no number, as Python's may not", () => {
    foreignFile(floats(`[${"9007199254740991,".repeat(30)}0]`), new Uint8Array(0));
    expect(readSafetensors(path).tensors[0]!.data).toEqual(new Float32Array(0));
  });

  it.each([
    ["an axis of 4.0", bytes("a", "[4.0]", "[0,4]"), 4, "shape"],
    ["an axis of 4e0", bytes("a", "[4e0]", "[0,4]"), 4, "shape"],
    ["an axis of −0", bytes("a", "[-0]", "[0,0]"), 0, "shape"],
    ["an axis of −1", bytes("a", "[-1,-1]"), 1, "shape"],
    ["an offset of 1.0", bytes("a", "[1]", "[0,1.0]"), 1, "offsets"],
    ["three offsets", bytes("a", "[1]", "[0,1,1]"), 1, "offsets"],
    ["half a surrogate pair in a name", bytes("a\\ud800"), 1, "surrogate"],
    ["half a surrogate pair in metadata", '{"__metadata__":{"a":"\\udc00"}}', 0, "surrogate"],
    ["a byte that is not UTF-8", Buffer.from(bytes("a\xff"), "latin1"), 1, "UTF-8"],
    ["a byte order mark", "\ufeff{}", 0, "JSON"],
    ["metadata twice", '{"__metadata__":{},"__metadata__":{}}', 0, "twice"],
    ["metadata twice, once as null", '{"__metadata__":null,"__metadata__":{}}', 0, "twice"],
    ["a shape twice", bytes("a", "[1]", "[0,1]", ',"shape":[1]'), 1, "twice"],
    ["zeros after it", "{}\0\0", 0, "JSON"],
    ["a type in small letters", bytes("a").replace("U8", "u8"), 1, "type u8"],
    // Python lets the last one win; the format forbids equal keys.
    ["a name twice", `${bytes("a").slice(0, -1)},${bytes("a").slice(1)}`, 1, "twice"],
    ["a key of metadata twice", '{"__metadata__":{"a":"1","a":"2"}}', 0, "twice"],
    // Python counts to 2^64.
    ["an axis that no number holds", floats("[0,9007199254740993]"), 0, "shape"],
  ])("may not have %s", (_what, header, size, message) => {
    foreignFile(header, new Uint8Array(size));
    expect(() => readSafetensors(path)).toThrow(CheckpointError);
    expect(() => readSafetensors(path)).toThrow(message);
  });

  it("may name half-precision floats, 64-bit integers and booleans", () => {
    const tensors: [string, Uint8Array][] = [
      ["F16", new Uint8Array(Uint16Array.of(0x3c00, 0xc100, 0x7bff).buffer)],
      ["BF16", new Uint8Array(Uint16Array.of(0x3f80, 0xc020, 0x7f7f).buffer)],
      ["I64", new Uint8Array(BigInt64Array.of(-1n, 2n ** 62n, 7n).buffer)],
      ["U64", new Uint8Array(BigUint64Array.of(0n, 2n ** 64n - 1n, 7n).buffer)],
      ["BOOL", Uint8Array.of(0, 1, 1)],
    ];
    let at = 0;
    const entries = tensors.map(([dtype, { length }]) => {
      at += length;
      return [dtype, { dtype, shape: [3], data_offsets: [at - length, at] }] as const;
    });
    foreignFile(Object.fromEntries(entries), Buffer.concat(tensors.map(([, data]) => data)));
    const read = readSafetensors(path).tensors;
    expect(Object.fromEntries(read.map(({ name, data }) => [name, data]))).toEqual({
      F16: Float32Array.of(1, -2.5, 65504),
      BF16: Float32Array.of(1, -2.5, 255 * 2 ** 120),
      I64: BigInt64Array.of(-1n, 2n ** 62n, 7n),
      U64: BigUint64Array.of(0n, 2n ** 64n - 1n, 7n),
      BOOL: Uint8Array.of(0, 1, 1),
    });
    expect(floatsByName(read.slice(0, 2)).get("BF16")!.data[1]).toBe(-2.5);
    expect(() => floatsByName(read)).toThrow("tensor I64");
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
    for (let at = size - 59; at < size; at += 7) {
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

  it.each(["null", "5", '"text"', "[]", '{"__metadata__":[]}', '{"__metadata__":{"a":1}}', '{"a":null}', '{"a":[]}'])(
    "are found when the header is %s",
    (json) => expect(() => decodeHeader(Buffer.from(json), 0, path)).toThrow(CheckpointError),
  );

  it("say so when they are missing or of a type not read here", () => {
    expect(() => readSafetensors(join(folder, "none"))).toThrow("the file cannot be read");
    expect(() => readSafetensors(folder)).toThrow(CheckpointError);
    foreignFile({ h: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1));
    expect(() => readSafetensors(path)).toThrow("type F8_E4M3");
  });
});
