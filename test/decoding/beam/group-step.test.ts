/** Source of truth: diverse beam search written out over whole hypotheses, and beam search without groups. */
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../../src/decoding/beam-search.ts";
import { logSoftmax, randomToy, searchOptions, type Toy, ToyModel, toySources } from "../toy-model.ts";

/** A toy that never ends, so that every hypothesis has as many pieces. */
function endless(seed: number, vocabularySize = 7): Toy {
  const toy = randomToy(seed, vocabularySize);
  return { ...toy, logits: (...given) => toy.logits(...given).map((x, i) => (i === 0 ? Number.NEGATIVE_INFINITY : x)) };
}

interface Grown {
  pieces: number[];
  score: number;
}

/** All hypotheses of all groups after `length` steps, best first. */
function byDefinition(
  toy: Toy,
  source: Int32Array,
  length: number,
  beamSize: number,
  groups: number,
  strength: number,
) {
  let beams: Grown[][] = Array.from({ length: groups }, () => [{ pieces: [], score: 0 }]);
  for (let t = 0; t < length; t++) {
    const said: number[] = [];
    beams = beams.map((beam) => {
      const all = beam.flatMap(({ pieces, score }) =>
        Array.from(logSoftmax(toy.logits(source, pieces)), (value, piece) => {
          const times = said.filter((other) => other === piece).length;
          return { pieces: [...pieces, piece], score: score + value, kept: score + value - strength * times };
        }),
      );
      const best = all.sort((a, b) => b.kept - a.kept).slice(0, beamSize / groups);
      said.push(...best.map(({ pieces }) => pieces[t]!));
      return best;
    });
  }
  const distinct = new Map(beams.flat().map((each) => [each.pieces.join(), each]));
  return [...distinct.values()].sort((a, b) => b.score - a.score);
}

describe("groups", () => {
  test.each([
    [1, 6, 2, 0.5],
    [2, 6, 3, 0.7],
    [3, 4, 4, 2],
    [4, 6, 2, 0],
    [5, 8, 2, 100],
  ])(
    "seed %i, beam %i, %i groups, strength %d: as by definition, scores the model's own",
    async (seed, beamSize, groups, strength) => {
      const toy = endless(seed);
      const sources = toySources(5);
      const settings = { beamSize, nBest: beamSize, groups, groupStrength: strength };
      const found = await beamSearch(new ToyModel(toy), sources, searchOptions(5, 5, settings));
      for (const [s, source] of sources.entries()) {
        const expected = byDefinition(toy, source, 5, beamSize, groups, strength);
        expect(found[s]!.map(({ pieces }) => [...pieces])).toEqual(expected.map(({ pieces }) => pieces));
        found[s]!.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(expected[i]!.score, 4);
        });
      }
    },
  );

  test("without strength they are beam searches of their share, said once", async () => {
    const toy = randomToy(9);
    const sources = toySources(8);
    const options = { lengthPenalty: 0.6, coveragePenalty: 0.2, withAttention: true };
    const apart = { ...options, beamSize: 6, nBest: 6, groups: 3 };
    const found = await beamSearch(new ToyModel(toy), sources, searchOptions(8, 6, apart));
    const share = { ...options, beamSize: 2, nBest: 2 };
    const alone = await beamSearch(new ToyModel(toy), sources, searchOptions(8, 6, share));
    expect(found.map((list) => list.slice(0, 2))).toEqual(alone);
  });

  test("a sentence gets the same bits alone and in any batch", async () => {
    const toy = randomToy(10, 8);
    const sources = toySources(9);
    const settings = { beamSize: 6, nBest: 4, groups: 2, groupStrength: 0.8, lengthPenalty: 0.6, withAttention: true };
    const together = await beamSearch(new ToyModel(toy), sources, searchOptions(9, 6, settings));
    for (const [s, source] of sources.entries()) {
      expect(await beamSearch(new ToyModel(toy), [source], searchOptions(1, 6, settings))).toEqual([together[s]]);
    }
  });

  test("great strength makes every group begin with pieces of its own", async () => {
    const settings = { beamSize: 4, nBest: 4, groups: 4, groupStrength: 100 };
    const found = await beamSearch(new ToyModel(endless(12)), toySources(6), searchOptions(6, 4, settings));
    for (const list of found) expect(new Set(list.map(({ pieces }) => pieces[0])).size).toBe(4);
  });
});
