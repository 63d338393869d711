/**
 * Source of truth: scores of the same pieces given whole, which forced-scores.test.ts holds to TensorFlow.js; and the same sentence alone, on
 * one thread. In 8 bits the portable kernels say what every instruction set is to give, to the bit.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAddon } from "../../src/backends/native/addon.ts";
import { type EngineOptions, selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { gatingKinds } from "../../src/config/choices.ts";
import type { NativeTranslationModel } from "../../src/engine/native-translation-model.ts";
import type { WeightOptions } from "../../src/engine/weights-file.ts";
import type { DecoderState } from "../../src/model/decoder-state.ts";
import { probeForTests } from "../backends/native-required.ts";
import { markers, reversePairs } from "../model/toy-model.ts";
import { wideModel } from "./defined-models.ts";

const { usable } = await probeForTests("native");
const cpu: EngineOptions = { backend: "cpu" };
const VOCABULARY = 50;
const pairs = reversePairs(new Random(3), 9, VOCABULARY, 12);
const sources = pairs.map(({ source }) => source);
const targets = pairs.map(({ target }) => target);
const arithmetics = ["f32", "bf16", "int8"] as const;

/** Feeds the targets step by step; distributions [sentences][steps][vocabulary], attention [sentences][steps][positions]. */
async function stepped(model: NativeTranslationModel, chosen: readonly number[]) {
  const state = await model.startDecoding(chosen.map((i) => sources[i]!));
  const distributions: Float32Array[][] = chosen.map(() => []);
  const attention: Float32Array[][] = chosen.map(() => []);
  let rows = chosen.map((_, i) => i);
  for (let t = 0; rows.length > 0; t++) {
    const previous = Int32Array.from(rows, (i) => (t === 0 ? markers.bosId : targets[chosen[i]!]![t - 1]!));
    const { distribution, attention: weights } = await state.step(previous, {
      count: 3,
      distribution: true,
      withAttention: true,
    });
    rows.forEach((i, row) => {
      distributions[i]!.push(distribution!.slice(row * VOCABULARY, (row + 1) * VOCABULARY));
      attention[i]!.push(weights!.weights.slice(weights!.offsets[row]!, weights!.offsets[row + 1]!));
    });
    const kept = rows.flatMap((i, row) => (t < targets[chosen[i]!]!.length ? [row] : []));
    rows = kept.map((row) => rows[row]!);
    if (rows.length > 0) state.select(Int32Array.from(kept));
  }
  state.dispose();
  return { distributions, attention };
}

