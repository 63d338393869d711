/** Source of truth: attention's definition in double precision (attention-reference.ts) and central differences of it. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type AdditiveAttentionInputs,
  type AttentionGroups,
  additiveAttention,
  attendWithWeights,
  dotAttention,
} from "../../src/ops/attention.ts";
import { type AttentionCase, attentionCase, referenceAttention, sentenceOf } from "./attention-reference.ts";
import { expectClose, expectSameBits, normals, numericGradient } from "./finite-differences.ts";
import { composed, nativeVariants } from "./kernel-variants.ts";

const shapes = {
  "one query, one key": [[[1, 1]], [3, 2]],
  "ragged sentences, odd widths": [
    [
      [3, 2],
      [1, 7],
      [9, 5],
      [4, 1],
    ],
    [21, 35],
  ],
} as const;

// Enough work for several threads.
const batch = Array.from({ length: 9 }, (_, i) => [25 - (i % 4), 17 + i] as const);
const batchWidths = [50, 67] as const;

/** A case's operands as tensors: queries, keys, values, and energy for additive scores. */
function operandsOf(c: AttentionCase): tf.Tensor[] {
  const matrix = (values: Float64Array, width: number) =>
    tf.tensor2d(Float32Array.from(values), [values.length / width, width]);
  const matrices = [matrix(c.queries, c.hidden), matrix(c.keys, c.hidden), matrix(c.values, c.valueWidth)];
  return c.energy === undefined ? matrices : [...matrices, tf.tensor1d(Float32Array.from(c.energy))];
}

function inputsOf([queries, keys, values, energy]: tf.Tensor[]) {
  return { queries, keys, values, energy } as unknown as AdditiveAttentionInputs;
}

function attend(operands: tf.Tensor[], groups: AttentionGroups): tf.Tensor2D {
  return (operands.length === 3 ? dotAttention : additiveAttention)(inputsOf(operands), groups);
}

/** Context, and gradients of Σ context ∘ upstream to every operand. */
function run(c: AttentionCase, upstream: Float64Array): { context: Float32Array; gradients: Float32Array[] } {
  return tf.tidy(() => {
    const operands = operandsOf(c);
    const dy = tf.tensor2d(Float32Array.from(upstream), [upstream.length / c.valueWidth, c.valueWidth]);
    const context = attend(operands, c.groups).dataSync() as Float32Array;
    const gradients = tf.grads((...given: tf.Tensor[]) => attend(given, c.groups))(operands, dy);
    return { context, gradients: gradients.map((gradient) => gradient.dataSync() as Float32Array) };
  });
}

function upstreamOf(c: AttentionCase): Float64Array {
  return normals(9, (c.queries.length / c.hidden) * c.valueWidth);
}

type Kind = "dot" | "additive";

/** A case, with its context and gradients from the definition; worked out once for all variants. */
const expectations = memoize((name: keyof typeof shapes, kind: Kind) => {
  const [lengths, widths] = shapes[name];
  const c = attentionCase(lengths, widths, kind === "additive");
  const upstream = upstreamOf(c);
  const objective = () => referenceAttention(c).context.reduce((sum, value, i) => sum + value * upstream[i]!, 0);
  const operands = [c.queries, c.keys, c.values, ...(c.energy === undefined ? [] : [c.energy])];
  const gradients = operands.map((operand) => numericGradient(objective, operand));
  return { c, upstream, context: referenceAttention(c).context, gradients };
});

function memoize<Args extends string[], T>(compute: (...args: Args) => T): (...args: Args) => T {
  const known = new Map<string, T>();
  return (...args) => {
    const key = args.join();
    if (!known.has(key)) known.set(key, compute(...args));
    return known.get(key)!;
  };
}

const variants = [composed, ...(await nativeVariants())];

