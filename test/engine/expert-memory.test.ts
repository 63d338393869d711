/** Source of truth: the same model with all of its experts in memory, and a list of the experts last used, kept by hand. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { gatingKinds } from "../../src/config/choices.ts";
import type { NativeTranslationModel } from "../../src/engine/native-translation-model.ts";
import { probeForTests } from "../backends/native-required.ts";
import { reversePairs } from "../model/toy-model.ts";
import { wideModel } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const some = reversePairs(new Random(3), 5, 50, 12);
const sources = some.map(({ source }) => source);
const targets = some.map(({ target }) => target);
const folder = () => mkdtempSync(join(tmpdir(), "engine-"));

async function results(model: NativeTranslationModel) {
  const jobs = [0, 1, 2].map(() => model.forceScore(sources, targets));
  return [await Promise.all(jobs), await model.expertGates(sources, targets), model.expertLoad()];
}

describe.skipIf(!usable)("a bound on the memory of experts", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(
    gatingKinds.flatMap((gating) => (["f32", "bf16", "int8"] as const).map((arithmetic) => ({ gating, arithmetic }))),
  )(
    "$gating, $arithmetic: the same bits as with all in memory, however small it is",
    async ({ gating, arithmetic }) => {
      const open = wideModel(folder(), 50, gating);
      const all = await open({ threads: 3, arithmetic });
      expect(all.expertMemory()).toBeUndefined();
      const expected = await results(all);
      all.dispose();
      for (const expertMemory of [1, 30_000, 1e9]) {
        const model = await open({ threads: 3, arithmetic, expertMemory });
        expect(await results(model)).toEqual(expected);
        const { uses, packed, letGo, bytes } = model.expertMemory()!;
        expect(packed).toBeLessThanOrEqual(uses);
        if (expertMemory === 1e9) expect(letGo).toBe(0);
        else expect(letGo).toBeGreaterThan(0);
        if (expertMemory === 30_000) expect(bytes).toBeLessThanOrEqual(30_000);
        model.dispose();
      }
    },
  );

  test.each([1, 3, 7])(
    "with room for %i, those stay that were used last, and a step begins with those that are there",
    async (room) => {
      const open = wideModel(folder(), 50, "noisy_top_k");
      const whole = await open({ threads: 1, arithmetic: "f32", expertMemory: 1e9 });
      const steps: string[][] = [];
      for (const [i, source] of sources.entries()) steps.push(...(await stepsOf(whole, source, targets[i]!)));
      const { bytes, packed } = whole.expertMemory()!;
      whole.dispose();
      const model = await open({ threads: 1, arithmetic: "f32", expertMemory: (room * bytes) / packed });
      for (const [i, source] of sources.entries()) await model.forceScore([source], [targets[i]!]);
      const { present, ...counts } = leastRecentlyUsed(steps, room);
      expect(model.expertMemory()).toEqual({ ...counts, bytes: (present.length * bytes) / packed });
      model.dispose();
    },
  );
});

/** Names of the experts that each step uses, in their order: all positions of the source at once, then those of the target one after another. */
async function stepsOf(model: NativeTranslationModel, source: Int32Array, target: Int32Array): Promise<string[][]> {
  const layers = await model.expertGates([source], [target]);
  return layers.flatMap(({ layer, side, experts, gates: [gates] }) => {
    const used = Array.from({ length: gates!.length / experts }, (_, position) =>
      Array.from({ length: experts }, (_, expert) => expert).filter(
        (expert) => gates![position * experts + expert]! > 0,
      ),
    );
    const steps = side === "source" ? [[...new Set(used.flat())].sort((a, b) => a - b)] : used;
    return steps.map((step) => step.map((expert) => `${layer} ${expert}`));
  });
}

/** What happens to experts where `room` of them may stay; `present`: the one used last at the end. */
function leastRecentlyUsed(steps: readonly string[][], room: number) {
  const counts = { uses: 0, packed: 0, letGo: 0 };
  let present: string[] = [];
  for (const step of steps) {
    const first = step.filter((name) => present.includes(name));
    for (const name of [...first, ...step.filter((each) => !first.includes(each))]) {
      counts.uses++;
      if (!present.includes(name)) {
        counts.packed++;
        const gone = Math.max(0, present.length + 1 - room);
        counts.letGo += gone;
        present = present.slice(gone);
      }
      present = [...present.filter((each) => each !== name), name];
    }
  }
  return { ...counts, present };
}
