/**
 * Source of truth: exhaustive search by the definition of the score (toy-model.ts), in 540 random cases of ensembles, beginnings that are given, terms, bans and
 * blocked n-grams, alone and together. The beam holds everything.
 */
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { LexicalConstraints } from "../../src/decoding/beam/lexical-constraints.ts";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { type EnsembleMean, EnsembleModel } from "../../src/decoding/ensemble.ts";
import { BannedPieces } from "../../src/decoding/processors/banned.ts";
import { PieceIndex } from "../../src/decoding/processors/piece-index.ts";
import { type LogitsProcessor, processedModel } from "../../src/decoding/processors/processor.ts";
import { NgramBlock } from "../../src/decoding/processors/repetition.ts";
import { type TargetPrefix, TargetPrefixes } from "../../src/decoding/processors/target-prefix.ts";
import type { Wordpieces } from "../../src/text/wordpieces.ts";
import { EOS, exhaustiveSearch, logSoftmax, randomToy, searchOptions, type Toy, ToyModel } from "./toy-model.ts";

const EVERYTHING = 2000;
/** How pieces are written; some are beginnings of others. */
const TEXTS = ["", "a", "b", "ab", "ba"];
const BOS = 9;
const spelling = {
  ...{ unkId: -1, bosId: BOS, eosId: EOS },
  pieceOf: (id: number) => TEXTS[id]!,
  decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => TEXTS[id]).join(""),
} as Wordpieces;

interface Case {
  toys: Toy[];
  mean: EnsembleMean;
  sources: Int32Array[];
  maxLength: number;
  minLength: number;
  alpha: number;
  beta: number;
  /** Of each sentence. */
  prefixes: (TargetPrefix | undefined)[];
  terms: number[][][];
  banned: number[];
  /** 0 for none. */
  blocked: number;
}

type Feature = "ensemble" | "prefix" | "terms" | "rules";

/** A case that has these features; which of them matter in a sentence is drawn too. */
function randomCase(seed: number, features: ReadonlySet<Feature>): Case {
  const random = new Random(seed, 540);
  const draw = (most: number) => random.integer(most);
  const vocabularySize = 3 + draw(3);
  const pieces = (count: number) => Array.from({ length: count }, () => 1 + draw(vocabularySize - 1));
  const sentences = 1 + draw(2);
  const of = <T>(feature: Feature, some: () => T, none: T): T => (features.has(feature) ? some() : none);
  const perSentence = <T>(make: () => T): T[] => Array.from({ length: sentences }, make);
  return {
    toys: Array.from({ length: of("ensemble", () => 2 + draw(2), 1) }, (_, i) =>
      randomToy(100 * seed + i, vocabularySize),
    ),
    mean: draw(2) === 0 ? "log_probabilities" : "probabilities",
    sources: Array.from({ length: sentences }, (_, s) =>
      Int32Array.from({ length: 1 + draw(3) }, (_, t) => 10 + 7 * s + t),
    ),
    maxLength: 3 + draw(2),
    minLength: draw(3),
    alpha: [0, 0.6, 1.2, -0.4][draw(4)]!,
    beta: [0, 0.2, 0.7][draw(3)]!,
    prefixes: of(
      "prefix",
      () =>
        perSentence(() =>
          draw(4) === 0 ? undefined : { pieces: pieces(draw(2)), rest: ["", "a", "b"][draw(3)]!, isWhole: false },
        ),
      [],
    ),
    terms: of("terms", () => perSentence(() => Array.from({ length: draw(3) }, () => pieces(1 + draw(2)))), []),
    banned: of("rules", () => pieces(draw(2)), []),
    blocked: of("rules", () => draw(3), 0),
  };
}

/** A toy that says the mean of others, by the definition, and looks where they look on average. */
function meanOf({ toys, mean }: Case): Toy {
  const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    ...toys[0]!,
    normalized: true,
    logits: (source, prefix) => {
      const all = toys.map((toy) => logSoftmax(toy.logits(source, prefix)));
      return Array.from(all[0]!, (_, piece) =>
        mean === "probabilities"
          ? Math.log(average(all.map((each) => Math.exp(each[piece]!))))
          : average(all.map((each) => each[piece]!)),
      );
    },
    attention: (source, prefix) => {
      const all = toys.map((toy) => toy.attention!(source, prefix).map(Math.fround));
      return Array.from(source, (_, i) => average(all.map((weights) => weights[i]!)));
    },
  };
}

