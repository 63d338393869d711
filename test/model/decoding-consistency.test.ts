/**
 * Step-by-step decoding against teacher forcing. Source of truth: `forceScore`, which runs the training forward pass; and bit-equality
 * of a sentence's results whatever else is decoded with it.
 */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineOptions, selectBackend } from "../../src/backends/select.ts";
import type { BackendName } from "../../src/base/engine-names.ts";
import { Random } from "../../src/base/random.ts";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import type { Hypothesis, SearchOptions } from "../../src/decoding/hypothesis.ts";
import { greedySearch, search } from "../../src/decoding/search.ts";
import type { DecoderState } from "../../src/model/decoder-state.ts";
import type { Seq2SeqOptions } from "../../src/model/options.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { probeForTests } from "../backends/native-required.ts";
import { reversePairs, toyOptions } from "./toy-model.ts";

const BOS = 2;
const EOS = 3;
const VOCABULARY = toyOptions.vocabularySize;
const pairs = reversePairs(new Random(3), 7, VOCABULARY, 6);
const sources = pairs.map(({ source }) => source);
const targets = pairs.map(({ target }) => target);

const variants: [name: string, options: Seq2SeqOptions][] = [
  ["experts, bridge, multiplicative attention", toyOptions],
  [
    "dense, zero start, shared table",
    { ...toyOptions, moe: undefined, decoderStart: "zero", shareEmbeddings: true, tieSoftmax: true },
  ],
  [
    "additive attention, three decoder layers",
    { ...toyOptions, attention: "additive", decoderLayers: 3, moeDecoderAfter: [2] },
  ],
  ["projected LSTM units", { ...toyOptions, cellSize: 20 }],
];

/** Reference kernels, and the native ones, in both precisions, where they are built and this processor has them. */
const engines: EngineOptions[] = [
  { backend: "cpu" },
  { backend: "native", threads: 2, precision: "f32" },
  { backend: "native", threads: 2, precision: "bf16" },
];
const availability = await Promise.all(engines.map((engine) => probeForTests(engine.backend as BackendName, engine)));
const cases = engines.flatMap((engine, i) => {
  const usable = availability[i]!;
  const name = `${engine.backend} ${engine.precision ?? ""}`;
  if (!usable.usable) console.info(`skipped on ${name}: ${usable.reason}`);
  // Native kernels work on blocks of 16 and more: sizes past one block, and no multiple of it.
  const sizes = engine.backend === "native" ? { hiddenSize: 72, embeddingSize: 40 } : {};
  return variants.map(([variant, options]) => ({
    name: `${name}: ${variant}`,
    engine,
    options: {
      ...options,
      ...sizes,
      embeddingSize: options.tieSoftmax ? (sizes.hiddenSize ?? 8) : (sizes.embeddingSize ?? 8),
    },
    skip: !usable.usable,
  }));
});

/** Log-probabilities [rows][vocabulary] of the next piece. */
async function distribution(state: DecoderState, previous: Int32Array): Promise<Float32Array[]> {
  const { ids, logProbabilities } = await state.step(previous, { count: VOCABULARY });
  return Array.from({ length: state.rows }, (_, row) => {
    const dense = new Float32Array(VOCABULARY);
    for (let i = row * VOCABULARY; i < (row + 1) * VOCABULARY; i++) dense[ids[i]!] = logProbabilities[i]!;
    return dense;
  });
}

/** Each row is fed its sentence's target, and `</s>` once that is over. */
function targetPiece(sentence: number, t: number): number {
  return targets[sentence]![t] ?? EOS;
}

