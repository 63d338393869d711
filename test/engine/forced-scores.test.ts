/** Source of truth: the same model in TensorFlow.js in plain JavaScript, which test/model/definition.test.ts holds to the definition. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { probeForTests } from "../backends/native-required.ts";
import { pairs } from "../model/definition/wirings.ts";
import { definedLanguageModels, definedTranslationModels } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const sources = pairs.map(({ source }) => source);
const targets = pairs.map(({ target }) => target);
/** Largest difference of a log-probability. */
const tolerances = { f32: 2e-5, bf16: 0.3, int8: 0.3 } as const;

describe.skipIf(!usable)("scores of given pieces", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(definedTranslationModels)("translation, $name", async ({ make }) => {
    const { reference, open } = make(mkdtempSync(join(tmpdir(), "engine-")));
    const expected = (await reference.forceScore(sources, targets)).tokens;
    for (const [arithmetic, tolerance] of Object.entries(tolerances)) {
      const model = await open({ threads: 2, arithmetic: arithmetic as keyof typeof tolerances });
      const { tokens } = await model.forceScore(sources, targets);
      expectClose(tokens, expected, tolerance, arithmetic);
      model.dispose();
    }
    reference.dispose();
  });

  test("more positions than are in memory together have the bits of each sentence alone", async () => {
    const { reference, open } = definedTranslationModels[0]!.make(mkdtempSync(join(tmpdir(), "engine-")));
    // 45 sentences of 1 to 45 positions: 1,035 in all, several blocks of steps of different sizes.
    const long = Array.from({ length: 45 }, (_, i) =>
      Int32Array.from({ length: i + 1 }, (_, t) => sources[(i + t) % sources.length]![0]!),
    );
    const few = long.map((_, i) => targets[i % targets.length]!);
    const model = await open({ threads: 2, arithmetic: "f32" });
    const { tokens } = await model.forceScore(long, few);
    expectClose(tokens, (await reference.forceScore(long, few)).tokens, tolerances.f32, "f32");
    for (const i of [0, 20, 44]) {
      expect((await model.forceScore([long[i]!], [few[i]!])).tokens[0]).toEqual(tokens[i]);
    }
    model.dispose();
    reference.dispose();
  });

  test.each(definedLanguageModels)("language model, $name", async ({ make }) => {
    const { reference, open } = make(mkdtempSync(join(tmpdir(), "engine-")));
    const expected = (await reference.forceScore(targets)).tokens;
    for (const [arithmetic, tolerance] of Object.entries(tolerances)) {
      const model = await open({ threads: 2, arithmetic: arithmetic as keyof typeof tolerances });
      expectClose((await model.forceScore(targets)).tokens, expected, tolerance, arithmetic);
      model.dispose();
    }
    reference.dispose();
  });
});

function expectClose(actual: Float32Array[], expected: Float32Array[], tolerance: number, what: string): void {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  const differences = actual.flatMap((scores, i) => [...scores].map((score, t) => Math.abs(score - expected[i]![t]!)));
  const worst = differences.reduce((most, difference) => Math.max(most, difference), 0);
  expect(worst, `${what}: largest difference`).toBeLessThan(tolerance);
}
