/** Source of truth: exhaustive search over toy models by the definition of the score, and hand-made models. */
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import type { Hypothesis } from "../../src/decoding/hypothesis.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import { exhaustiveSearch, randomToy, searchOptions, type Toy, ToyModel, toySources } from "./toy-model.ts";

const EVERYTHING = 2000;

/** Plain data, for comparisons bit by bit. */
function plain({ pieces, attention, ...rest }: Hypothesis) {
  return { ...rest, pieces: [...pieces], attention: attention?.map((row) => [...row]) };
}

describe("with a beam that holds everything, the result is that of exhaustive search", () => {
  test.each([
    [1, 0, 0, 0],
    [2, 0.6, 0, 0],
    [3, 1.5, 0, 2],
    [4, -0.5, 0, 0],
    [5, 0.6, 0.2, 0],
    [6, 1, 1, 1],
  ])("seed %i, α %d, β %d, at least %i pieces", async (seed, alpha, beta, minLength) => {
    const toy = randomToy(seed);
    const sources = toySources(3);
    const nBest = 40;
    const options = { beamSize: EVERYTHING, nBest, lengthPenalty: alpha, coveragePenalty: beta, minLength };
    const found = await beamSearch(new ToyModel(toy), sources, searchOptions(3, 5, options));
    for (const [s, source] of sources.entries()) {
      const expected = exhaustiveSearch(toy, source, 5, { alpha, beta, minLength }).slice(0, nBest);
      expect(found[s]!.map(({ pieces }) => [...pieces])).toEqual(expected.map(({ pieces }) => pieces));
      found[s]!.forEach(({ score, logProbability, complete }, i) => {
        expect(score).toBeCloseTo(expected[i]!.score, 9);
        expect(logProbability).toBeCloseTo(expected[i]!.logProbability, 9);
        expect(complete).toBe(expected[i]!.complete);
      });
    }
  });
});

test("a wide beam finds no worse a score than a narrow one on average, and never better than exhaustive search", async () => {
  const sources = toySources(40);
  const toy = randomToy(11);
  const best = sources.map((source) => exhaustiveSearch(toy, source, 5, { alpha: 0.6 })[0]!.score);
  const found: Hypothesis[][] = [];
  for (const beamSize of [1, 2, 4, 8]) {
    const lists = await beamSearch(new ToyModel(toy), sources, searchOptions(40, 5, { beamSize, lengthPenalty: 0.6 }));
    found.push(lists.map(([first]) => first!));
  }
  // Scores of what was cut are not those of translations.
  const ended = [...sources.keys()].filter((s) => found.every((list) => list[s]!.complete));
  expect(ended.length).toBeGreaterThan(20);
  const means = found.map((list) => {
    const gaps = ended.map((s) => best[s]! - list[s]!.score);
    expect(Math.min(...gaps)).toBeGreaterThan(-1e-9);
    return gaps.reduce((a, b) => a + b) / gaps.length;
  });
  expect(means[3]!).toBeLessThan(means[0]! / 2);
  expect([...means].sort((a, b) => b - a)).toEqual(means);
});

test("a sentence of which fewer translations are wanted gets the first of them, in fewer steps, beside others", async () => {
  const sources = toySources(8);
  const options = { nBest: 5, beamSize: 6, lengthPenalty: 0.6, coveragePenalty: 0.2, withAttention: true };
  const of = async (wanted?: Int32Array) => {
    const model = new ToyModel(randomToy(21));
    const found = await beamSearch(model, sources, searchOptions(8, 6, { ...options, wanted }));
    return { found, rows: model.trace.stepRows.reduce((sum, rows) => sum + rows) };
  };
  const all = await of();
  const some = await of(Int32Array.from(sources, (_, s) => (s % 2 === 0 ? 1 : 3)));
  expect(some.found.map(({ length }) => length)).toEqual([1, 3, 1, 3, 1, 3, 1, 3]);
  expect(some.found).toEqual(all.found.map((hypotheses, s) => hypotheses.slice(0, some.found[s]!.length)));
  expect(some.rows).toBeLessThan(all.rows);
});

test("n-best lists are sorted and without repeats,", async () => {
  const sources = toySources(8);
  const found = await beamSearch(
    new ToyModel(randomToy(21)),
    sources,
    searchOptions(8, 6, { nBest: 5, lengthPenalty: 0.6 }),
  );
  for (const hypotheses of found) {
    expect(hypotheses).toHaveLength(5);
    const scores = hypotheses.map(({ score }) => score);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    expect(new Set(hypotheses.map(({ pieces }) => pieces.join())).size).toBe(5);
  }
});

test("a sentence gets the same bits alone, in any batch and in any place of it", async () => {
  const toy = randomToy(31);
  const sources = toySources(24);
  const options = { nBest: 3, lengthPenalty: 0.6, coveragePenalty: 0.2, withAttention: true };
  const alone: Hypothesis[][] = [];
  for (const source of sources) {
    alone.push(...(await beamSearch(new ToyModel(toy), [source], searchOptions(1, 7, options))));
  }
  const together = await beamSearch(new ToyModel(toy), sources, searchOptions(24, 7, options));
  const reversed = await beamSearch(new ToyModel(toy), [...sources].reverse(), searchOptions(24, 7, options));
  reversed.reverse();
  expect(together.map((list) => list.map(plain))).toEqual(alone.map((list) => list.map(plain)));
  expect(reversed.map((list) => list.map(plain))).toEqual(alone.map((list) => list.map(plain)));
});

