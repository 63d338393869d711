/** Safetensors files: ours, with checksums, those of other programs, without, and headers whose length is always right. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/base/random.ts";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import type { NamedArray } from "../../../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../../src/checkpoint/write-safetensors.ts";
import { expectThat, type Format } from "../format.ts";

const random = new Random(21);
const arrays: NamedArray[] = [
  { name: "encoder.weights", shape: [8, 12], data: Float32Array.from({ length: 96 }, () => random.uniform()) },
  { name: "bias", shape: [12], data: new Float32Array(12) },
  { name: "scalar", shape: [], data: Float32Array.of(3) },
  { name: "nothing", shape: [0, 4], data: new Float32Array(0) },
  { name: "ids", shape: [5], data: Int32Array.from([1, -2, 3, -4, 5]) },
];

const HEADER = "header.json";
const DATA = Buffer.alloc(48, 7);

/** The layout of other programs: no metadata of ours. */
const foreign = JSON.stringify({
  __metadata__: { format: "pt" },
  a: { dtype: "F32", shape: [4, 2], data_offsets: [0, 32] },
  b: { dtype: "F64", shape: [2], data_offsets: [32, 48] },
});

/** Types that are converted, an axis of any length beside one of 0, names that need care. */
const unusual = `{"__metadata__":null,
"half":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},
"brain":{"dtype":"BF16","shape":[2,2],"data_offsets":[8,16]},
"count":{"dtype":"I64","shape":[],"data_offsets":[16,24]},
"mask\\ud83d\\ude00":{"dtype":"BOOL","shape":[8],"data_offsets":[24,32]},
"__proto__":{"dtype":"U64","shape":[2],"data_offsets":[32,48]},
"nothing":{"dtype":"F32","shape":[0,9007199254740991,9007199254740991],"data_offsets":[48,48]}}`;

function file(header: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, DATA]);
}

/** What JSON.parse, which lets more pass, makes of the header of a file that was read. */
function checkHeader(bytes: Buffer, read: readonly NamedArray[]): void {
  const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString("utf8");
  const tensors = new Map(Object.entries(JSON.parse(header) as Record<string, { shape: number[] }>));
  tensors.delete("__metadata__");
  expectThat(tensors.size === read.length, `${read.length} tensors were read of ${tensors.size}`);
  for (const { name, shape } of read) {
    expectThat(tensors.get(name)?.shape.join() === shape.join(), `${name} has another shape than its header says`);
  }
}

export const safetensors: Format = {
  name: "safetensors",
  isText: true,
  samples: (folder) => {
    const path = join(folder, "a.safetensors");
    writeSafetensors(path, arrays, { step: "7" });
    const files = [readFileSync(path), file(Buffer.from(foreign)), file(Buffer.from(unusual))];
    return [
      ...files.map((bytes) => ({ files: { "a.safetensors": bytes } })),
      ...[foreign, unusual].map((header) => ({ files: { [HEADER]: Buffer.from(header) } })),
    ];
  },
  read: (folder, sample) => {
    const path = join(folder, "a.safetensors");
    const header = join(folder, HEADER);
    if (existsSync(header)) writeFileSync(path, file(readFileSync(header)));
    const { tensors, metadata } = readSafetensors(path);
    for (const { name, shape, data } of tensors) {
      const elements = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
      expectThat(data.length === elements, `${name} has another size than its shape`);
    }
    checkHeader(readFileSync(path), tensors);
    if (sample !== 0 || metadata["format"] !== "gnmt-moe") return;
    for (const { name, shape, data } of tensors) {
      const written = arrays.find((each) => each.name === name);
      const isSame = written?.shape.join() === shape.join() && written.data.join() === data.join();
      expectThat(isSame, `${name} was altered, and its checksum did not tell`);
    }
  },
};
