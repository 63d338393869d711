/** Source of truth: the distributions the options define, counted over many draws; greedy search as the limit. */
import { expect, test } from "vitest";
import { type SamplingOptions, sampleSearch } from "../../src/decoding/sampling.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import { randomToy, searchOptions, type Toy, ToyModel, toySources } from "./toy-model.ts";

const everything = { topK: 0, topP: 1, temperature: 1, seed: 3 };
const probabilities = [0.05, 0.15, 0.3, 0.5];
const oneStep: Toy = { vocabularySize: 4, logits: () => probabilities.map(Math.log) };

/** Frequencies of the first piece, `</s>` (0) among them, over `draws` sentences. */
async function frequencies(sampling: Partial<SamplingOptions>, draws = 4000): Promise<number[]> {
  const sources = Array.from({ length: draws }, () => Int32Array.of(1));
  const streams = sources.map((_, i) => i);
  const found = await sampleSearch(
    new ToyModel(oneStep),
    sources,
    searchOptions(draws, 1),
    { ...everything, ...sampling },
    streams,
  );
  const counts = [0, 0, 0, 0];
  for (const { pieces } of found) counts[pieces[0] ?? 0]!++;
  return counts.map((count) => count / draws);
}

function expectNear(found: number[], expected: number[]) {
  found.forEach((frequency, i) => {
    // Five standard deviations of 4,000 draws are below 0.04.
    expect(Math.abs(frequency - expected[i]!)).toBeLessThan(expected[i] === 0 ? 1e-12 : 0.04);
  });
}

test("draws follow the model's probabilities", async () => expectNear(await frequencies({}), probabilities));

test("top-k keeps the k best and rescales them", async () =>
  expectNear(await frequencies({ topK: 2 }), [0, 0, 0.375, 0.625]));

test("top-k leaves k pieces where </s> may not come yet", async () => {
  const toy: Toy = { vocabularySize: 4, logits: () => [0.5, 0.3, 0.15, 0.05].map(Math.log) };
  const sources = Array.from({ length: 2000 }, () => Int32Array.of(1));
  const options = searchOptions(sources.length, 2, { minLength: 1 });
  const found = await sampleSearch(new ToyModel(toy), sources, options, { ...everything, topK: 2 }, [
    ...sources.keys(),
  ]);
  const counts = [0, 0, 0, 0];
  for (const { pieces } of found) counts[pieces[0]!]! += 1 / sources.length;
  expectNear(counts, [0, 2 / 3, 1 / 3, 0]);
});

test("top-p keeps the fewest pieces that reach p", async () => {
  expectNear(await frequencies({ topP: 0.79 }), [0, 0, 0.375, 0.625]);
  expectNear(await frequencies({ topP: 0.4 }), [0, 0, 0, 1]);
});

test("min-p keeps the pieces that are probable enough beside the best one", async () => {
  expectNear(await frequencies({ minP: 0.5 }), [0, 0, 0.375, 0.625]);
  expectNear(await frequencies({ minP: 0.25 }), [0, 0.15 / 0.95, 0.3 / 0.95, 0.5 / 0.95]);
  expectNear(await frequencies({ minP: 1 }), [0, 0, 0, 1]);
});

test("epsilon keeps the pieces that are probable enough, and the best one in any case", async () => {
  expectNear(await frequencies({ epsilon: 0.2 }), [0, 0, 0.375, 0.625]);
  expectNear(await frequencies({ epsilon: 0.9 }), [0, 0, 0, 1]);
});

test("typical sampling keeps the pieces whose information is nearest to the entropy", async () => {
  // Entropy 1.142; −log p is 3.00, 1.90, 1.20 and 0.69: so 0.3 comes first, then 0.5, 0.15 and 0.05.
  expectNear(await frequencies({ typicalP: 0.2 }), [0, 0, 1, 0]);
  expectNear(await frequencies({ typicalP: 0.7 }), [0, 0, 0.375, 0.625]);
  expectNear(await frequencies({ typicalP: 0.9 }), [0, 0.15 / 0.95, 0.3 / 0.95, 0.5 / 0.95]);
});

test("each rule takes what the others have left, after the temperature", async () => {
  // Squared and rescaled: 0.007, 0.062, 0.247, 0.685.
  const squares = probabilities.map((p) => p * p);
  const kept = squares[2]! + squares[3]!;
  const two = [0, 0, squares[2]! / kept, squares[3]! / kept];
  expectNear(await frequencies({ temperature: 0.5, epsilon: 0.1 }), two);
  expectNear(await frequencies({ temperature: 0.5, topK: 3, minP: 0.2, typicalP: 1 }), two);
  expectNear(await frequencies({ topP: 0.79, typicalP: 0.3 }), [0, 0, 0, 1]);
});

test("temperature 0.5 squares the probabilities", async () => {
  const squares = probabilities.map((p) => p * p);
  const sum = squares.reduce((a, b) => a + b);
  expectNear(
    await frequencies({ temperature: 0.5 }),
    squares.map((p) => p / sum),
  );
});

test("a temperature near 0 is greedy search", async () => {
  const sources = toySources(12);
  const options = searchOptions(12, 6, { beamSize: 1, minLength: 1 });
  const model = () => new ToyModel(randomToy(71));
  const sampled = await sampleSearch(model(), sources, options, { ...everything, temperature: 1e-6 }, [
    ...sources.keys(),
  ]);
  expect(sampled).toEqual(await greedySearch(model(), sources, options));
});

test("a sentence's draws depend on the seed and its own stream, not on its batch", async () => {
  const sources = toySources(12);
  const run = (indices: number[], seed: number) =>
    sampleSearch(
      new ToyModel(randomToy(72)),
      indices.map((i) => sources[i]!),
      searchOptions(indices.length, 6, { beamSize: 1 }),
      { ...everything, seed },
      indices,
    );
  const together = await run([...sources.keys()], 1);
  for (const i of [7, 2, 11]) expect((await run([i], 1))[0]).toEqual(together[i]);
  expect(await run([...sources.keys()], 2)).not.toEqual(together);
});

test("sample k of a sentence has draws of its own, the same in any batch, and follows the probabilities", async () => {
  const sources = toySources(12);
  const run = (indices: number[], sample?: number) =>
    sampleSearch(
      new ToyModel(randomToy(72)),
      indices.map((i) => sources[i]!),
      searchOptions(indices.length, 6, { beamSize: 1 }),
      everything,
      indices,
      sample,
    );
  const all = [...sources.keys()];
  expect(await run(all, 0)).toEqual(await run(all));
  expect(await run(all, 1)).not.toEqual(await run(all, 0));
  const together = await run(all, 3);
  for (const i of [7, 2]) expect((await run([i], 3))[0]).toEqual(together[i]);
  const draws = 4000;
  const counts = [0, 0, 0, 0];
  for (let sample = 0; sample < draws; sample++) {
    const [found] = await sampleSearch(
      new ToyModel(oneStep),
      [Int32Array.of(1)],
      searchOptions(1, 1),
      everything,
      [1],
      sample,
    );
    counts[found!.pieces[0] ?? 0]!++;
  }
  expectNear(
    counts.map((count) => count / draws),
    probabilities,
  );
});
