/** Source of truth: the states that a model has given out and got back, and the steps it was asked for. */
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { sampleSearch } from "../../src/decoding/sampling.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import { Translator } from "../../src/decoding/translator.ts";
import type { DecoderState, TranslationModel } from "../../src/model/decoder-state.ts";
import { randomToy, searchOptions, ToyModel, toySources } from "./toy-model.ts";
import { copyParts } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

/** Calls `onStep` with the number of each step of the model's, before it. */
function watchSteps(model: ToyModel, onStep: (step: number) => void | Promise<void>): TranslationModel {
  let steps = 0;
  const start = model.startDecoding.bind(model);
  model.startDecoding = async (sources) => {
    const state: DecoderState = await start(sources);
    const step = state.step.bind(state);
    state.step = async (...given) => {
      await onStep(++steps);
      return step(...given);
    };
    return state;
  };
  return model;
}

describe("a search", () => {
  const sampling = { topK: 0, topP: 1, temperature: 1, seed: 1 };
  test.each([
    ["beam", beamSearch],
    ["greedy", greedySearch],
    ["sampling", (m, s, o) => sampleSearch(m, s, o, sampling, [...s.keys()])],
  ] as [string, typeof beamSearch | typeof greedySearch][])(
    "%s: no step after the one under way, and the state is disposed of",
    async (_, run) => {
      const stop = new AbortController();
      const model = new ToyModel(randomToy(3));
      watchSteps(model, (step) => {
        if (step === 3) stop.abort(new Error("enough"));
      });
      const options = searchOptions(6, 50, { minLength: 40, signal: stop.signal });
      await expect(run(model, toySources(6), options)).rejects.toThrow("enough");
      expect(model.trace).toMatchObject({ started: 1, disposed: 1 });
      expect(model.trace.stepRows).toHaveLength(3);
    },
  );

  test.each([["beam", beamSearch] as const, ["greedy", greedySearch] as const])(
    "%s: nothing starts where the signal is aborted before",
    async (_, run) => {
      const model = new ToyModel(randomToy(3));
      const options = searchOptions(6, 50, { signal: AbortSignal.abort(new Error("before")) });
      await expect(run(model, toySources(6), options)).rejects.toThrow("before");
      expect(model.trace.started).toBe(0);
    },
  );
});

describe("a translator", () => {
  const lines = Array.from({ length: 40 }, (_, i) => "a b c ".repeat(1 + (i % 5)));
  const options = { batchSize: 4, minLength: 30 };

  test.each([1, 3])("rejects with the reason, and every state is back; %i batches at once", async (parallelism) => {
    const stop = new AbortController();
    const { model, ...parts } = copyParts(undefined, undefined, parallelism);
    watchSteps(model, (step) => {
      if (step === 8) stop.abort(new Error("enough"));
    });
    const translator = new Translator({ model, ...parts }, options, () => {});
    await expect(translateAll(translator, lines, { signal: stop.signal })).rejects.toThrow("enough");
    expect(model.trace.started).toBe(parallelism);
    expect(model.trace.disposed).toBe(parallelism);
    expect(model.trace.stepRows.length).toBeLessThan(8 + parallelism);
  });

  test("a reader who leaves ends the searches under way", async () => {
    const { model, ...parts } = copyParts(undefined, undefined, 2);
    const translator = new Translator({ model, ...parts }, { batchSize: 4, maxLength: 5 }, () => {});
    for await (const _ of translator.translate(lines, { window: { lines: 8 } })) break;
    expect(model.trace.disposed).toBe(model.trace.started);
    const steps = model.trace.stepRows.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(model.trace.stepRows).toHaveLength(steps);
  });

  test.each([1, 2, 4])(
    "%i batches are under way at once, never more, and translations are the same",
    async (parallelism) => {
      const { model, ...parts } = copyParts(undefined, undefined, parallelism);
      let most = 0;
      watchSteps(model, async () => {
        most = Math.max(most, model.trace.started - model.trace.disposed);
        await new Promise((resolve) => setImmediate(resolve));
      });
      const run = { window: { lines: 12 } };
      const found = await translateAll(new Translator({ model, ...parts }, { batchSize: 4 }), lines, run);
      expect(most).toBe(parallelism);
      expect(found).toEqual(await translateAll(new Translator(copyParts(), { batchSize: 4 }), lines));
    },
  );

  test("few lines are shared out among batches side by side, a handful in each at least", async () => {
    const startsWith = async (count: number) => {
      const { model, ...parts } = copyParts(undefined, undefined, 3);
      await translateAll(new Translator({ model, ...parts }), lines.slice(0, count));
      return model.trace.started;
    };
    expect([await startsWith(4), await startsWith(8), await startsWith(40)]).toEqual([1, 2, 3]);
  });
});
