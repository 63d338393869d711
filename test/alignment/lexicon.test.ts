/** Source of truth: IBM model 1 by its definition, every alignment enumerated in double precision (model-one.ts). */
import { afterAll, describe, expect, it } from "vitest";
import { type Lexicon, type LexiconOptions, learnLexicon } from "../../src/alignment/lexicon.ts";
import type { EncodedSentences } from "../../src/alignment/parallel-text.ts";
import { loadAddon, startThreads } from "../../src/backends/native/addon.ts";
import { equalTable, iterate, type Pair } from "./model-one.ts";
import { EOS, encoded, randomText, repeated } from "./sentences.ts";

const addon = loadAddon();
afterAll(() => startThreads(addon, 1));

const whole = { least: 0, iterations: 1 };

function entriesOf({ width, ids, probabilities, entries }: Lexicon): Map<string, number> {
  const found = new Map<string, number>();
  for (const [given, count] of entries.entries()) {
    for (let at = given * width; at < given * width + count; at++) found.set(`${given} ${ids[at]}`, probabilities[at]!);
  }
  return found;
}

describe("learnLexicon", () => {
  const sources = [[4, 5], [4, 6, 6], [5], [7, 4, 5], [6]];
  const targets = [[8, 9], [8, 10, 11], [9], [8, 9, 12, 8], []];
  const pairs: Pair[] = sources.map((source, n) => [[...source, EOS], targets[n]!]);
  const pieces = 13;

  it("gives the probabilities, counts and likelihoods of the definition, iteration by iteration", () => {
    let expected: { table: ReadonlyMap<string, number>; totals: ReadonlyMap<number, number> } = {
      table: equalTable(pairs, pieces),
      totals: new Map(),
    };
    const perplexities: number[] = [];
    const positions = targets.flat().length;
    for (let iterations = 1; iterations <= 4; iterations++) {
      const { logLikelihood, ...next } = iterate(pairs, expected.table);
      expected = next;
      perplexities.push(Math.exp(-logLikelihood / positions));
      const heard: number[] = [];
      const lexicon = learnLexicon(addon, encoded(sources), encoded(targets), {
        ...whole,
        pieces,
        width: pieces,
        iterations,
        onIteration: (iteration, perplexity) => {
          expect(iteration).toBe(heard.length + 1);
          heard.push(perplexity);
        },
      });
      const found = entriesOf(lexicon);
      expect([...found.keys()].sort()).toEqual([...expected.table.keys()].sort());
      for (const [key, p] of expected.table) expect(found.get(key), key).toBeCloseTo(p, 6);
      for (let given = 0; given < pieces; given++) {
        expect(lexicon.totals[given]).toBeCloseTo(expected.totals.get(given) ?? 0, 6);
      }
      expect(heard).toEqual(perplexities.map((perplexity) => expect.closeTo(perplexity, 4)));
    }
  });

  it("never makes the text less likely, and finds what translates what", () => {
    const { source, target } = randomText(400, 40, 1);
    const heard: number[] = [];
    const onIteration = (_: number, perplexity: number) => heard.push(perplexity);
    const lexicon = learnLexicon(addon, source, target, {
      ...whole,
      pieces: 40,
      width: 40,
      iterations: 12,
      onIteration,
    });
    expect(heard[0]).toBeCloseTo(40, 3);
    for (let i = 1; i < heard.length; i++) expect(heard[i]).toBeLessThan(heard[i - 1]! + 1e-5);
    const found = entriesOf(lexicon);
    for (let piece = 4; piece < 30; piece++) {
      const others = [...found].filter(([key]) => key.startsWith(`${piece} `)).sort(([, a], [, b]) => b - a);
      expect(others[0]![0]).toBe(`${piece} ${43 - piece}`);
    }
  });

  it("has the same bits for any number of threads, over several blocks of sentences", () => {
    const { source, target } = randomText(20_000, 300, 2);
    const learn = (threads: number) => {
      startThreads(addon, threads);
      const heard: number[] = [];
      const onIteration = (_: number, perplexity: number) => heard.push(perplexity);
      const options = { pieces: 300, width: 64, least: 1e-4, iterations: 3, onIteration };
      return [learnLexicon(addon, source, target, options), heard];
    };
    const alone = learn(1);
    expect(learn(2)).toEqual(alone);
    expect(learn(5)).toEqual(alone);
  });

  it("takes a text of several blocks as it takes one: repeated 60 times, it has the same probabilities", () => {
    const { source, target } = randomText(300, 30, 3);
    const learn = (times: number) => {
      const heard: number[] = [];
      const onIteration = (_: number, perplexity: number) => heard.push(perplexity);
      const options = { ...whole, pieces: 30, width: 30, iterations: 3, onIteration };
      return { lexicon: learnLexicon(addon, repeated(source, times), repeated(target, times), options), heard };
    };
    const [once, often] = [learn(1), learn(60)];
    expect(often.heard).toEqual(once.heard.map((perplexity) => expect.closeTo(perplexity, 3)));
    const expected = entriesOf(once.lexicon);
    const found = entriesOf(often.lexicon);
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [key, p] of expected) expect(found.get(key), key).toBeCloseTo(p, 6);
    for (const [given, total] of once.lexicon.totals.entries()) {
      expect(often.lexicon.totals[given]! / 60).toBeCloseTo(total, 3);
    }
  });
});

