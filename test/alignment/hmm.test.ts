/** Source of truth: the hidden Markov model's definition, every alignment enumerated in double precision (hidden-markov.ts). */
import { afterAll, describe, expect, it } from "vitest";
import { learnLexicon } from "../../src/alignment/lexicon.ts";
import type { ParallelText } from "../../src/alignment/parallel-text.ts";
import { loadAddon, startThreads } from "../../src/backends/native/addon.ts";
import { Random } from "../../src/base/random.ts";
import { expectations, type HiddenMarkovModel, iterate, type Pair } from "./hidden-markov.ts";
import { EOS, encoded, randomText, repeated } from "./sentences.ts";

const addon = loadAddon();
afterAll(() => startThreads(addon, 1));

const LONGEST = 100;
const PIECES = 14;
const NULL = 0.3;

/** Lexicon and jumps as the addon takes them. */
function modelOf({ source, target }: ParallelText, pieces: number, width = pieces) {
  const lexicon = learnLexicon(addon, source, target, { pieces, width, least: 0, iterations: 2 });
  const jumps = Float32Array.from({ length: 2 * LONGEST + 1 }, (_, j) => 0.1 + 1 / (1 + Math.abs(j - LONGEST - 1)));
  return { lexicon, jumps };
}
type NativeModel = ReturnType<typeof modelOf>;

/** The same for the definition. */
function definitionOf({ lexicon, jumps }: NativeModel): HiddenMarkovModel {
  const table = new Map<string, number>();
  for (const [given, count] of lexicon.entries.entries()) {
    for (let at = given * lexicon.width; at < given * lexicon.width + count; at++) {
      table.set(`${given} ${lexicon.ids[at]}`, lexicon.probabilities[at]!);
    }
  }
  return { table, jumps: [...jumps], nullProbability: NULL };
}

function step({ source, target }: ParallelText, { lexicon, jumps }: NativeModel, nullProbability = NULL) {
  const { pieces, width, ids, probabilities, entries, totals } = lexicon;
  const sides = [source.ids, source.starts, target.ids, target.starts] as const;
  const tables = [ids, probabilities, entries, totals, jumps] as const;
  return addon.hmmIteration(...sides, pieces, width, 0, nullProbability, ...tables);
}

function links({ source, target }: ParallelText, { lexicon, jumps }: NativeModel): Int32Array {
  const { pieces, width, ids, probabilities, entries, totals } = lexicon;
  const found = new Int32Array(target.ids.length).fill(7);
  const sides = [source.ids, source.starts, target.ids, target.starts] as const;
  addon.hmmLinks(...sides, pieces, width, NULL, ids, probabilities, entries, totals, jumps, found);
  return found;
}

/** Up to four pieces a side; some sentences are empty. */
function smallText(count: number, seed: number): { text: ParallelText; pairs: Pair[] } {
  const random = new Random(seed);
  const sentence = () => Array.from({ length: random.integer(5) }, () => 4 + random.integer(PIECES - 4));
  const sources = Array.from({ length: count }, sentence);
  const targets = Array.from({ length: count }, sentence);
  const pairs = sources.map((source, n): Pair => [[...source, EOS], targets[n]!]);
  return { text: { source: encoded(sources), target: encoded(targets) }, pairs };
}

