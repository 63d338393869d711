/**
 * Source of truth: a file whose matrices have the adapter's products in them already. A model that adds them as it packs its weights gives the same
 * scores: of floats, of 8-bit integers made of floats, and of those stored.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { readAdapter, withAdapter, writeAdapter } from "../../src/checkpoint/adapter.ts";
import { floatsByName } from "../../src/checkpoint/match.ts";
import { identityMetadata, modelIdentity } from "../../src/checkpoint/model-identity.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import type { NamedArray } from "../../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";
import type { WeightOptions } from "../../src/engine/open-weights.ts";
import { quantizeWeights } from "../../src/engine/quantize-weights.ts";
import type { ForcedScores } from "../../src/model/decoder-state.ts";
import { probeForTests } from "../backends/native-required.ts";
import { pairs } from "../model/definition/wirings.ts";
import { definedLanguageModels, definedTranslationModels } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const folder = mkdtempSync(join(tmpdir(), "nmt-engine-adapters-"));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string) => join(folder, name);
const whole = inFolder("model.safetensors");

/** An adapter beside every matrix that may have one, and a file of the same matrices with its products in them. */
function writeBoth(): void {
  const { tensors } = readSafetensors(whole);
  const adapted = tensors.filter(
    ({ name, shape }) => shape.length > 1 && !/embedding|output\.weights|\.gate\./.test(name),
  );
  const factors = adapted.flatMap(({ name, shape }, n): NamedArray[] => {
    const rank = 1 + (n % 3);
    const [rows, columns] = shape.slice(-2) as [number, number];
    const matrices = shape.slice(0, -2);
    const make = (part: string, axes: number[]) => ({
      name: `${name}.${part}`,
      shape: axes,
      data: Float32Array.from({ length: axes.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(13 * n + 7 * i) / 2),
    });
    return [make("lora_a", [...matrices, rows, rank]), make("lora_b", [...matrices, rank, columns])];
  });
  writeAdapter(inFolder("adapter.safetensors"), factors, { base: modelIdentity(whole), scale: 0.7, step: 1 });
  const merged = withAdapter(floatsByName(tensors), readAdapter(folder));
  const arrays = [...merged].map(([name, { shape, data }]) => ({ name, shape, data: Float32Array.from(data) }));
  writeSafetensors(inFolder("merged.safetensors"), arrays);
  writeSafetensors(inFolder("quantized.safetensors"), quantizeWeights(whole), identityMetadata(whole));
}

interface Scorer {
  forceScore(...texts: Int32Array[][]): Promise<ForcedScores>;
  dispose(): void;
}

async function scores(model: Scorer, texts: Int32Array[][]): Promise<number[]> {
  const { tokens } = await model.forceScore(...texts);
  model.dispose();
  return tokens.flatMap((each) => [...each]);
}

const sources = pairs.map(({ source }) => source);
const targets = pairs.map(({ target }) => target);
const f32: WeightOptions = { threads: 2, arithmetic: { stored: "f32" } };

const apart = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe.skipIf(!usable)("an adapter", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(definedTranslationModels)("is added to every matrix of a translation model: $name", async ({ make }) => {
    const { reference, openFile } = make(folder);
    reference.dispose();
    writeBoth();
    const adapter = readAdapter(folder);
    const texts = [sources, targets];
    const merged = await scores(openFile(inFolder("merged.safetensors"), f32), texts);
    const added = await scores(openFile(whole, { ...f32, adapter }), texts);
    const without = await scores(openFile(whole, f32), texts);
    expect(apart(added, merged)).toBeLessThan(1e-5);
    expect(apart(added, without)).toBeGreaterThan(1e-3);
    // 8-bit lines made of the same floats are the same.
    const int8 = { threads: 1, arithmetic: "int8" } as const;
    const small = await scores(openFile(inFolder("merged.safetensors"), int8), texts);
    expect(apart(await scores(openFile(whole, { ...int8, adapter }), texts), small)).toBeLessThan(1e-4);
    // And stored ones have their own rounding, to which the products are added.
    const stored = { threads: 1, arithmetic: { stored: "f32" } } as const;
    const path = inFolder("quantized.safetensors");
    const quantized = await scores(openFile(path, { ...stored, adapter }), texts);
    const plain = await scores(openFile(path, stored), texts);
    const rounding = apart(plain, await scores(openFile(whole, int8), texts));
    expect(rounding).toBe(0);
    expect(apart(quantized, small)).toBeLessThan(apart(quantized, plain));
    const widened = { threads: 1, arithmetic: "f32", adapter } as const;
    expect(apart(await scores(openFile(path, widened), texts), merged)).toBeLessThan(apart(plain, merged));
  });

  test.each(definedLanguageModels)("is added to every matrix of a language model: $name", async ({ make }) => {
    const { reference, openFile } = make(folder);
    reference.dispose();
    writeBoth();
    const adapter = readAdapter(folder);
    const merged = await scores(openFile(inFolder("merged.safetensors"), f32), [targets]);
    expect(apart(await scores(openFile(whole, { ...f32, adapter }), [targets]), merged)).toBeLessThan(1e-5);
  });

  test("of another model, or of matrices that the model does not have, is refused", () => {
    const { reference, openFile } = definedTranslationModels[0]!.make(folder);
    reference.dispose();
    writeBoth();
    const adapter = readAdapter(folder);
    const open = (change: object) => () => openFile(whole, { ...f32, adapter: { ...adapter, ...change } }).dispose();
    expect(open({ base: "x" })).toThrow("the adapter belongs to another model");
    const [first, ...rest] = adapter.matrices;
    expect(open({ matrices: [{ ...first!, name: "nothing" }] })).toThrow(
      "parameter nothing of the adapter is not in it",
    );
    expect(open({ matrices: [{ ...first!, name: "decoder.lstm1.bias" }] })).toThrow("is no matrix there");
    expect(open({ matrices: [{ ...first!, left: first!.left.slice(1) }] })).toThrow("have another size");
    expect(open({ matrices: [{ ...first!, left: new Float32Array(first!.left.length + 1) }] })).toThrow("more numbers");
    expect(open({ matrices: rest })).not.toThrow();
  });
});