describe("pruning", () => {
  const { source, target } = randomText(300, 60, 4);
  const learn = (options: Partial<LexiconOptions>) =>
    learnLexicon(addon, source, target, { ...whole, pieces: 60, width: 60, ...options });
  const rowsOf = ({ width, ids, probabilities, entries }: Lexicon) =>
    Array.from(entries, (count, given) =>
      Array.from({ length: count }, (_, e) => [ids[given * width + e]!, probabilities[given * width + e]!] as const),
    );

  it("keeps the largest entries of a row, ids ascending, and makes them add up to 1", () => {
    const all = rowsOf(learn({}));
    const few = rowsOf(learn({ width: 5 }));
    for (const [given, row] of few.entries()) {
      const best = all[given]!.toSorted(([a, p], [b, q]) => q - p || a - b).slice(0, 5);
      expect(row.map(([id]) => id)).toEqual(best.map(([id]) => id).sort((a, b) => a - b));
      const total = best.reduce((sum, [, p]) => sum + p, 0);
      for (const [id, p] of row) expect(p).toBeCloseTo(best.find(([each]) => each === id)![1] / total, 5);
    }
    expect(Math.max(...few.map((row) => row.length))).toBe(5);
  });

  it("drops entries below the least probability", () => {
    const all = rowsOf(learn({}));
    const least = 0.02;
    const kept = rowsOf(learn({ least }));
    expect(kept.map((row) => row.map(([id]) => id))).toEqual(
      all.map((row) => row.filter(([, p]) => p >= least).map(([id]) => id)),
    );
    expect(kept.flat().length).toBeLessThan(all.flat().length);
  });

  it("leaves out of the perplexity what no entry explains any more", () => {
    const heard: number[] = [];
    learn({ width: 1, iterations: 2, onIteration: (_, perplexity) => heard.push(perplexity) });
    const found = entriesOf(learn({ width: 1 }));
    let [sum, explained, positions] = [0, 0, 0];
    for (let n = 0; n + 1 < source.starts.length; n++) {
      const given = source.ids.subarray(source.starts[n], source.starts[n + 1]);
      for (const piece of target.ids.subarray(target.starts[n], target.starts[n + 1]! - 1)) {
        const p = given.reduce((total, each) => total + (found.get(`${each} ${piece}`) ?? 0), 0);
        positions++;
        if (p === 0) continue;
        explained++;
        sum += Math.log(p / given.length);
      }
    }
    expect(explained).toBeLessThan(positions);
    expect(heard[1]).toBeCloseTo(Math.exp(-sum / explained), 4);
  });
});

describe("what is no parallel text", () => {
  const learn = (given: EncodedSentences, generated: EncodedSentences) => () =>
    learnLexicon(addon, given, generated, { ...whole, pieces: 9, width: 9 });
  const text = encoded([[4, 5], [8]]);

  it.each([
    ["sides of different lengths", encoded([[4]]), "the two sides have different numbers of sentences"],
    ["a piece that is not in the vocabulary", encoded([[4, 9], [8]]), "piece 9 is out of range"],
    ["a piece below 0", encoded([[4, -1], [8]]), "piece -1 is out of range"],
    ["a sentence without </s>", { ...text, starts: Int32Array.of(0, 0, 5) }, "sentence 0 of"],
    ["sentences that leave the text", { ...text, starts: Int32Array.of(0, 3, 6) }, "must lead from 0 to the end of"],
    ["sentences that begin late", { ...text, starts: Int32Array.of(1, 3, 5) }, "must lead from 0 to the end of"],
  ])("is refused: %s", (_, other, message) => {
    expect(learn(text, other)).toThrow(message);
    expect(learn(other, text)).toThrow(message);
  });
});