describe.skipIf(!usable).each(gatingKinds)("%s experts", (gating) => {
  beforeAll(() => selectBackend(cpu));
  const folder = mkdtempSync(`${tmpdir()}/engine-`);
  let open: (how: WeightOptions) => Promise<NativeTranslationModel>;
  beforeAll(() => {
    open = wideModel(folder, VOCABULARY, gating);
  });

  test.each(arithmetics)("steps give what whole targets give, in %s", async (arithmetic) => {
    const model = await open({ threads: 2, arithmetic });
    const { tokens } = await model.forceScore(sources, targets);
    const { distributions, attention } = await stepped(
      model,
      sources.map((_, i) => i),
    );
    targets.forEach((target, i) => {
      [...target, markers.eosId].forEach((piece, t) => {
        const distribution = distributions[i]![t]!;
        expect(Math.abs(distribution[piece]! - tokens[i]![t]!)).toBeLessThan(2e-5);
        expect(distribution.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
        expect(attention[i]![t]).toHaveLength(sources[i]!.length);
        expect(attention[i]![t]!.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      });
    });
    model.dispose();
  });

  test.each(arithmetics)(
    "a sentence has the same bits alone, among others and on one thread, in %s",
    async (arithmetic) => {
      const two = await open({ threads: 2, arithmetic });
      const one = await open({ threads: 1, arithmetic });
      const all = await stepped(
        two,
        sources.map((_, i) => i),
      );
      for (const [model, chosen] of [
        [one, sources.map((_, i) => i)],
        [two, [4]],
        [one, [7, 4, 0]],
      ] as const) {
        const some = await stepped(model, chosen);
        chosen.forEach((sentence, i) => {
          expect(some.distributions[i]).toEqual(all.distributions[sentence]);
          expect(some.attention[i]).toEqual(all.attention[sentence]);
        });
      }
      const scores = (await two.forceScore(sources, targets)).tokens;
      expect((await one.forceScore([sources[4]!], [targets[4]!])).tokens[0]).toEqual(scores[4]);
      one.dispose();
      two.dispose();
    },
  );

  test("int8 has the same bits on every instruction set", async () => {
    const addon = loadAddon();
    const before = addon.isa();
    try {
      let expected: Float32Array[] | undefined;
      for (const isa of addon.instructionSets()) {
        addon.selectIsa(isa);
        const model = await open({ threads: 2, arithmetic: "int8" });
        const { tokens } = await model.forceScore(sources, targets);
        const { distributions } = await stepped(model, [2, 0, 5]);
        const found = [...tokens, ...distributions.flat()];
        expected ??= found;
        expect(found, isa).toEqual(expected);
        model.dispose();
      }
    } finally {
      addon.selectIsa(before);
    }
  });
});

describe.skipIf(!usable)("candidates of a step", () => {
  beforeAll(() => selectBackend(cpu));
  let model: NativeTranslationModel;
  let state: DecoderState;
  beforeAll(async () => {
    model = await wideModel(
      mkdtempSync(`${tmpdir()}/engine-`),
      VOCABULARY,
      "noisy_top_k",
    )({ threads: 2, arithmetic: "f32" });
    state = await model.startDecoding(sources);
  });
  afterAll(() => {
    state.dispose();
    model.dispose();
  });

  test("are the best of the distribution, best first", async () => {
    const previous = new Int32Array(sources.length).fill(markers.bosId);
    const { ids, logProbabilities, distribution } = await state.step(previous, { count: 7, distribution: true });
    sources.forEach((_, row) => {
      const all = [...distribution!.slice(row * VOCABULARY, (row + 1) * VOCABULARY)];
      const ranked = all.map((_, id) => id).sort((a, b) => all[b]! - all[a]! || a - b);
      expect([...ids.slice(row * 7, row * 7 + 7)]).toEqual(ranked.slice(0, 7));
      expect([...logProbabilities.slice(row * 7, row * 7 + 7)]).toEqual(ranked.slice(0, 7).map((id) => all[id]!));
    });
  });

  test("the whole vocabulary is in order too", async () => {
    const previous = new Int32Array(sources.length).fill(markers.bosId);
    const own = await model.startDecoding(sources);
    const { ids, logProbabilities, distribution } = await own.step(previous, { count: VOCABULARY, distribution: true });
    own.dispose();
    sources.forEach((_, row) => {
      const all = [...distribution!.slice(row * VOCABULARY, (row + 1) * VOCABULARY)];
      const given = [...ids.slice(row * VOCABULARY, (row + 1) * VOCABULARY)];
      expect(given).toEqual(all.map((_, id) => id).sort((a, b) => all[b]! - all[a]! || a - b));
      expect([...logProbabilities.slice(row * VOCABULARY, (row + 1) * VOCABULARY)]).toEqual(
        given.map((id) => all[id]!),
      );
    });
  });

  test("rows may be repeated and left out, and know their sentence", async () => {
    state.select(Int32Array.of(8, 3, 3));
    state.select(Int32Array.of(2, 0));
    expect([...state.sentenceOfRow]).toEqual([3, 8]);
    const alone = await model.startDecoding([sources[3]!]);
    const first = await alone.step(Int32Array.of(markers.bosId), { count: 1 });
    const expected = await alone.step(first.ids, { count: 4 });
    const found = await state.step(Int32Array.of(first.ids[0]!, 5), { count: 4 });
    expect(found.ids.slice(0, 4)).toEqual(expected.ids);
    expect(found.logProbabilities.slice(0, 4)).toEqual(expected.logProbabilities);
    alone.dispose();
  });
});

describe.skipIf(!usable)("with candidates for each sentence", () => {
  beforeAll(() => selectBackend(cpu));
  /** Some pieces of their own for each source, more of them for longer ones; `</s>` among them. */
  const candidates = (source: Int32Array) =>
    Int32Array.from(
      new Set([
        markers.eosId,
        ...source,
        ...Array.from({ length: 3 * source.length }, (_, i) => (7 * i + source[0]!) % VOCABULARY),
      ]),
    ).sort();

  test.each(arithmetics)("a step has the whole softmax's scores of them, renormalised, in %s", async (arithmetic) => {
    const open = wideModel(mkdtempSync(`${tmpdir()}/engine-`), VOCABULARY, "noisy_top_k");
    const whole = await open({ threads: 2, arithmetic });
    const few = await open({ threads: 2, arithmetic }, candidates);
    const everything = await whole.startDecoding(sources);
    const chosen = await few.startDecoding(sources);
    const previous = new Int32Array(sources.length).fill(markers.bosId);
    const { distribution: all } = await everything.step(previous, { count: 1, distribution: true });
    const { distribution, ids, logProbabilities } = await chosen.step(previous, { count: 4, distribution: true });
    sources.forEach((source, row) => {
      const own = candidates(source);
      const scores = Array.from(own, (id) => all![row * VOCABULARY + id]!);
      const normaliser = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
      for (let id = 0; id < VOCABULARY; id++) {
        const found = distribution![row * VOCABULARY + id]!;
        if (own.includes(id)) expect(found).toBeCloseTo(all![row * VOCABULARY + id]! - normaliser, 4);
        else expect(found).toBe(Number.NEGATIVE_INFINITY);
      }
      const ranked = [...own.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
      const best = ranked.slice(0, 4).map((i) => own[i]!);
      expect([...ids.slice(row * 4, row * 4 + best.length)]).toEqual(best);
      const at = row * VOCABULARY;
      expect([...logProbabilities.slice(row * 4, row * 4 + best.length)]).toEqual(
        best.map((id) => distribution![at + id]!),
      );
    });
    // Alone, a sentence has the same bits: its softmax doesn't see its neighbours' candidates.
    const alone = await few.startDecoding([sources[5]!]);
    const found = await alone.step(Int32Array.of(markers.bosId), { count: 4, distribution: true });
    expect(found.distribution).toEqual(distribution!.slice(5 * VOCABULARY, 6 * VOCABULARY));
    for (const state of [everything, chosen, alone]) state.dispose();
    whole.dispose();
    few.dispose();
  });

  test.each(arithmetics)("rows of a beam, on every instruction set, in %s", async (arithmetic) => {
    const addon = loadAddon();
    const before = addon.isa();
    const open = wideModel(mkdtempSync(`${tmpdir()}/engine-`), VOCABULARY, "noisy_top_k");
    try {
      let portable: Float32Array | undefined;
      for (const isa of addon.instructionSets()) {
        addon.selectIsa(isa);
        const model = await open({ threads: 2, arithmetic }, candidates);
        const state = await model.startDecoding(sources);
        await state.step(new Int32Array(sources.length).fill(markers.bosId), { count: 1 });
        // Two sentences with several rows each, out of order; the others have none left.
        state.select(Int32Array.of(8, 3, 8, 8, 3, 3, 3, 8, 3, 3, 8));
        const { distribution } = await state.step(Int32Array.of(4, 5, 6, 4, 5, 7, 8, 9, 5, 4, 4), {
          count: 1,
          distribution: true,
        });
        const row = (r: number) => distribution!.slice(r * VOCABULARY, (r + 1) * VOCABULARY);
        for (const equal of [3, 10]) expect(row(equal), isa).toEqual(row(0));
        for (const equal of [4, 8]) expect(row(equal), isa).toEqual(row(1));
        expect(row(9)).not.toEqual(row(1));
        portable ??= distribution!;
        for (const [i, value] of distribution!.entries()) {
          if (Number.isFinite(value))
            expect(Math.abs(value - portable[i]!), isa).toBeLessThan(arithmetic === "int8" ? 1e-9 : 2e-2);
          else expect(portable[i]).toBe(value);
        }
        state.dispose();
        model.dispose();
      }
    } finally {
      addon.selectIsa(before);
    }
  });

  test("lists that are empty, out of order or outside the vocabulary are refused", async () => {
    const open = wideModel(mkdtempSync(`${tmpdir()}/engine-`), VOCABULARY, "noisy_top_k");
    for (const list of [[], [5, 4], [4, 4], [-1], [VOCABULARY]]) {
      const model = await open({ threads: 1, arithmetic: "f32" }, () => Int32Array.from(list));
      await expect(model.startDecoding([sources[0]!])).rejects.toThrow(/candidate/);
      model.dispose();
    }
  });
});