describe.each(variants)("$name", (variant) => {
  beforeAll(() => variant.use());

  describe.each(["dot", "additive"] as const)("%s attention", (kind) => {
    it.each(Object.keys(shapes) as (keyof typeof shapes)[])("agrees with its definition: %s", (name) => {
      const { c, upstream, context, gradients } = expectations(name, kind);
      const result = run(c, upstream);
      expectClose(result.context, context, 3e-6);
      expect(result.gradients.length).toBe(gradients.length);
      gradients.forEach((gradient, i) => {
        expectClose(result.gradients[i]!, gradient, 1e-5);
      });
    });

    it("gives the weights of hypotheses in row order", () => {
      const c = attentionCase(
        [
          [5, 3],
          [5, 6],
          [5, 1],
        ],
        [20, 9],
        kind === "additive",
      );
      const expected = referenceAttention(c);
      const inputs = inputsOf(operandsOf(c));
      const { context, weights, offsets } =
        kind === "dot" ? attendWithWeights("dot", inputs, c.groups) : attendWithWeights("additive", inputs, c.groups);
      expectClose(context.dataSync(), expected.context, 3e-6);
      expect(offsets.length).toBe(16);
      expected.weights.forEach((row, i) => {
        expectClose(weights.slice(offsets[i]!, offsets[i + 1]!), row, 1e-6);
      });
      tf.dispose([context, Object.values(inputs)]);
    });

    it("gives rows of no group a zero context and no gradient", () => {
      const c = attentionCase(
        [
          [2, 3],
          [3, 2],
        ],
        [4, 5],
        kind === "additive",
      );
      const first = ({ rows, offsets }: { rows: Int32Array; offsets: Int32Array }) => ({
        rows: rows.slice(0, offsets[1]!),
        offsets: offsets.slice(0, 2),
      });
      const groups = { queryRows: first(c.groups.queryRows), keyRows: first(c.groups.keyRows) };
      const { context, gradients } = run({ ...c, groups }, upstreamOf(c));
      const check = (values: Float32Array, width: number, present: Int32Array) => {
        for (let row = 0; row < values.length / width; row++) {
          const zero = values.subarray(row * width, (row + 1) * width).every((value) => value === 0);
          expect(zero).toBe(!present.includes(row));
        }
      };
      check(context, 5, groups.queryRows.rows);
      check(gradients[0]!, 4, groups.queryRows.rows);
      check(gradients[1]!, 4, groups.keyRows.rows);
      check(gradients[2]!, 5, groups.keyRows.rows);
    });
  });

  it("dot scores too large and too small for their exponentials", () => {
    const c = attentionCase([[3, 4]], [6, 2], false);
    c.queries.forEach((value, i) => {
      c.queries[i] = 200 * value;
    });
    const { context } = run(c, upstreamOf(c));
    expectClose(context, referenceAttention(c).context, 3e-5);
  });

  it("additive scores of entries too large for their exponentials", () => {
    const c = attentionCase([[3, 4]], [6, 2], true);
    c.queries[0] = 90;
    c.keys[0] = -89.5;
    const { context } = run(c, upstreamOf(c));
    expectClose(context, referenceAttention(c).context, 3e-6);
  });
});

const native = variants.filter(({ isa }) => isa !== undefined);

describe.each(native.filter(({ threads }) => threads === 2))("bits of $isa", ({ isa, use }) => {
  it.each(["dot", "additive"])("%s attention of a sentence does not depend on threads or companions", async (kind) => {
    const c = attentionCase(batch, batchWidths, kind === "additive");
    const upstream = upstreamOf(c);
    await native.find((variant) => variant.isa === isa && variant.threads === 1)!.use();
    const alone = batch.map((_, sentence) => {
      const part = sentenceOf(c, sentence, upstream);
      return { part, ...run(part.case, part.upstream) };
    });
    const oneThread = run(c, upstream);
    await use();
    const twoThreads = run(c, upstream);
    expectSameBits(twoThreads.context, oneThread.context);
    twoThreads.gradients.forEach((gradient, i) => {
      expectSameBits(gradient, oneThread.gradients[i]!);
    });
    for (const { part, context, gradients } of alone) {
      expectSameBits(part.queryRows(twoThreads.context, c.valueWidth), context);
      expectSameBits(part.queryRows(twoThreads.gradients[0]!, c.hidden), gradients[0]!);
      expectSameBits(part.keyRows(twoThreads.gradients[1]!, c.hidden), gradients[1]!);
      expectSameBits(part.keyRows(twoThreads.gradients[2]!, c.valueWidth), gradients[2]!);
    }
  });
});
