/** Safetensors files: ours, with checksums, and those of other programs, without. */
import { readFileSync } from "node:fs";
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

/** The layout of other programs: no metadata of ours. */
function foreign(): Buffer {
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { format: "pt" },
      a: { dtype: "F32", shape: [4, 2], data_offsets: [0, 32] },
      b: { dtype: "F64", shape: [2], data_offsets: [32, 48] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(48, 7)]);
}

export const safetensors: Format = {
  name: "safetensors",
  samples: (folder) => {
    const path = join(folder, "a.safetensors");
    writeSafetensors(path, arrays, { step: "7" });
    return [readFileSync(path), foreign()].map((bytes) => ({ files: { "a.safetensors": bytes } }));
  },
  read: (folder, sample) => {
    const { tensors, metadata } = readSafetensors(join(folder, "a.safetensors"));
    for (const { name, shape, data } of tensors) {
      expectThat(data.length === shape.reduce((a, b) => a * b, 1), `${name} has another size than its shape`);
    }
    if (sample !== 0 || metadata["format"] !== "gnmt-moe") return;
    for (const { name, shape, data } of tensors) {
      const written = arrays.find((each) => each.name === name);
      const isSame = written?.shape.join() === shape.join() && written.data.join() === data.join();
      expectThat(isSame, `${name} was altered, and its checksum did not tell`);
    }
  },
};
