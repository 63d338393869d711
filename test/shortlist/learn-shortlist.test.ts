/** Source of truth: IBM model 1 by its definition in both directions (model-one.ts), and the rule of rows from it. */
import { afterAll, expect, it } from "vitest";
import { loadAddon, startThreads } from "../../src/backends/native/addon.ts";
import { learnShortlist } from "../../src/shortlist/learn-shortlist.ts";
import { equalTable, iterate, type Pair } from "../alignment/model-one.ts";
import { EOS, encoded, randomText } from "../alignment/sentences.ts";

const addon = loadAddon();
afterAll(() => startThreads(addon, 1));

const sources = [[4, 5], [4, 6, 6], [5], [7, 4, 5], [6], [5, 5, 6]];
const targets = [[8, 9], [8, 10], [9], [8, 9, 12], [10, 10], [9, 9, 10]];
const options = { first: 3, best: 13, threshold: 0, iterations: 3 };

/** Expected links by "source target". */
function links(given: number[][], generated: number[][], isBackward: boolean): Map<string, number> {
  const pairs: Pair[] = given.map((each, n) => [[...each, EOS], generated[n]!]);
  let table = equalTable(pairs, 13) as Map<string, number>;
  let totals: ReadonlyMap<number, number> = new Map();
  for (let i = 0; i < options.iterations; i++) ({ table, totals } = iterate(pairs, table));
  const counted = [...table].map(([key, p]): [string, number] => {
    const [a, b] = key.split(" ");
    return [isBackward ? `${b} ${a}` : key, p * totals.get(Number(a))!];
  });
  return new Map(counted);
}

it("orders each source piece's targets by the expected links of both directions", () => {
  const {
    starts,
    targets: ids,
    probabilities,
  } = learnShortlist(addon, { source: encoded(sources), target: encoded(targets) }, { size: 13, eosId: EOS }, options);
  const [forward, backward] = [links(sources, targets, false), links(targets, sources, true)];
  for (let source = 0; source < 13; source++) {
    const row = Array.from({ length: 13 }, (_, target) => {
      const key = `${source} ${target}`;
      return { target, count: (forward.get(key) ?? 0) + (backward.get(key) ?? 0) };
    }).filter(({ target, count }) => source !== EOS && target !== EOS && count > 0);
    row.sort((a, b) => b.count - a.count || a.target - b.target);
    const total = row.reduce((sum, { count }) => sum + count, 0);
    const [from, to] = [starts[source]!, starts[source + 1]!];
    expect([...ids.subarray(from, to)]).toEqual(row.map(({ target }) => target));
    expect([...probabilities.subarray(from, to)]).toEqual(row.map(({ count }) => expect.closeTo(count / total, 6)));
  }
});

it("has the most frequent target pieces, the lower id first where two are as frequent, and not </s>", () => {
  const text = {
    source: encoded([[4], [4]]),
    target: encoded([
      [9, 7, 7, 9],
      [8, 5, 9],
    ]),
  };
  const learn = (first: number) => [
    ...learnShortlist(addon, text, { size: 13, eosId: EOS }, { ...options, first }).frequent,
  ];
  expect(learn(100)).toEqual([9, 7, 5, 8]);
  expect(learn(3)).toEqual([9, 7, 5]);
  expect(learn(0)).toEqual([]);
});

it("tells of each iteration, and has the same bits for any number of threads", () => {
  const text = randomText(3000, 200, 6);
  const learn = (threads: number) => {
    startThreads(addon, threads);
    const heard: string[] = [];
    const onMessage = (message: string) => heard.push(message);
    return {
      heard,
      content: learnShortlist(addon, text, { size: 200, eosId: EOS }, { ...options, best: 9, onMessage }),
    };
  };
  const alone = learn(1);
  expect(alone.heard).toHaveLength(6);
  expect(alone.heard[0]).toBe("source to target: iteration 1 of 3, perplexity 200.0");
  expect(alone.heard[5]).toMatch(/^target to source: iteration 3 of 3, perplexity \d+\.\d$/);
  expect(learn(3)).toEqual(alone);
});