describe.each(cases.filter(({ skip }) => !skip))("$name", ({ engine, options }) => {
  // Digits that step-by-step and whole-sequence kernels have in common.
  const digits = engine.precision === "bf16" ? 1 : 4;
  let model: Seq2Seq;
  let tensors: number;
  beforeAll(async () => {
    await selectBackend(engine);
    // Large weights, so that distributions differ from each other and from uniform.
    model = new Seq2Seq({ ...options, weightRange: 6 / options.hiddenSize + 0.05 }, { seed: 5 });
    tensors = tf.memory().numTensors;
  });
  afterAll(() => {
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  test("step by step, every target piece has the log-probability of teacher forcing", async () => {
    const forced = await model.forceScore(sources, targets);
    const state = await model.startDecoding(sources);
    let previous = new Int32Array(state.rows).fill(BOS);
    for (let t = 0; t <= 6; t++) {
      const next = await distribution(state, previous);
      state.sentenceOfRow.forEach((sentence, row) => {
        const { [t]: expected } = forced.tokens[sentence]!;
        if (expected !== undefined) expect(next[row]![targetPiece(sentence, t)]).toBeCloseTo(expected, digits);
      });
      previous = state.sentenceOfRow.map((sentence) => targetPiece(sentence, t));
    }
    state.dispose();
  });

  test("candidates are a distribution, best first, equal ones in ascending id order", async () => {
    const state = await model.startDecoding(sources);
    const { ids, logProbabilities } = await state.step(new Int32Array(state.rows).fill(BOS), { count: VOCABULARY });
    const few = await model.startDecoding(sources);
    const best = await few.step(new Int32Array(few.rows).fill(BOS), { count: 3 });
    for (let row = 0; row < state.rows; row++) {
      const from = row * VOCABULARY;
      const values = logProbabilities.subarray(from, from + VOCABULARY);
      expect(values.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
      for (let i = 1; i < VOCABULARY; i++) {
        expect(
          values[i - 1]! > values[i]! || (values[i - 1] === values[i] && ids[from + i - 1]! < ids[from + i]!),
        ).toBe(true);
      }
      expect([...best.ids.subarray(3 * row, 3 * row + 3)]).toEqual([...ids.subarray(from, from + 3)]);
    }
    state.dispose();
    few.dispose();
  });

  test("select branches, reorders and prunes hypotheses with their states", async () => {
    const state = await model.startDecoding(sources);
    const first = state.sentenceOfRow.slice();
    await state.step(new Int32Array(state.rows).fill(BOS), { count: 1 });
    await state.step(
      state.sentenceOfRow.map((sentence) => targetPiece(sentence, 0)),
      { count: 1 },
    );
    const chosen = Int32Array.of(5, 0, 5, 2);
    state.select(chosen);
    expect([...state.sentenceOfRow]).toEqual(Array.from(chosen, (row) => first[row]));
    // Row 2 is another branch of row 0: it goes on with another piece.
    const pieces = Int32Array.from(state.sentenceOfRow, (sentence, row) => (row === 2 ? 7 : targetPiece(sentence, 1)));
    const branched = await distribution(state, pieces);
    const prefixes = Array.from(state.sentenceOfRow, (sentence, row) =>
      Int32Array.of(targetPiece(sentence, 0), pieces[row]!),
    );
    for (const [row, prefix] of prefixes.entries()) {
      const alone = await model.startDecoding([sources[state.sentenceOfRow[row]!]!]);
      await alone.step(Int32Array.of(BOS), { count: 1 });
      await alone.step(prefix.subarray(0, 1), { count: 1 });
      expect([...branched[row]!]).toEqual([...(await distribution(alone, prefix.subarray(1)))[0]!]);
      alone.dispose();
    }
    state.dispose();
  });

  test("attention of a step is a distribution over the row's own source, also after select", async () => {
    const state = await model.startDecoding(sources);
    await state.step(new Int32Array(state.rows).fill(BOS), { count: 1, withAttention: true });
    state.select(Int32Array.of(6, 1, 1));
    const { attention } = await state.step(Int32Array.of(4, 5, 6), { count: 1, withAttention: true });
    state.sentenceOfRow.forEach((sentence, row) => {
      const weights = attention!.weights.subarray(attention!.offsets[row], attention!.offsets[row + 1]);
      expect(weights).toHaveLength(sources[sentence]!.length);
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    });
    state.dispose();
  });

  test("the distribution has every candidate's log-probability at its piece, and is left out unless asked for", async () => {
    const state = await model.startDecoding(sources);
    const previous = new Int32Array(state.rows).fill(BOS);
    const some = await state.step(previous, { count: 3, distribution: true });
    const again = await model.startDecoding(sources);
    const all = await again.step(previous, { count: VOCABULARY });
    expect(all.distribution).toBeUndefined();
    const expected = new Float32Array(state.rows * VOCABULARY);
    all.ids.forEach((id, i) => {
      expected[i - (i % VOCABULARY) + id] = all.logProbabilities[i]!;
    });
    expect(some.distribution).toEqual(expected);
    expect(some.ids).toEqual(all.ids.filter((_, i) => i % VOCABULARY < 3));
    expect(some.logProbabilities).toEqual(all.logProbabilities.filter((_, i) => i % VOCABULARY < 3));
    state.dispose();
    again.dispose();
  });

  test.each([1, 4])(
    "an abort between two steps rejects with its reason and gives the tensors back, beam %i",
    async (beamSize) => {
      const stop = new AbortController();
      const options: SearchOptions = {
        ...{ bosId: BOS, eosId: EOS, beamSize, nBest: 1, lengthPenalty: 0, coveragePenalty: 0, withAttention: false },
        ...{ minLength: 1000, maxLengths: new Int32Array(sources.length).fill(2000), signal: stop.signal },
      };
      const before = tf.memory().numTensors;
      const found = search(model, sources, options);
      const reason = new Error("enough");
      // Runs only if steps let the event loop turn; the search would take 2,000 of them.
      setTimeout(() => stop.abort(reason), 5);
      await expect(found).rejects.toBe(reason);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test("asking for attention changes no log-probability", async () => {
    const run = async (withAttention: boolean) => {
      const state = await model.startDecoding(sources);
      const { logProbabilities } = await state.step(new Int32Array(state.rows).fill(BOS), {
        count: VOCABULARY,
        withAttention,
      });
      state.dispose();
      return [...logProbabilities];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  describe("a sentence gets the same bits alone and in a batch", () => {
    const settings = (count: number): SearchOptions => ({
      bosId: BOS,
      eosId: EOS,
      beamSize: 4,
      nBest: 3,
      lengthPenalty: 0.6,
      coveragePenalty: 0.2,
      minLength: 1,
      maxLengths: new Int32Array(count).fill(9),
      withAttention: true,
    });
    const plain = ({ pieces, attention, ...rest }: Hypothesis) => ({
      ...rest,
      pieces: [...pieces],
      attention: attention!.map((row) => [...row]),
    });

    test("beam search", async () => {
      const together = await beamSearch(model, sources, settings(sources.length));
      const alone: Hypothesis[][] = [];
      for (const source of sources) alone.push(...(await beamSearch(model, [source], settings(1))));
      expect(together.map((list) => list.map(plain))).toEqual(alone.map((list) => list.map(plain)));
      expect(new Set(together.map(([best]) => best!.score)).size).toBe(sources.length);
    });

    test("greedy search, which equals a beam of 1", async () => {
      const together = await greedySearch(model, sources, settings(sources.length));
      const alone: Hypothesis[] = [];
      for (const source of sources) alone.push(...(await greedySearch(model, [source], settings(1))));
      const beams = await beamSearch(model, sources, { ...settings(sources.length), beamSize: 1, nBest: 1 });
      expect(together.map(plain)).toEqual(alone.map(plain));
      expect(together.map(plain)).toEqual(beams.map(([best]) => plain(best!)));
    });

    test("teacher forcing", async () => {
      const { tokens } = await model.forceScore(sources, targets);
      for (const [i, source] of sources.entries()) {
        expect([...(await model.forceScore([source], [targets[i]!])).tokens[0]!]).toEqual([...tokens[i]!]);
      }
    });
  });

  test("a hypothesis's log-probability is its forced score", async () => {
    // Wide enough to hold every first piece, and so some translation that ends.
    const found = await beamSearch(model, sources, {
      bosId: BOS,
      eosId: EOS,
      beamSize: 30,
      nBest: 30,
      lengthPenalty: 0,
      coveragePenalty: 0,
      minLength: 0,
      maxLengths: new Int32Array(sources.length).fill(4),
      withAttention: false,
    });
    const hypotheses = found.flat();
    const { tokens } = await model.forceScore(
      found.flatMap((list, s) => list.map(() => sources[s]!)),
      hypotheses.map(({ pieces }) => pieces),
    );
    hypotheses.forEach(({ pieces, logProbability, complete }, i) => {
      const scored = tokens[i]!.subarray(0, pieces.length + (complete ? 1 : 0));
      expect(logProbability).toBeCloseTo(
        scored.reduce((a, b) => a + b, 0),
        digits,
      );
    });
    expect(hypotheses.some(({ complete }) => complete)).toBe(true);
    expect(hypotheses.some(({ complete }) => !complete)).toBe(true);
  });
});