test("hypotheses cut at the maximum length are normalised like the others, without counting <s>", async () => {
  // Never ends: 4 pieces of probability 1/2 each.
  const toy: Toy = { vocabularySize: 3, logits: () => [Number.NEGATIVE_INFINITY, 0, 0] };
  const options = searchOptions(1, 4, { beamSize: 2, nBest: 2, lengthPenalty: 1 });
  const [[best]] = (await beamSearch(new ToyModel(toy), [Int32Array.of(5)], options)) as [[Hypothesis]];
  expect(best.pieces).toHaveLength(4);
  expect(best.complete).toBe(false);
  expect(best.score).toBeCloseTo((4 * Math.log(0.5)) / (9 / 6), 6);
});

test("the maximum length is each sentence's own", async () => {
  const toy: Toy = { vocabularySize: 3, logits: () => [Number.NEGATIVE_INFINITY, 0, -1] };
  const options = searchOptions(3, 0, { maxLengths: Int32Array.of(2, 6, 1) });
  const found = await beamSearch(new ToyModel(toy), toySources(3), options);
  expect(found.map(([best]) => best!.pieces.length)).toEqual([2, 6, 1]);
});

test("done sentences leave the batch: none of their rows is stepped again, and a lone end needs no select", async () => {
  // Source [n] ends surely after n pieces; one hypothesis has all the probability.
  const never = Number.NEGATIVE_INFINITY;
  const toy: Toy = {
    vocabularySize: 3,
    logits: (source, prefix) => (prefix.length < source[0]! ? [never, 0, never] : [0, never, never]),
  };
  const model = new ToyModel(toy);
  const found = await beamSearch(
    model,
    [1, 3, 2].map((n) => Int32Array.of(n)),
    searchOptions(3, 9),
  );
  expect(found.map(([best]) => best!.pieces.length)).toEqual([1, 3, 2]);
  expect(model.trace.stepRows).toEqual([3, 3, 2, 1]);
  expect(model.trace.selects).toBe(2);
  expect(model.trace.disposed).toBe(1);
});

test("rows are reordered with their state: every step's prefixes are distinct continuations of the step before", async () => {
  const model = new ToyModel(randomToy(41));
  await beamSearch(model, toySources(6), searchOptions(6, 6));
  const { prefixes } = model.trace;
  for (let t = 1; t < prefixes.length; t++) {
    const before = new Set(prefixes[t - 1]);
    expect(new Set(prefixes[t]).size).toBe(prefixes[t]!.length);
    for (const prefix of prefixes[t]!) expect(before.has(prefix.replace(/(?<=\|),?\d+$|,\d+$/, ""))).toBe(true);
  }
});

describe("at the most pieces", () => {
  // Ends after an even number of 1s only; 2 is less probable and never ends.
  const even: Toy = {
    vocabularySize: 3,
    logits: (_, prefix) => [prefix.length % 2 === 0 && !prefix.includes(2) ? -2 : Number.NEGATIVE_INFINITY, 0, -1],
    attention: (source, prefix) => Array.from(source, (_, i) => (i === prefix.length % source.length ? 0.9 : 0.05)),
  };

  test.each([0, 0.6])(
    "every one that ends comes before those that are cut, as in exhaustive search; β %d",
    async (beta) => {
      const sources = [Int32Array.of(5, 6), Int32Array.of(7, 8, 9)];
      const options = { beamSize: EVERYTHING, nBest: 40, lengthPenalty: 0.6, coveragePenalty: beta };
      const found = await beamSearch(new ToyModel(even), sources, searchOptions(2, 4, options));
      for (const [s, source] of sources.entries()) {
        const expected = exhaustiveSearch(even, source, 4, { alpha: 0.6, beta }).slice(0, 40);
        expect(expected.map(({ complete }) => complete).indexOf(false)).toBe(3);
        expect(expected.filter(({ complete }) => !complete)[0]!.score).toBeGreaterThan(expected[2]!.score);
        expect(found[s]!.map(({ complete }) => complete)).toEqual(expected.map(({ complete }) => complete));
        found[s]!.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(expected[i]!.score, 9);
        });
      }
    },
  );

  test("</s> is not one of the pieces that may be said, nor of those that must", async () => {
    for (const length of [1, 3, 4]) {
      // Would go on for ever, but ends as well as it can.
      const toy: Toy = { vocabularySize: 2, logits: () => [0, 0.1] };
      const options = searchOptions(1, length, { minLength: length, beamSize: 3 });
      const [[best]] = (await beamSearch(new ToyModel(toy), [Int32Array.of(5)], options)) as [[Hypothesis]];
      expect([best.pieces.length, best.complete]).toEqual([length, true]);
      const [greedy] = await greedySearch(
        new ToyModel({ ...toy, logits: () => [0.1, 0] }),
        [Int32Array.of(5)],
        options,
      );
      expect([greedy!.pieces.length, greedy!.complete]).toEqual([length, true]);
    }
  });
});

