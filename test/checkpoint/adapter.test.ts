// Source of truth: W + scale · A B by plain sums, and the identity of weights: the same numbers, whatever file they are in.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkAdapter, readAdapter, withAdapter, writeAdapter } from "../../src/checkpoint/adapter.ts";
import { identityMetadata, modelIdentity } from "../../src/checkpoint/model-identity.ts";
import type { NamedArray } from "../../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-adapter-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string) => join(folder, name);

const tensor = (name: string, shape: number[], first = 0): NamedArray => ({
  name,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(first + i)),
});
const weights = [tensor("lstm.input_weights", [3, 4]), tensor("experts.inner", [2, 3, 5], 7), tensor("bias", [4], 3)];
const factors = [
  ...[tensor("lstm.input_weights.lora_a", [3, 2], 1), tensor("lstm.input_weights.lora_b", [2, 4], 2)],
  ...[tensor("experts.inner.lora_a", [2, 3, 1], 4), tensor("experts.inner.lora_b", [2, 1, 5], 5)],
];
const about = { base: "b".repeat(64), scale: 3, step: 7 };

describe("the file of an adapter", () => {
  test("adds scale · A B to each matrix, and leaves other parameters", () => {
    const path = inFolder("adapter.safetensors");
    writeAdapter(path, factors, about);
    const adapter = readAdapter(folder);
    expect([adapter.path, adapter.base]).toEqual([path, about.base]);
    const before = new Map(weights.map(({ name, shape, data }) => [name, { shape, data: data as Float32Array }]));
    const after = withAdapter(before, adapter);
    const of = (name: string) => factors.find((each) => each.name === name)!.data as Float32Array;
    const check = (name: string, rows: number, columns: number, rank: number) => {
      const [a, b] = [of(`${name}.lora_a`), of(`${name}.lora_b`)];
      before.get(name)!.data.forEach((weight, at) => {
        const [matrix, row, column] = [
          Math.floor(at / (rows * columns)),
          Math.floor(at / columns) % rows,
          at % columns,
        ];
        let sum = weight;
        for (let k = 0; k < rank; k++) {
          sum += 3 * a[(matrix * rows + row) * rank + k]! * b[(matrix * rank + k) * columns + column]!;
        }
        expect(after.get(name)!.data[at], `${name}[${at}]`).toBeCloseTo(sum, 5);
      });
    };
    check("lstm.input_weights", 3, 4, 2);
    check("experts.inner", 3, 5, 1);
    expect(after.get("bias")).toBe(before.get("bias"));
  });

  test.each<[string, NamedArray[], string]>([
    ["one tensor of two", factors.slice(0, 3), "its tensors are not two for each parameter"],
    [
      "other ranks",
      [factors[0]!, tensor("lstm.input_weights.lora_b", [3, 4])],
      "the tensors of lstm.input_weights are not",
    ],
    [
      "other numbers of matrices",
      [factors[2]!, tensor("experts.inner.lora_b", [1, 5])],
      "the tensors of experts.inner are not",
    ],
    ["a vector", [tensor("v.lora_a", [4]), tensor("v.lora_b", [1, 4])], "the tensors of v are not"],
    [
      "integers",
      [{ name: "i.lora_a", shape: [1, 1], data: Int32Array.of(1) }, tensor("i.lora_b", [1, 1])],
      "the tensors of i are not",
    ],
  ])("with %s is refused", (name, tensors, message) => {
    const path = inFolder(`${name}.safetensors`);
    writeAdapter(path, tensors, about);
    expect(() => readAdapter(path)).toThrow(
      expect.objectContaining({ name: "CheckpointError", message: expect.stringContaining(message), where: path }),
    );
  });

  test("that is none, or missing, is refused", () => {
    writeSafetensors(inFolder("model.safetensors"), weights, { step: "1" });
    expect(() => readAdapter(inFolder("model.safetensors"))).toThrow("the file is no adapter");
    expect(() => readAdapter(inFolder("nowhere"))).toThrow("there is no adapter");
    writeFileSync(inFolder("cut"), "12345678");
    expect(() => readAdapter(inFolder("cut"))).toThrow();
  });

  test("for a parameter that the model does not have is refused", () => {
    const path = inFolder("other.safetensors");
    writeAdapter(path, [tensor("x.lora_a", [3, 1]), tensor("x.lora_b", [1, 4])], about);
    const values = new Map([["x", { shape: [4, 3], data: new Float32Array(12) }]]);
    expect(() => withAdapter(values, readAdapter(path))).toThrow("x [3, 4] is no parameter of the model");
    expect(() => withAdapter(new Map(), readAdapter(path))).toThrow("x [3, 4] is no parameter of the model");
  });
});

describe("the identity of weights", () => {
  const write = (name: string, tensors: NamedArray[], metadata = {}) => {
    const path = inFolder(name);
    writeSafetensors(path, tensors, metadata);
    return path;
  };

  test("is that of the numbers, names and shapes", () => {
    const first = modelIdentity(write("a", weights, { step: "1" }));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(modelIdentity(write("b", [...weights].reverse(), { step: "2" }))).toBe(first);
    const changed = weights.map((each) => ({ ...each, data: (each.data as Float32Array).slice() }));
    changed[1]!.data[3]! += 1e-3;
    expect(modelIdentity(write("c", changed))).not.toBe(first);
    expect(modelIdentity(write("d", [{ ...weights[0]!, shape: [4, 3] }, ...weights.slice(1)]))).not.toBe(first);
  });

  test("is the same without the checksums of our own files", () => {
    const header = JSON.stringify({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
    const bytes = Buffer.alloc(8 + header.length + 8);
    bytes.writeBigUInt64LE(BigInt(header.length));
    bytes.write(header, 8);
    bytes.writeFloatLE(1, 8 + header.length);
    bytes.writeFloatLE(2, 12 + header.length);
    writeFileSync(inFolder("foreign"), bytes);
    const own = write("own", [{ name: "w", shape: [2], data: Float32Array.of(1, 2) }]);
    expect(modelIdentity(inFolder("foreign"))).toBe(modelIdentity(own));
  });

  test("goes on to weights that were made of others", () => {
    const first = write("e", weights);
    const made = write("f", weights.slice(0, 1), identityMetadata(first));
    expect(modelIdentity(made)).toBe(modelIdentity(first));
    expect(identityMetadata(made)).toEqual(identityMetadata(first));
  });

  test("is what an adapter is checked by", () => {
    const adapter = { path: "a", base: "x", matrices: [] };
    expect(() => checkAdapter(adapter, "x", "w")).not.toThrow();
    expect(() => checkAdapter(adapter, "y", "w")).toThrow("the adapter belongs to another model");
  });
});