const has = (pieces: readonly number[], term: readonly number[]) => `,${pieces.join()},`.includes(`,${term.join()},`);

/** Whether a translation may begin so: with the given pieces, then with the characters, whatever pieces spell them. */
function beginsAsGiven(pieces: readonly number[], prefix: TargetPrefix | undefined): boolean {
  if (prefix === undefined) return true;
  const given = prefix.pieces.length;
  if (pieces.slice(0, given).join() !== prefix.pieces.slice(0, pieces.length).join()) return false;
  const text = spelling.decode(pieces.slice(given));
  return text.startsWith(prefix.rest) || prefix.rest.startsWith(text);
}

function rulesOf(c: Case, s: number) {
  const prefix = c.prefixes[s];
  const repeats = (pieces: readonly number[]) => {
    const last = pieces.slice(-c.blocked).join();
    return pieces.some((_, i) => i + c.blocked < pieces.length && pieces.slice(i, i + c.blocked).join() === last);
  };
  const isWhole = (pieces: readonly number[]) =>
    prefix === undefined ||
    (pieces.length >= prefix.pieces.length &&
      spelling.decode(pieces.slice(prefix.pieces.length)).startsWith(prefix.rest));
  return {
    ...{ alpha: c.alpha, beta: c.beta, minLength: c.minLength },
    allowed: (before: readonly number[], piece: number) => {
      if (piece === EOS) return isWhole(before);
      const pieces = [...before, piece];
      if (!beginsAsGiven(pieces, prefix) || c.banned.includes(piece)) return false;
      return c.blocked === 0 || pieces.length < c.blocked || !repeats(pieces);
    },
    mayEnd: (pieces: readonly number[]) => (c.terms[s] ?? []).every((term) => has(pieces, term)),
  };
}

async function search(c: Case) {
  const models = c.toys.map((toy) => new ToyModel(toy));
  const model = models.length === 1 ? models[0]! : new EnsembleModel(models, c.mean);
  const processors: LogitsProcessor[] = [];
  if (c.prefixes.length > 0) {
    processors.push(new TargetPrefixes(new PieceIndex(spelling, c.toys[0]!.vocabularySize), c.prefixes));
  }
  if (c.banned.length > 0) processors.push(new BannedPieces(c.banned));
  if (c.blocked > 0) processors.push(new NgramBlock(c.blocked));
  const constraints = c.terms.map((terms) => new LexicalConstraints(terms.map((term) => [Int32Array.from(term)])));
  const settings = {
    ...{ beamSize: EVERYTHING, nBest: EVERYTHING, minLength: c.minLength },
    ...{ lengthPenalty: c.alpha, coveragePenalty: c.beta },
    ...(constraints.length > 0 && { constraints }),
  };
  return beamSearch(
    processedModel(model, processors),
    c.sources,
    searchOptions(c.sources.length, c.maxLength, settings),
  );
}

const combinations: Feature[][] = [
  [],
  ["ensemble"],
  ["prefix"],
  ["terms"],
  ["rules"],
  ["ensemble", "prefix"],
  ["ensemble", "terms"],
  ["prefix", "terms"],
  ["ensemble", "prefix", "terms", "rules"],
];
const CASES = 60;

describe.each(combinations.map((features, i) => ({ features, i })))("$features", ({ features, i }) => {
  test(`${CASES} random cases have the translations of exhaustive search, in its order, with its scores`, async () => {
    let complete = 0;
    for (let n = 0; n < CASES; n++) {
      const c = randomCase(CASES * i + n + 1, new Set(features));
      const found = await search(c);
      const toy = meanOf(c);
      for (const [s, source] of c.sources.entries()) {
        const name = `case ${n}, sentence ${s}`;
        const expected = exhaustiveSearch(toy, source, c.maxLength, rulesOf(c, s)).filter((each) => each.complete);
        // Which of those that cannot end are cut where depends on the search.
        const ended = found[s]!.filter((each) => each.complete);
        complete += ended.length;
        expect(found[s]!.slice(0, ended.length), name).toEqual(ended);
        const order = (all: readonly { pieces: ArrayLike<number>; score: number }[]) =>
          all.map(({ pieces, score }) => ({ pieces: Array.from(pieces), score: expect.closeTo(score, 4) }));
        expect(
          ended.map(({ pieces, score }) => ({ pieces: [...pieces], score })),
          name,
        ).toEqual(order(expected));
      }
    }
    // The rules leave something to compare.
    expect(complete).toBeGreaterThan(5 * CASES);
  });
});
