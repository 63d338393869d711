/** Source of truth: what a file must have to be a model's weights. Each of these files is one edit away from those of a model that opens. */
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { CheckpointError } from "../../src/base/errors.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import type { NamedArray } from "../../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";
import type { NativeTranslationModel } from "../../src/engine/native-translation-model.ts";
import { quantizeWeights } from "../../src/engine/quantize-weights.ts";
import type { WeightOptions } from "../../src/engine/weights-file.ts";
import { probeForTests } from "../backends/native-required.ts";
import { definedTranslationModels } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const how: WeightOptions = { threads: 1, arithmetic: { stored: "f32" } };

describe.skipIf(!usable)("openWeights", () => {
  const folder = mkdtempSync(join(tmpdir(), "weights-"));
  const whole = join(folder, "model.safetensors");
  const path = join(folder, "other.safetensors");
  let openFile: (path: string, how: WeightOptions) => Promise<NativeTranslationModel>;
  beforeAll(async () => {
    await selectBackend({ backend: "cpu" });
    const made = definedTranslationModels.find(({ name }) => name.startsWith("shared expert"))!.make(folder);
    made.reference.dispose();
    openFile = made.openFile;
  });

  /** Opens the file after an edit of its tensors. */
  async function opened(
    edit: (tensors: NamedArray[]) => NamedArray[],
    tensors = readSafetensors(whole).tensors,
  ): Promise<void> {
    writeSafetensors(path, edit(tensors));
    (await openFile(path, how)).dispose();
  }
  const named = (tensors: NamedArray[], name: string) => tensors.find((tensor) => tensor.name === name)!;
  const without = (tensors: NamedArray[], name: string) => tensors.filter((tensor) => tensor.name !== name);

  test("opens what it should", async () => {
    await opened((tensors) => tensors);
    await opened((tensors) => tensors, quantizeWeights(whole));
  });

  test.each([
    "decoder.lstm2.bias",
    "encoder.moe2.gate.noise_weights",
    "decoder.output.weights",
    "decoder.attention.energy",
  ])("%s missing", async (name) => {
    await expect(opened((tensors) => without(tensors, name))).rejects.toThrow(CheckpointError);
    await expect(opened((tensors) => without(tensors, name))).rejects.toThrow(
      `parameter ${name} of this model is not in it`,
    );
  });

  test("a tensor of another shape", async () => {
    const edit = (tensors: NamedArray[]) => {
      const { data, shape } = named(tensors, "decoder.lstm1.bias");
      return [
        ...without(tensors, "decoder.lstm1.bias"),
        { name: "decoder.lstm1.bias", shape: [shape[0]! - 1], data: (data as Float32Array).slice(1) },
      ];
    };
    await expect(opened(edit)).rejects.toThrow("parameter decoder.lstm1.bias is [23] there and [24] in this model");
  });

  test.each(["more", "two words", "F32 0 3"])("a tensor too many, named %j", async (name) => {
    const edit = (tensors: NamedArray[]) => [...tensors, { name, shape: [3], data: new Float32Array(3) }];
    await expect(opened(edit)).rejects.toThrow(/more \[3\]|"two words"|"F32 0 3"/);
  });

  test("8-bit matrices without scales, or with too few", async () => {
    const scales = "decoder.lstm1.input_weights.scales";
    await expect(opened((tensors) => without(tensors, scales), quantizeWeights(whole))).rejects.toThrow(scales);
    const fewer = (tensors: NamedArray[]) => [
      ...without(tensors, scales),
      { name: scales, shape: [3], data: new Float32Array(3) },
    ];
    await expect(opened(fewer, quantizeWeights(whole))).rejects.toThrow("does not have a 32-bit scale for every line");
  });

  test("8-bit numbers where the model has floats", async () => {
    const edit = (tensors: NamedArray[]) => [
      ...without(tensors, "decoder.lstm1.bias"),
      { name: "decoder.lstm1.bias", shape: [24], data: new Int8Array(24) },
    ];
    await expect(opened(edit)).rejects.toThrow("decoder.lstm1.bias");
  });

  test("altered and cut-off bytes", async () => {
    const bytes = readFileSync(whole);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(path, bytes);
    await expect(openFile(path, how)).rejects.toThrow(/checksum/);
    truncateSync(path, bytes.length - 8);
    await expect(openFile(path, how)).rejects.toThrow(CheckpointError);
  });

  test("16-bit floats are read as they are", async () => {
    const { tensors } = readSafetensors(whole);
    const source = [Int32Array.of(4, 9, 5, 3)];
    const target = [Int32Array.of(5, 10)];
    // Numbers that bfloat16 holds, in a file of each type.
    const rounded = tensors.map(({ name, shape, data }) => ({
      name,
      shape,
      data: Float32Array.from(data as Float32Array, (value) => Math.round(value * 8) / 8),
    }));
    writeSafetensors(path, rounded);
    const expected = await openFile(path, how);
    const brain = join(folder, "bf16.safetensors");
    writeFileSync(brain, brainFloatFile(rounded));
    const found = await openFile(brain, how);
    expect(await found.forceScore(source, target)).toEqual(await expected.forceScore(source, target));
    found.dispose();
    expected.dispose();
  });
});

/** A file of another program, without checksums: the upper halves of the floats. */
function brainFloatFile(tensors: readonly { name: string; shape: readonly number[]; data: Float32Array }[]): Buffer {
  let at = 0;
  const header = Object.fromEntries(
    tensors.map(({ name, shape, data }) => {
      const begin = at;
      at += 2 * data.length;
      return [name, { dtype: "BF16", shape, data_offsets: [begin, at] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const halves = tensors.map(({ data }) =>
    Buffer.from(Uint16Array.from(new Uint32Array(data.buffer), (bits) => bits >>> 16).buffer),
  );
  return Buffer.concat([length, json, ...halves]);
}
