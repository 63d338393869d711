/** Source of truth: exhaustive search among the translations that have every term; looking for terms in all sequences of pieces. */
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { constrainedStep } from "../../../src/decoding/beam/constrained-step.ts";
import { LexicalConstraints } from "../../../src/decoding/beam/lexical-constraints.ts";
import { beamSearch } from "../../../src/decoding/beam-search.ts";
import { EnsembleModel } from "../../../src/decoding/ensemble.ts";
import type { Hypothesis } from "../../../src/decoding/hypothesis.ts";
import { BannedPieces } from "../../../src/decoding/processors/banned.ts";
import { processedModel } from "../../../src/decoding/processors/processor.ts";
import { NgramBlock } from "../../../src/decoding/processors/repetition.ts";
import { exhaustiveSearch, randomToy, searchOptions, ToyModel, toySources } from "../toy-model.ts";

const EVERYTHING = 2000;
const anyOf = (terms: readonly (readonly (readonly number[])[])[]) =>
  new LexicalConstraints(terms.map((wordings) => wordings.map((wording) => Int32Array.from(wording))));
const of = (terms: readonly (readonly number[])[]) => anyOf(terms.map((term) => [term]));

function has(pieces: ArrayLike<number>, term: readonly number[]): boolean {
  return `,${Array.from(pieces).join()},`.includes(`,${term.join()},`);
}

function* sequences(longest: number, pieces: number[] = []): Generator<number[]> {
  yield pieces;
  if (pieces.length === longest) return;
  for (const piece of [1, 2]) yield* sequences(longest, [...pieces, piece]);
}

describe("progress", () => {
  test.each([
    [[[1]]],
    [[[1, 1, 2]]],
    [[[1, 2, 1, 1]]],
    [
      [
        [1, 2],
        [2, 1],
        [2, 2, 2],
      ],
    ],
    [[]],
  ])("%j: a term is met where its pieces stand together, and the piece that goes on with it is wanted", (terms) => {
    const constraints = of(terms);
    for (const pieces of sequences(9)) {
      const progress = pieces.reduce((before, piece) => constraints.advance(before, piece), constraints.begin());
      const missing = terms.filter((term) => !has(pieces, term));
      expect(constraints.missing(progress) === 0).toBe(missing.length === 0);
      // Some piece that is wanted makes them fewer.
      const after = constraints
        .wanted(progress)
        .map((piece) => constraints.missing(constraints.advance(progress, piece)));
      if (missing.length > 0) expect(Math.min(...after)).toBeLessThan(constraints.missing(progress));
      // The longest beginning of a term that the pieces end with.
      const begun = missing.map((term) =>
        term.findLastIndex((_, n) => n > 0 && pieces.slice(-n).join() === term.slice(0, n).join()),
      );
      expect(constraints.wanted(progress)).toEqual(missing.map((term, i) => term[Math.max(begun[i]!, 0)]));
    }
  });

  test.each([
    [[[[1], [2]]]],
    [
      [
        [
          [1, 1, 2],
          [2, 2],
        ],
        [[2, 1]],
      ],
    ],
    [
      [
        [
          [1, 2, 1],
          [2, 2, 2, 2],
        ],
        [[1, 1], [2]],
      ],
    ],
  ])(
    "%j: a term is met by any of its wordings, and some piece that is wanted makes the missing ones fewer",
    (terms) => {
      const constraints = anyOf(terms);
      for (const pieces of sequences(9)) {
        const progress = pieces.reduce((before, piece) => constraints.advance(before, piece), constraints.begin());
        const missing = terms.filter((wordings) => !wordings.some((wording) => has(pieces, wording)));
        const left = constraints.missing(progress);
        expect(left === 0).toBe(missing.length === 0);
        const shortest = missing.reduce((sum, wordings) => sum + Math.min(...wordings.map(({ length }) => length)), 0);
        expect(left).toBeLessThanOrEqual(shortest);
        const after = constraints
          .wanted(progress)
          .map((piece) => constraints.missing(constraints.advance(progress, piece)));
        if (missing.length > 0) expect(Math.min(...after)).toBeLessThan(left);
      }
    },
  );

  test("a term that is given twice is one", () => {
    const constraints = of([[1, 2], [1, 2], [3]]);
    expect(constraints.missing(constraints.begin())).toBe(3);
  });
});

