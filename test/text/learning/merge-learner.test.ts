// Source of truth: the algorithm in plain words: count every pair anew, merge the most frequent one everywhere, and so on.
import { describe, expect, it, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { BREAK, learnMerges, type MergeOptions, type SymbolRuns } from "../../../src/text/learning/merge-learner.ts";

/** Runs of letters, each with its count, as symbols of the alphabet. */
type Runs = readonly (readonly [letters: string, count: number])[];

function symbolRuns(runs: Runs, alphabet: readonly string[]): SymbolRuns {
  const symbols = [BREAK];
  const places = [0];
  runs.forEach(([letters], run) => {
    for (const letter of letters) {
      symbols.push(alphabet.indexOf(letter));
      places.push(run);
    }
    symbols.push(BREAK);
    places.push(run);
  });
  return {
    symbols: Int32Array.from(symbols),
    runs: Int32Array.from(places),
    counts: Float64Array.from(runs, ([, count]) => count),
  };
}

/** As `learnMerges`, without any bookkeeping. */
function definition(runs: Runs, { alphabet, pieces, maxLength, reserved }: MergeOptions): string[] {
  const texts = [...alphabet];
  const words = runs.map(([letters, count]) => ({
    symbols: [...letters].map((letter) => alphabet.indexOf(letter)),
    count,
  }));
  const learned: string[] = [];
  while (learned.length < pieces) {
    const counts = new Map<string, { left: number; right: number; count: number }>();
    for (const { symbols, count } of words) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        const [left, right] = [symbols[i]!, symbols[i + 1]!];
        const text = texts[left]! + texts[right]!;
        if (text.length > maxLength || reserved.has(text)) continue;
        const pair = counts.get(`${left} ${right}`) ?? { left, right, count: 0 };
        counts.set(`${left} ${right}`, { ...pair, count: pair.count + count });
      }
    }
    const [best] = [...counts.values()].sort((a, b) => b.count - a.count || a.left - b.left || a.right - b.right);
    if (best === undefined) break;
    const text = texts[best.left]! + texts[best.right]!;
    if (!texts.includes(text)) {
      texts.push(text);
      learned.push(text);
    }
    for (const word of words) {
      for (let i = 0; i + 1 < word.symbols.length; i++) {
        if (word.symbols[i] === best.left && word.symbols[i + 1] === best.right) {
          word.symbols.splice(i, 2, texts.indexOf(text));
        }
      }
    }
  }
  return learned;
}

const alphabet = [..."abcd"];
const options: MergeOptions = { alphabet, pieces: 40, maxLength: 5, reserved: new Set() };
const learn = (runs: Runs, more: Partial<MergeOptions> = {}) =>
  learnMerges(symbolRuns(runs, alphabet), { ...options, ...more });

describe("learned pieces are those of the definition", () => {
  const random = new Random(17);
  const letters = () => Array.from({ length: 1 + random.integer(9) }, () => alphabet[random.integer(4)]!).join("");
  const texts = Array.from({ length: 30 }, (_, i) =>
    Array.from({ length: 3 + i }, () => [letters(), 1 + random.integer(4)] as const),
  );

  it.each([
    ["many ties", {}],
    ["pieces of three letters at most", { maxLength: 3 }],
    ["reserved texts", { reserved: new Set(["ab", "ba", "abc", "dd"]) }],
  ])("%s", (_, more) => {
    for (const runs of texts)
      expect(learn(runs, more), JSON.stringify(runs)).toEqual(definition(runs, { ...options, ...more }));
  });
});

test("the longest length is reached, and not passed", () => {
  const longest = (maxLength: number) =>
    Math.max(...learn([["abcdabcd", 9]], { maxLength }).map(({ length }) => length));
  expect([2, 4, 8].map(longest)).toEqual([2, 4, 8]);
});

test("ties go to the pair of older symbols: the left one decides, then the right one", () => {
  const runs: Runs = [
    ["db", 1],
    ["ca", 1],
    ["ad", 1],
    ["ac", 1],
  ];
  expect(learn(runs)).toEqual(["ac", "ad", "ca", "db"]);
});
