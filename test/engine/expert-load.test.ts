/** Source of truth: the gates of the same pairs, each position's experts counted by hand. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { gatingKinds } from "../../src/config/choices.ts";
import type { ExpertGates, ExpertLoad } from "../../src/model/decoder-state.ts";
import { probeForTests } from "../backends/native-required.ts";
import { reversePairs } from "../model/toy-model.ts";
import { wideModel } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const some = reversePairs(new Random(3), 5, 50, 12);
const sources = some.map(({ source }) => source);
const targets = some.map(({ target }) => target);

describe.skipIf(!usable)("what experts have worked on", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(gatingKinds)("%s gates: each position counts for each of its experts", async (gating) => {
    const open = wideModel(mkdtempSync(join(tmpdir(), "engine-")), 50, gating);
    const model = await open({ threads: 2, arithmetic: "f32" });
    expect(model.expertLoad().map(({ experts, positions }) => [Math.max(...experts), positions])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const once = (await model.expertGates(sources, targets)).map(counted);
    expect(model.expertLoad()).toEqual(once);
    await Promise.all([model.expertGates(sources, targets), model.expertGates(sources, targets)]);
    expect(model.expertLoad()).toEqual(once.map((load) => times(load, 3)));
    model.dispose();
  });

  test("of a search, every step of every hypothesis counts", async () => {
    const open = wideModel(mkdtempSync(join(tmpdir(), "engine-")), 50, "noisy_top_k");
    const model = await open({ threads: 1, arithmetic: "f32" });
    const state = await model.startDecoding(sources);
    await state.step(new Int32Array(sources.length).fill(2), { count: 2 });
    state.select(Int32Array.of(0, 0, 1));
    await state.step(Int32Array.of(5, 6, 7), { count: 2 });
    const pieces = sources.reduce((sum, { length }) => sum + length, 0);
    expect(model.expertLoad().map(({ layer, positions }) => [layer, positions])).toEqual([
      ["encoder.moe2", pieces],
      ["decoder.moe1", sources.length + 3],
    ]);
    for (const { experts, positions } of model.expertLoad()) {
      expect(experts.reduce((sum, count) => sum + count, 0)).toBe(2 * positions);
    }
    state.dispose();
    model.dispose();
  });
});

function counted({ layer, experts, gates }: ExpertGates): ExpertLoad {
  const counts = new Array<number>(experts).fill(0);
  for (const own of gates) {
    own.forEach((gate, at) => {
      if (gate > 0) counts[at % experts]!++;
    });
  }
  return { layer, experts: counts, positions: gates.reduce((sum, { length }) => sum + length / experts, 0) };
}

function times({ layer, experts, positions }: ExpertLoad, factor: number): ExpertLoad {
  return { layer, experts: experts.map((count) => factor * count), positions: factor * positions };
}