const cases: (readonly [number, number[][]])[] = [
  [1, [[1]]],
  [2, [[1], [3]]],
  [3, [[2, 4]]],
  [4, [[1, 1]]],
  [
    5,
    [
      [1, 2],
      [2, 3],
    ],
  ],
  [6, [[4, 1], [3]]],
  [7, []],
];

describe("with a beam that holds everything, the result is that of exhaustive search", () => {
  test.each(cases)("seed %i, terms %j", async (seed, terms) => {
    const toy = randomToy(seed);
    const sources = toySources(3);
    const constraints = [of(terms), of([]), of(terms)];
    const settings = { beamSize: EVERYTHING, nBest: 30, lengthPenalty: 0.6, coveragePenalty: 0.1, constraints };
    const found = await beamSearch(new ToyModel(toy), sources, searchOptions(3, 4, settings));
    for (const [s, source] of sources.entries()) {
      const mayEnd = (pieces: readonly number[]) => s === 1 || terms.every((term) => has(pieces, term));
      const all = exhaustiveSearch(toy, source, 4, { alpha: 0.6, beta: 0.1, mayEnd });
      expect(all[0]!.complete).toBe(true);
      expectSame(found[s]!, all.slice(0, 30));
    }
  });

  test.each([
    [21, [[[1, 2], [3]]]],
    [
      22,
      [
        [[4], [2, 2]],
        [[1, 1], [3]],
      ],
    ],
  ])("seed %i, terms of several wordings %j", async (seed, terms) => {
    const toy = randomToy(seed);
    const sources = toySources(2);
    const settings = { beamSize: EVERYTHING, nBest: 30, constraints: [anyOf(terms), anyOf(terms)] };
    const found = await beamSearch(new ToyModel(toy), sources, searchOptions(2, 4, settings));
    const mayEnd = (pieces: readonly number[]) => terms.every((any) => any.some((wording) => has(pieces, wording)));
    for (const [s, source] of sources.entries()) {
      const all = exhaustiveSearch(toy, source, 4, { mayEnd });
      expectSame(found[s]!, all.slice(0, 30));
    }
  });

  test.each([11, 12, 13])("together with bans, blocked n-grams and an ensemble, seed %i", async (seed) => {
    const toys = [randomToy(seed), randomToy(seed + 50)];
    const model = new EnsembleModel(toys.map((toy) => new ToyModel(toy)));
    const ruled = processedModel(model, [new NgramBlock(1), new BannedPieces([4])]);
    const settings = { beamSize: EVERYTHING, nBest: 20, constraints: [of([[2], [3, 1]])] };
    const found = await beamSearch(ruled, [Int32Array.of(7, 8)], searchOptions(1, 4, settings));
    const mean = {
      ...toys[0]!,
      normalized: true,
      logits: (source: Int32Array, prefix: readonly number[]) => {
        const [a, b] = toys.map((toy) => {
          const logits = toy.logits(source, prefix);
          const sum = Math.log(logits.reduce((total, x) => total + Math.exp(x), 0));
          return logits.map((x) => x - sum);
        });
        return a!.map((x, i) => (x + b![i]!) / 2);
      },
    };
    const expected = exhaustiveSearch(mean, Int32Array.of(7, 8), 4, {
      allowed: (prefix, piece) => piece !== 4 && !prefix.includes(piece),
      mayEnd: (pieces) => has(pieces, [2]) && has(pieces, [3, 1]),
    });
    expect(expected[0]!.complete).toBe(true);
    // What can neither end nor go on is cut there, which exhaustive search leaves out.
    const ended = found[0]!.filter(({ complete }) => complete);
    expectSame(ended, expected.filter(({ complete }) => complete).slice(0, 20));
  });
});

