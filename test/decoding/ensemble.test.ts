/** Source of truth: exhaustive search over a toy model whose next-piece probabilities are the members' mean, and forced scores. */
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { type EnsembleMean, EnsembleModel } from "../../src/decoding/ensemble.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import { exhaustiveSearch, logSoftmax, randomToy, searchOptions, type Toy, ToyModel, toySources } from "./toy-model.ts";

const EVERYTHING = 2000;
const means: EnsembleMean[] = ["log_probabilities", "probabilities"];

/** A toy that says the mean of others, by the definition. */
function meanToy(toys: readonly Toy[], mean: EnsembleMean): Toy {
  return {
    ...toys[0]!,
    normalized: true,
    logits: (source, prefix) => {
      const all = toys.map((toy) => logSoftmax(toy.logits(source, prefix)));
      return Array.from(all[0]!, (_, piece) =>
        mean === "probabilities"
          ? Math.log(all.reduce((sum, each) => sum + Math.exp(each[piece]!), 0) / all.length)
          : all.reduce((sum, each) => sum + each[piece]!, 0) / all.length,
      );
    },
  };
}

describe.each(means)("mean of %s", (mean) => {
  test.each([1, 2, 3])(
    "with room for everything beam search is exhaustive search of the mean, seed %i",
    async (seed) => {
      const toys = [randomToy(seed), randomToy(seed + 10), randomToy(seed + 20)];
      const sources = toySources(3);
      const ensemble = new EnsembleModel(
        toys.map((toy) => new ToyModel(toy)),
        mean,
      );
      const options = { beamSize: EVERYTHING, nBest: 20, lengthPenalty: 0.6 };
      const found = await beamSearch(ensemble, sources, searchOptions(3, 4, options));
      for (const [s, source] of sources.entries()) {
        const expected = exhaustiveSearch(meanToy(toys, mean), source, 4, { alpha: 0.6 }).slice(0, 20);
        expect(found[s]!.map(({ pieces }) => [...pieces])).toEqual(expected.map(({ pieces }) => pieces));
        found[s]!.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(expected[i]!.score, 5);
        });
      }
    },
  );

  test("of a model and itself is the model", async () => {
    const sources = toySources(12);
    const options = searchOptions(12, 7, { nBest: 3, beamSize: 4, lengthPenalty: 0.6 });
    const twice = new EnsembleModel([new ToyModel(randomToy(5)), new ToyModel(randomToy(5))], mean);
    const found = await beamSearch(twice, sources, options);
    const expected = await beamSearch(new ToyModel(randomToy(5)), sources, options);
    expect(found.map((list) => list.map(({ pieces }) => [...pieces]))).toEqual(
      expected.map((list) => list.map(({ pieces }) => [...pieces])),
    );
  });

  test("forced scores are those that the search reports", async () => {
    const sources = toySources(6);
    const ensemble = new EnsembleModel([new ToyModel(randomToy(7)), new ToyModel(randomToy(8))], mean);
    const found = await beamSearch(ensemble, sources, searchOptions(6, 9, { beamSize: 6 }));
    const best = found.map(([first]) => first!);
    const complete = best.flatMap((hypothesis, s) =>
      hypothesis.complete ? [{ hypothesis, source: sources[s]! }] : [],
    );
    expect(complete.length).toBeGreaterThan(2);
    const { tokens } = await ensemble.forceScore(
      complete.map(({ source }) => source),
      complete.map(({ hypothesis }) => hypothesis.pieces),
    );
    complete.forEach(({ hypothesis }, i) => {
      const sum = tokens[i]!.reduce((a, b) => a + b, 0);
      expect(hypothesis.logProbability).toBeCloseTo(sum, 4);
    });
  });
});

test("members that begin with the sentences in different orders are brought into one", async () => {
  const sources = toySources(6);
  const inputOrder = new ToyModel(randomToy(9));
  const start = inputOrder.startDecoding.bind(inputOrder);
  inputOrder.startDecoding = async (given) => {
    const state = await start(given);
    const rows = given.map((_, sentence) => state.sentenceOfRow.indexOf(sentence));
    state.select(Int32Array.from(rows));
    return state;
  };
  const options = searchOptions(6, 6, { beamSize: 3, withAttention: true, coveragePenalty: 0.2 });
  const mixed = new EnsembleModel([new ToyModel(randomToy(9)), inputOrder]);
  const found = await beamSearch(mixed, sources, options);
  const expected = await beamSearch(new ToyModel(randomToy(9)), sources, options);
  expect(found.map(([best]) => [...best!.pieces])).toEqual(expected.map(([best]) => [...best!.pieces]));
  found.forEach(([best], s) => {
    best!.attention!.forEach((row, t) => {
      expect([...row]).toEqual(Array.from(expected[s]![0]!.attention![t]!, (weight) => expect.closeTo(weight, 5)));
    });
  });
});

test("attention is the members' mean", async () => {
  const look = (at: number): Toy => ({
    ...randomToy(3),
    attention: (source) => Array.from(source, (_, i) => (i === at ? 1 : 0)),
  });
  const ensemble = new EnsembleModel([new ToyModel(look(0)), new ToyModel(look(1))]);
  const [best] = await greedySearch(ensemble, [Int32Array.of(4, 5, 6)], searchOptions(1, 3, { withAttention: true }));
  for (const row of best!.attention!) expect([...row]).toEqual([0.5, 0.5, 0]);
});

test("states of all members are released, also where one cannot begin", async () => {
  const models = [new ToyModel(randomToy(1)), new ToyModel(randomToy(2))];
  await beamSearch(new EnsembleModel(models), toySources(3), searchOptions(3, 4));
  expect(models.map(({ trace }) => trace.disposed)).toEqual([1, 1]);
  const broken = new ToyModel(randomToy(3));
  broken.startDecoding = async () => {
    throw new Error("no memory");
  };
  const ensemble = new EnsembleModel([models[0]!, broken]);
  await expect(ensemble.startDecoding(toySources(1))).rejects.toThrow("no memory");
  expect(models[0]!.trace.disposed).toBe(2);
});

test("models of other vocabularies are refused", () => {
  expect(() => new EnsembleModel([new ToyModel(randomToy(1, 5)), new ToyModel(randomToy(1, 6))])).toThrow(UsageError);
});
