/** Source of truth: lines whose alignment is known, for their words were translated one by one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alignPieces } from "../../src/alignment/align-pieces.ts";
import { Aligner } from "../../src/alignment/aligner.ts";
import { ParallelTextBuilder } from "../../src/alignment/parallel-text.ts";
import { formatLinks } from "../../src/alignment/pharaoh.ts";
import { MOST_PIECES, TextAligner } from "../../src/alignment/text-aligner.ts";
import { loadAddon, startThreads } from "../../src/backends/native/addon.ts";
import { Random } from "../../src/base/random.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const addon = loadAddon();
afterAll(() => startThreads(addon, 1));

const wordpieces = toyWordpieces(["xx"]);
const iterations = { lexicon: 4, hmm: 4 };
/** Words of one to three pieces, and their translations; each has a letter of its own. */
const words = ["a", "bb", "c", "ddd", "e", "ff"];
const translations = ["ff", "a", "bb", "c", "dd", "e"];

/** Sentences of different words, translated in order but for their first two, which change places. */
function sentences(count: number): { source: string; target: string; links: string }[] {
  const random = new Random(11);
  return Array.from({ length: count }, () => {
    const chosen = random.shuffle(words.map((_, i) => i)).slice(0, 2 + random.integer(4));
    const order = [1, 0, ...chosen.keys()].filter((i, at) => at < 2 || i > 1);
    const links = order.map((source, target) => ({ source, target })).sort((a, b) => a.source - b.source);
    return {
      source: chosen.map((i) => words[i]).join(" "),
      target: order.map((i) => translations[chosen[i]!]).join(" "),
      links: formatLinks(links),
    };
  });
}

describe("TextAligner", () => {
  const text = sentences(400);
  const aligner = new TextAligner(wordpieces);
  beforeAll(() => {
    for (const pair of text) aligner.add(pair);
    aligner.add({ source: " ", target: "a" });
    aligner.add({ source: "a", target: "a ".repeat(MOST_PIECES + 1) });
    const heard: string[] = [];
    aligner.learn(addon, { iterations, onMessage: (message) => heard.push(message) });
    expect(heard).toHaveLength(2 * (iterations.lexicon + iterations.hmm));
    expect(heard.at(-1)).toMatch(/^target to source: hidden Markov model 4 of 4, perplexity \d+\.\d$/);
  });

  it("finds which word translates which, and learns from whole pairs only", () => {
    expect(aligner.pairs).toBe(400);
    const found = aligner.align(text, "grow-diag-final").map((links) => formatLinks(links!));
    const right = found.filter((links, n) => links === text[n]!.links).length;
    expect(right).toBeGreaterThan(380);
  });

  it("gives a pair the same links among others, and none to one with a blank side", () => {
    const pairs = [text[5]!, { source: "", target: "a" }, { source: "b", target: "  " }, text[9]!];
    const alone = pairs.map((pair) => aligner.align([pair], "union")[0]);
    expect(aligner.align(pairs, "union")).toEqual(alone);
    expect(alone.slice(1, 3)).toEqual([[], []]);
  });

  it("says which pairs are too long", () => {
    const long = "a ".repeat(MOST_PIECES + 1);
    expect(aligner.align([{ source: long, target: "a" }, text[0]!], "union")[0]).toBeUndefined();
    expect(aligner.align([{ source: "a", target: "a ".repeat(MOST_PIECES) }], "union")[0]).not.toBeUndefined();
  });
});

describe("alignPieces", () => {
  const tag = wordpieces.idOf("<2xx>");
  const encoded = sentences(400).map(({ source, target }) => ({
    source: wordpieces.encode(source),
    target: wordpieces.encode(target),
  }));
  const builder = new ParallelTextBuilder(wordpieces.eosId);
  for (const { source, target } of encoded) builder.add(source, target);
  const aligner = Aligner.learn(addon, builder.text(), { pieces: wordpieces.size, iterations });
  const withEnd = encoded.map(({ source, target }) => ({ source: Int32Array.of(...source, wordpieces.eosId), target }));
  const plain = alignPieces(aligner, withEnd, wordpieces, false);

  it("gives links by target piece, then by source position, inside of both sides", () => {
    for (const [n, { sources, targets }] of plain.entries()) {
      const order = Array.from(targets, (target, i) => 1000 * target + sources[i]!);
      expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
      expect(Math.max(...sources)).toBeLessThan(encoded[n]!.source.length);
      expect(Math.max(...targets)).toBeLessThan(encoded[n]!.target.length);
    }
  });

  it("moves source positions by one where sources have a tag", () => {
    const tagged = withEnd.map(({ source, target }) => ({ source: Int32Array.of(tag, ...source), target }));
    const found = alignPieces(aligner, tagged, wordpieces, true);
    expect(found).toEqual(
      plain.map(({ sources, targets }) => ({ sources: sources.map((position) => position + 1), targets })),
    );
  });
});