describe("stop rule", () => {
  // Ends at once with P 0.6, or enters a chain of the same piece that keeps its P of 0.4 up to the seventh.
  const chain = (stay: number): Toy => ({
    vocabularySize: 3,
    logits: (_, prefix) => {
      if (prefix.length === 0) return [Math.log(0.6), Math.log(0.4), Number.NEGATIVE_INFINITY];
      const end = prefix.length === 7 ? 1 - 1e-6 : 1 - stay;
      return [Math.log(end), Math.log(1 - end), Number.NEGATIVE_INFINITY];
    },
  });

  test("goes on while a longer hypothesis can still win by the length penalty", async () => {
    const toy = chain(1 - 1e-6);
    // log .6 = −.51 at length 1; log .4 = −.92 at length 8: / lp(8) = 13/6 → −.42.
    const [[best]] = (await beamSearch(
      new ToyModel(toy),
      [Int32Array.of(5)],
      searchOptions(1, 8, { beamSize: 10, lengthPenalty: 1 }),
    )) as [[Hypothesis]];
    expect(best.pieces).toHaveLength(7);
  });

  test("stops at once when none can", async () => {
    const model = new ToyModel(chain(1 - 1e-6));
    const [[best]] = (await beamSearch(model, [Int32Array.of(5)], searchOptions(1, 8, { lengthPenalty: 0 }))) as [
      [Hypothesis],
    ];
    expect(best.pieces).toHaveLength(0);
    expect(model.trace.stepRows).toEqual([1]);
  });

  test("with α = 0 and room for everything it stops early and still agrees with exhaustive search", async () => {
    for (let seed = 50; seed < 60; seed++) {
      const toy = randomToy(seed, 5, 4);
      const model = new ToyModel(toy);
      const source = Int32Array.of(seed, 1);
      const [[best]] = (await beamSearch(model, [source], searchOptions(1, 5, { beamSize: EVERYTHING }))) as [
        [Hypothesis],
      ];
      expect([...best.pieces]).toEqual(exhaustiveSearch(toy, source, 5)[0]!.pieces);
    }
  });
});

test("attention and coverage follow the hypothesis they belong to", async () => {
  // Attention looks at source position (sum of the prefix) % n, so that it tells histories apart.
  const random = randomToy(61);
  const look = (source: Int32Array, prefix: readonly number[]) => {
    const at = prefix.reduce((a, b) => a + b, 0) % source.length;
    return Array.from(source, (_, i) => (i === at ? 0.75 : 0.25 / (source.length - 1)));
  };
  const toy: Toy = { ...random, attention: look };
  const sources = toySources(6).filter((source) => source.length > 1);
  const beta = 0.4;
  const options = searchOptions(sources.length, 7, {
    nBest: 5,
    coveragePenalty: beta,
    lengthPenalty: 0.6,
    withAttention: true,
  });
  const found = await beamSearch(new ToyModel(toy), sources, options);
  for (const [s, source] of sources.entries()) {
    for (const { pieces, score, logProbability, complete, attention } of found[s]!) {
      const length = pieces.length + (complete ? 1 : 0);
      const expected = Array.from({ length }, (_, t) => look(source, [...pieces.subarray(0, t)]).map(Math.fround));
      expect(attention!.map((row) => [...row])).toEqual(expected);
      const received = Array.from(source, (_, i) => expected.reduce((sum, row) => sum + row[i]!, 0));
      const cp = beta * received.reduce((sum, a) => sum + Math.log(Math.min(a, 1)), 0);
      expect(score).toBeCloseTo(logProbability / ((5 + length) / 6) ** 0.6 + cp, 9);
    }
  }
});

test("where every continuation has probability 0 the hypothesis is cut there", async () => {
  const never = Number.NEGATIVE_INFINITY;
  // Ends surely after one piece, but two are asked for.
  const toy: Toy = { vocabularySize: 2, logits: (_, prefix) => (prefix.length < 1 ? [never, 0] : [0, never]) };
  const [[best]] = (await beamSearch(new ToyModel(toy), [Int32Array.of(5)], searchOptions(1, 9, { minLength: 2 }))) as [
    [Hypothesis],
  ];
  expect([...best.pieces]).toEqual([1]);
  expect(best.complete).toBe(false);
});

test("no sentences, no model call", async () => {
  const model = new ToyModel(randomToy(1));
  expect(await beamSearch(model, [], searchOptions(0, 5))).toEqual([]);
  expect(model.trace.stepRows).toEqual([]);
});

test("the model is released when it fails", async () => {
  const toy: Toy = { vocabularySize: 2, logits: () => [Number.NaN, 0] };
  const model = new ToyModel(toy);
  await expect(beamSearch(model, [Int32Array.of(5)], searchOptions(1, 3))).rejects.toThrow(/not numbers/);
  expect(model.trace.disposed).toBe(1);
});