function expectSame(found: readonly Hypothesis[], expected: ReturnType<typeof exhaustiveSearch>) {
  expect(found.map(({ complete }) => complete)).toEqual(expected.map(({ complete }) => complete));
  expect(found.map(({ pieces }) => [...pieces])).toEqual(expected.map(({ pieces }) => pieces));
  found.forEach(({ score }, i) => {
    expect(score).toBeCloseTo(expected[i]!.score, 4);
  });
}

describe("with a narrow beam", () => {
  test("every term is in every translation, however improbable, while there is room", async () => {
    const random = new Random(5, 5);
    const draw = (most: number) => Math.floor(random.uniform() * most);
    for (let seed = 100; seed < 160; seed++) {
      const terms = Array.from({ length: 1 + draw(3) }, () => Array.from({ length: 1 + draw(3) }, () => 1 + draw(9)));
      const sources = toySources(2);
      const settings = { beamSize: 1 + draw(5), constraints: [of(terms), of(terms)] };
      const toy = randomToy(seed, 10, 5);
      // Room for the terms and a piece.
      const length = terms.flat().length + 1;
      for (const [best] of await beamSearch(new ToyModel(toy), sources, searchOptions(2, length, settings))) {
        for (const term of terms) expect(has(best!.pieces, term)).toBe(true);
      }
    }
  });

  test("sentences without terms have the bits of a search without constraints, and all those that they have alone", async () => {
    const toy = randomToy(31, 8);
    const sources = toySources(12);
    const options = { nBest: 3, lengthPenalty: 0.6, coveragePenalty: 0.2, withAttention: true };
    const constraints = sources.map((_, s) => of(s % 3 === 0 ? [[5], [6, 7]] : []));
    const together = await beamSearch(new ToyModel(toy), sources, searchOptions(12, 7, { ...options, constraints }));
    const free = await beamSearch(new ToyModel(toy), sources, searchOptions(12, 7, options));
    for (const [s, source] of sources.entries()) {
      if (s % 3 !== 0) expect(together[s]).toEqual(free[s]);
      const own = searchOptions(1, 7, { ...options, constraints: [constraints[s]!] });
      expect(await beamSearch(new ToyModel(toy), [source], own)).toEqual([together[s]]);
    }
  });

  test("a wider beam finds better translations with the terms, on average", async () => {
    const sources = toySources(30);
    const toy = randomToy(41, 8);
    const constraints = sources.map(() => of([[3, 5], [7]]));
    const means: number[] = [];
    for (const beamSize of [2, 8, 32]) {
      const settings = searchOptions(30, 9, { beamSize, constraints });
      const found = await beamSearch(new ToyModel(toy), sources, settings);
      means.push(found.reduce((sum, [best]) => sum + best!.score, 0) / found.length);
    }
    expect(means[0]).toBeLessThan(means[1]!);
    expect(means[1]).toBeLessThan(means[2]!);
  });

  test("hypotheses with more and with fewer pieces of terms share the beam", () => {
    const constraints = [of([[3]])];
    const beams = { scores: Float64Array.of(0), offsets: Int32Array.of(0, 1) };
    const distribution = Float32Array.of(-9, -0.5, -1, -4, -8);
    const candidates = { ids: Int32Array.of(1, 2, 3), logProbabilities: Float32Array.of(-0.5, -1, -4), distribution };
    const options = {
      beamSize: 2,
      eosId: 0,
      endAllowed: true,
      constraints,
      progress: [constraints[0]!.begin()],
      room: [9],
    };
    expect([...constrainedStep(beams, candidates, options).live.pieces]).toEqual([1, 3]);
  });
});
