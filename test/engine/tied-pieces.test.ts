/** Source of truth: equal log-probabilities come in ascending order of ids (model/decoder-state.ts). */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";
import { probeForTests } from "../backends/native-required.ts";
import { BOS } from "../model/definition/loss.ts";
import { definedTranslationModels } from "./defined-models.ts";

const { usable } = await probeForTests("native");
beforeAll(() => selectBackend({ backend: "cpu" }));

test.skipIf(!usable)("a model that finds all pieces equal lists the lowest ids", async () => {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const { reference, openFile } = definedTranslationModels[0]!.make(folder);
  reference.dispose();
  const { tensors } = readSafetensors(join(folder, "model.safetensors"));
  for (const { name, data } of tensors) if (name.startsWith("decoder.output.")) (data as Float32Array).fill(0);
  // A piece that is worse, one that is better.
  const bias = tensors.find(({ name }) => name === "decoder.output.bias")!.data as Float32Array;
  bias[0] = -1;
  bias[7] = 1;
  const path = join(folder, "flat.safetensors");
  writeSafetensors(path, tensors);
  for (const arithmetic of ["f32", "int8"] as const) {
    const model = await openFile(path, { threads: 1, arithmetic });
    const state = await model.startDecoding([Int32Array.of(4, 3)]);
    const { ids } = await state.step(Int32Array.of(BOS), { count: 5 });
    expect([...ids]).toEqual([7, 1, 2, 3, 4]);
    state.dispose();
    model.dispose();
  }
});