describe("hmmIteration", () => {
  it("gives the probabilities, counts, jumps and likelihoods of the definition, iteration by iteration", () => {
    const { text, pairs } = smallText(30, 1);
    const native = modelOf(text, PIECES);
    let model = definitionOf(native);
    for (let iteration = 0; iteration < 3; iteration++) {
      const expected = iterate(pairs, model);
      model = expected.model;
      const { logLikelihood, unexplained } = step(text, native);
      expect(logLikelihood / expected.logLikelihood).toBeCloseTo(1, 6);
      expect(unexplained).toBe(0);
      const found = definitionOf(native);
      expect([...found.table.keys()].sort()).toEqual([...model.table.keys()].sort());
      for (const [key, p] of model.table) expect(found.table.get(key), key).toBeCloseTo(p, 5);
      for (const [j, count] of model.jumps.entries()) expect(found.jumps[j], `jump ${j}`).toBeCloseTo(count, 3);
    }
  });

  it("counts jumps further than the longest as the longest", () => {
    const length = LONGEST + 20;
    const source = encoded([[4, ...new Array<number>(length - 2).fill(5), 6]]);
    const target = encoded([[7, 8, 7]]);
    const native = modelOf({ source, target }, PIECES);
    // As good as certain: piece 7 comes from the first place, 8 from the last.
    const { ids, probabilities, entries, width } = native.lexicon;
    for (const [given, generated] of [
      [4, 7],
      [6, 8],
    ] as const) {
      ids[given * width] = generated;
      probabilities[given * width] = 1;
      entries[given] = 1;
    }
    entries[5] = entries[EOS] = 0;
    step({ source, target }, native);
    expect(native.jumps[2 * LONGEST]).toBeCloseTo(2, 3);
    expect(native.jumps[0]).toBeCloseTo(2, 3);
    expect(native.jumps[LONGEST + 1]).toBeCloseTo(2, 3);
  });

  it("never makes the text less likely", () => {
    const text = randomText(400, 40, 1);
    const native = modelOf(text, 40);
    const heard = Array.from({ length: 8 }, () => step(text, native).logLikelihood);
    for (let i = 1; i < heard.length; i++) expect(heard[i]).toBeGreaterThan(heard[i - 1]! - 1e-2);
  });

  it("has the same bits for any number of threads, over several blocks of sentences", () => {
    const text = randomText(20_000, 300, 2);
    const learn = (threads: number) => {
      startThreads(addon, threads);
      const native = modelOf(text, 300, 64);
      const heard = [step(text, native), step(text, native)];
      return { ...native, heard, links: links(text, native) };
    };
    const alone = learn(1);
    expect(learn(2)).toEqual(alone);
    expect(learn(5)).toEqual(alone);
  });

  it("takes a text of several blocks as it takes one: repeated 60 times, it has the same probabilities", () => {
    const text = randomText(300, 30, 3);
    const often = { source: repeated(text.source, 60), target: repeated(text.target, 60) };
    const [once, many] = [modelOf(text, 30), modelOf(text, 30)];
    const [first, sum] = [step(text, once), step(often, many)];
    expect(sum.logLikelihood / first.logLikelihood / 60).toBeCloseTo(1, 6);
    const [expected, found] = [definitionOf(once), definitionOf(many)];
    for (const [key, p] of expected.table) expect(found.table.get(key), key).toBeCloseTo(p, 5);
    for (const [j, count] of expected.jumps.entries()) {
      expect((found.jumps[j]! - 1) / 60, `jump ${j}`).toBeCloseTo(count - 1, 2);
    }
  });
});

describe("hmmLinks", () => {
  it("links each generated piece to its most probable place by the definition, and </s> to none", () => {
    const { text, pairs } = smallText(60, 5);
    const native = modelOf(text, PIECES);
    step(text, native);
    const { posteriors } = expectations(pairs, definitionOf(native));
    const found = links(text, native);
    let places = 0;
    for (const [n, rows] of posteriors.entries()) {
      const own = found.subarray(text.target.starts[n], text.target.starts[n + 1]);
      expect(own.at(-1)).toBe(-1);
      for (const [t, row] of rows.entries()) {
        // Where two are as good, either may be found.
        expect(row[own[t]! + 1]).toBeCloseTo(Math.max(...row), 5);
        if (own[t]! >= 0) places++;
      }
    }
    expect(places).toBeGreaterThan(20);
  });

  it("aligns pieces that it has never seen by their place alone", () => {
    const native = modelOf(randomText(400, 12, 1), 40);
    native.jumps.fill(1e-3);
    native.jumps[LONGEST + 1] = 1;
    const unseen = encoded([[30, 31, 32]]);
    expect([...links({ source: unseen, target: unseen }, native)]).toEqual([0, 1, 2, -1]);
  });
});

describe("what is no model", () => {
  const text = encoded([[4, 5]]);
  const run = (change: (native: NativeModel) => void, nullProbability = NULL) => {
    const native = modelOf({ source: text, target: text }, PIECES);
    change(native);
    return () => step({ source: text, target: text }, native, nullProbability);
  };

  it.each<[string, () => unknown, string]>([
    ["an impossible jump", run(({ jumps }) => jumps.fill(0, 3, 4)), "jumps must be above 0"],
    ["an empty word that is certain", run(() => {}, 1), "nullProbability must lie between 0 and 1"],
    ["an entry that is no piece", run(({ lexicon }) => lexicon.ids.fill(PIECES)), "is out of range"],
    ["a row that is too long", run(({ lexicon }) => lexicon.entries.fill(PIECES + 1)), "is longer than width"],
  ])("is refused: %s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
