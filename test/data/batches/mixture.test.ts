// Source of truth: the definition of the shares in mixture.ts, worked out by hand.
import { describe, expect, test } from "vitest";
import { EpochOrder, epochQuotas, type MixedCorpus } from "../../../src/data/batches/mixture.ts";

const corpus = (pairs: number, weight = 1, languages = `en-${pairs}`) => ({ pairs, weight, languages });

describe("epochQuotas", () => {
  test.each([
    ["sizes alone", [corpus(900), corpus(100)], 1, [900, 100]],
    ["a weight of 3", [corpus(900), corpus(100, 3)], 1, [750, 250]],
    ["temperature 2: square roots 30 and 10", [corpus(900), corpus(100)], 2, [750, 250]],
    ["a high temperature", [corpus(900), corpus(100)], 1e9, [500, 500]],
    [
      "two corpora of one language pair share its draws",
      [corpus(800, 1, "a"), corpus(100, 1, "a"), corpus(100, 1, "b")],
      2,
      [667, 83, 250],
    ],
    ["largest remainders are rounded up", [corpus(1, 1, "a"), corpus(1, 1, "b"), corpus(2, 3, "c")], 1, [1, 0, 3]],
  ])("%s", (_, corpora, temperature, quotas) => {
    expect(epochQuotas(corpora, temperature)).toEqual(quotas);
  });
});

function drawEpoch(corpora: readonly MixedCorpus[], temperature: number, seed: number, epoch: number): Int32Array {
  const order = new EpochOrder(corpora, temperature, seed, epoch);
  return order.slice(0, order.length);
}

describe("an epoch's order", () => {
  const corpora = [corpus(70), corpus(30)];
  const counts = (draws: number[]) => {
    const seen = new Map<number, number>();
    for (const pair of draws) seen.set(pair, (seen.get(pair) ?? 0) + 1);
    return seen;
  };

  test("without weights every pair comes once an epoch, in another order each time", () => {
    const epochs = [0, 1, 2].map((epoch) => [...drawEpoch(corpora, 1, 9, epoch)]);
    for (const epoch of epochs)
      expect(epoch.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  test("the same seed and epoch give the same draws; another seed does not", () => {
    expect(drawEpoch(corpora, 1, 9, 5)).toEqual(drawEpoch(corpora, 1, 9, 5));
    expect(drawEpoch(corpora, 1, 9, 5)).not.toEqual(drawEpoch(corpora, 1, 10, 5));
  });

  test("each pass through a corpus has another order", () => {
    const weighted = [corpus(100, 1, "a"), corpus(100, 3, "b")];
    expect(epochQuotas(weighted, 1)).toEqual([50, 150]);
    const drawn = (epoch: number) => new Set([...drawEpoch(weighted, 1, 9, epoch)].filter((pair) => pair < 100));
    // Two epochs are a pass, so the third begins the second one.
    const common = [...drawn(0)].filter((pair) => drawn(2).has(pair));
    expect([...drawn(0)].filter((pair) => drawn(1).has(pair))).toEqual([]);
    expect(common.length).toBeGreaterThan(5);
    expect(common.length).toBeLessThan(45);
  });

  test("over many epochs the pairs of a corpus are drawn equally often", () => {
    const weighted = [corpus(70), corpus(30, 5)];
    const [first, second] = epochQuotas(weighted, 1) as [number, number];
    const seen = counts(Array.from({ length: 21 }, (_, epoch) => [...drawEpoch(weighted, 1, 9, epoch)]).flat());
    for (let pair = 0; pair < 100; pair++) {
      const expected = (21 * (pair < 70 ? first : second)) / (pair < 70 ? 70 : 30);
      expect(Math.abs(seen.get(pair)! - expected), `pair ${pair}`).toBeLessThan(1);
    }
  });
});
