/** Source of truth: the engine itself, which makes the same integers of weights that are not quantised yet. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";
import { quantizeWeights } from "../../src/engine/quantize-weights.ts";
import { probeForTests } from "../backends/native-required.ts";
import { pairs } from "../model/definition/wirings.ts";
import { normals } from "../ops/finite-differences.ts";
import { definedLanguageModels, definedTranslationModels } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const sources = pairs.map(({ source }) => source);
const targets = pairs.map(({ target }) => target);

describe.skipIf(!usable)("quantizeWeights", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(definedTranslationModels)(
    "translation, $name: the same scores as of weights quantised when opened",
    async ({ make }) => {
      const folder = mkdtempSync(join(tmpdir(), "quantized-"));
      const { reference, open, openFile } = make(folder);
      reference.dispose();
      const path = join(folder, "int8.safetensors");
      writeSafetensors(path, quantizeWeights(join(folder, "model.safetensors")));
      const stored = await openFile(path, { threads: 1, arithmetic: { stored: "f32" } });
      const made = await open({ threads: 2, arithmetic: "int8" });
      expect(stored.arithmetic).toBe("int8");
      expect(await stored.forceScore(sources, targets)).toEqual(await made.forceScore(sources, targets));
      stored.dispose();
      made.dispose();
    },
  );

  test.each(definedLanguageModels)("language model, $name", async ({ make }) => {
    const folder = mkdtempSync(join(tmpdir(), "quantized-"));
    const { reference, open, openFile } = make(folder);
    reference.dispose();
    const path = join(folder, "int8.safetensors");
    writeSafetensors(path, quantizeWeights(join(folder, "model.safetensors")));
    const stored = await openFile(path, { threads: 1, arithmetic: { stored: "f32" } });
    const made = await open({ threads: 2, arithmetic: "int8" });
    expect(await stored.forceScore(targets)).toEqual(await made.forceScore(targets));
    stored.dispose();
    made.dispose();
  });

  test("each line's largest magnitude is 127, and every number within half a step of its own", () => {
    const folder = mkdtempSync(join(tmpdir(), "quantized-"));
    const path = join(folder, "model.safetensors");
    const experts = Float32Array.from(normals(1, 3 * 5 * 7));
    const table = Float32Array.from(normals(2, 4 * 6));
    table.fill(0, 6, 12);
    writeSafetensors(path, [
      { name: "moe1.experts.inner", shape: [3, 5, 7], data: experts },
      { name: "embedding", shape: [4, 6], data: table },
      { name: "moe1.gate.weights", shape: [5, 3], data: new Float32Array(15).fill(1) },
      { name: "output.bias", shape: [4], data: new Float32Array(4).fill(2) },
    ]);
    const byName = new Map(quantizeWeights(path).map((tensor) => [tensor.name, tensor]));
    expect([...byName].map(([name, { shape }]) => [name, shape])).toEqual([
      ["moe1.experts.inner", [3, 7, 5]],
      ["moe1.experts.inner.scales", [3, 7]],
      ["embedding", [4, 6]],
      ["embedding.scales", [4]],
      ["moe1.gate.weights", [5, 3]],
      ["output.bias", [4]],
    ]);
    const [bytes, scales] = ["embedding", "embedding.scales"].map((name) => byName.get(name)!.data as Float32Array) as [
      Float32Array,
      Float32Array,
    ];
    for (let line = 0; line < 4; line++) {
      const own = [...bytes.slice(line * 6, line * 6 + 6)];
      expect(Math.max(...own.map(Math.abs))).toBe(line === 1 ? 0 : 127);
      own.forEach((value, i) => {
        expect(Math.abs(value * scales[line]! - table[line * 6 + i]!)).toBeLessThanOrEqual(scales[line]! * 0.5001);
      });
    }
    const inner = byName.get("moe1.experts.inner")!.data;
    const innerScales = byName.get("moe1.experts.inner.scales")!.data;
    for (let e = 0; e < 3; e++) {
      for (let output = 0; output < 7; output++) {
        for (let input = 0; input < 5; input++) {
          const scale = Number(innerScales[e * 7 + output]);
          const value = Number(inner[(e * 7 + output) * 5 + input]) * scale;
          expect(Math.abs(value - experts[(e * 5 + input) * 7 + output]!)).toBeLessThanOrEqual(scale * 0.5001);
        }
      }
    }
  });

  test("refuses weights that are quantised already, and names the tensor", () => {
    const path = join(mkdtempSync(join(tmpdir(), "quantized-")), "model.safetensors");
    writeSafetensors(path, [{ name: "embedding", shape: [2, 2], data: new Int8Array(4) }]);
    expect(() => quantizeWeights(path)).toThrow(/tensor embedding has type I8/);
  });
});
