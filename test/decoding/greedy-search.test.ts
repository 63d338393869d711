/** Source of truth: beam search with a beam of 1, and following the most probable piece by hand. */
import { expect, test } from "vitest";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import { EOS, logSoftmax, randomToy, searchOptions, ToyModel, toySources } from "./toy-model.ts";

test.each([
  [1, {}],
  [2, { minLength: 3 }],
  [3, { lengthPenalty: 0.6, coveragePenalty: 0.2 }],
  [4, { withAttention: true, minLength: 1 }],
])("greedy search equals a beam of 1, bit by bit (seed %i, %j)", async (seed, settings) => {
  const sources = toySources(20);
  const options = searchOptions(20, 8, { ...settings, beamSize: 1 });
  const model = new ToyModel(randomToy(seed));
  const beamed = new ToyModel(randomToy(seed));
  const greedy = await greedySearch(model, sources, options);
  expect(greedy).toEqual((await beamSearch(beamed, sources, options)).map(([best]) => best));
  expect(model.trace.stepRows).toEqual(beamed.trace.stepRows);
});

test("every piece is the most probable one", async () => {
  const toy = randomToy(5);
  const sources = toySources(10);
  const greedy = await greedySearch(new ToyModel(toy), sources, searchOptions(10, 8));
  greedy.forEach(({ pieces, complete }, s) => {
    const prefix: number[] = [];
    for (const piece of [...pieces, ...(complete ? [EOS] : [])]) {
      const logProbabilities = logSoftmax(toy.logits(sources[s]!, prefix));
      expect(piece).toBe(logProbabilities.indexOf(Math.max(...logProbabilities)));
      prefix.push(piece);
    }
  });
  expect(greedy.some(({ complete }) => complete)).toBe(true);
});

test("ended sentences are not stepped again", async () => {
  const never = Number.NEGATIVE_INFINITY;
  const model = new ToyModel({
    vocabularySize: 3,
    logits: (source, prefix) => (prefix.length < source[0]! ? [never, 0, never] : [0, never, never]),
  });
  await greedySearch(
    model,
    [1, 3, 2].map((n) => Int32Array.of(n)),
    searchOptions(3, 9),
  );
  expect(model.trace.stepRows).toEqual([3, 3, 2, 1]);
  expect(model.trace.selects).toBe(2);
});
