/** Source of truth: the gates of the same model in TensorFlow.js, layer by layer, and each sentence alone. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { gatingKinds } from "../../src/config/choices.ts";
import type { ExpertGates } from "../../src/model/decoder-state.ts";
import { probeForTests } from "../backends/native-required.ts";
import { pairs } from "../model/definition/wirings.ts";
import { reversePairs } from "../model/toy-model.ts";
import { definedTranslationModels, wideModel } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const sources = pairs.map(({ source }) => source);
const targets = pairs.map(({ target }) => target);

describe.skipIf(!usable)("experts of given pairs", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(definedTranslationModels)("$name", async ({ make }) => {
    const { reference, open } = make(mkdtempSync(join(tmpdir(), "engine-")));
    const expected = await reference.expertGates(sources, targets);
    const model = await open({ threads: 2, arithmetic: "f32" });
    const found = await model.expertGates(sources, targets);
    expect(found.map(({ layer, side, experts }) => [layer, side, experts])).toEqual(
      reference.moeLayers.map(({ name, balance }) => {
        return [name, name.startsWith("encoder") ? "source" : "target", balance.load.length];
      }),
    );
    for (const [i, layer] of found.entries()) expectSame(layer, expected[i]!);
    // Nothing is left to watch.
    expect(reference.moeLayers.map(({ observer }) => observer)).toEqual(reference.moeLayers.map(() => undefined));
    model.dispose();
    reference.dispose();
  });

  test.each(gatingKinds)(
    "%s gates of a sentence are the same alone, and in 8 bits of the same number",
    async (gating) => {
      const open = wideModel(mkdtempSync(join(tmpdir(), "engine-")), 50, gating);
      const some = reversePairs(new Random(3), 5, 50, 12);
      const given = [some.map(({ source }) => source), some.map(({ target }) => target)] as const;
      const model = await open({ threads: 2, arithmetic: "f32" });
      const all = await model.expertGates(...given);
      const alone = await model.expertGates([given[0][3]!], [given[1][3]!]);
      expect(alone.map(({ gates }) => gates)).toEqual(all.map(({ gates }) => [gates[3]]));
      for (const { gates, experts, side } of all) {
        gates.forEach((own, s) => {
          expect(own).toHaveLength(experts * (side === "source" ? given[0][s]!.length : given[1][s]!.length + 1));
          for (let at = 0; at < own.length; at += experts) {
            const row = own.subarray(at, at + experts);
            const used = row.filter((gate) => gate > 0).length;
            if (gating !== "strictly_balanced" || used > 0)
              expect(row.reduce((sum, gate) => sum + gate, 0)).toBeCloseTo(1, 5);
            if (gating === "noisy_top_k") expect(used).toBe(2);
            if (gating === "hierarchical") expect(used).toBe(4);
            if (gating === "dense") expect(used).toBe(experts);
          }
        });
      }
      model.dispose();
      const quantized = await open({ threads: 1, arithmetic: "int8" });
      const rough = await quantized.expertGates(...given);
      expect(rough.map(({ gates }) => gates.map(({ length }) => length))).toEqual(
        all.map(({ gates }) => gates.map(({ length }) => length)),
      );
      quantized.dispose();
    },
  );

  test("a target for each source is asked for, of the vocabulary", async () => {
    const model = await wideModel(
      mkdtempSync(join(tmpdir(), "engine-")),
      50,
      "dense",
    )({ threads: 1, arithmetic: "f32" });
    await expect(model.expertGates([Int32Array.of(4, 3)], [])).rejects.toThrow(/target for each source/);
    await expect(model.expertGates([Int32Array.of(4, 3)], [Int32Array.of(50)])).rejects.toThrow(/vocabulary/);
    model.dispose();
  });
});

/** The same experts at every position, with weights that differ by rounding alone. */
function expectSame(found: ExpertGates, expected: ExpertGates): void {
  expect(found.gates.map(({ length }) => length)).toEqual(expected.gates.map(({ length }) => length));
  found.gates.forEach((gates, sentence) => {
    const other = expected.gates[sentence]!;
    gates.forEach((gate, at) => {
      expect(gate > 0, `${found.layer}, sentence ${sentence}, ${at}`).toBe(other[at]! > 0);
      expect(Math.abs(gate - other[at]!)).toBeLessThan(1e-4);
    });
  });
}
