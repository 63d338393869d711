/** Source of truth: the cost's definition in double precision over attention's (attention-reference.ts), and central differences of both. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { AttentionGuide } from "../../src/base/attention-guide.ts";
import { type AdditiveAttentionInputs, additiveAttention, dotAttention } from "../../src/ops/attention.ts";
import { type GuideCost, guidedAdditiveAttention, guidedDotAttention } from "../../src/ops/guided-attention.ts";
import { type AttentionCase, attentionCase, referenceAttention, sentenceOf } from "./attention-reference.ts";
import { expectClose, expectSameBits, normals, numericGradient } from "./finite-differences.ts";
import { composed, nativeVariants } from "./kernel-variants.ts";

const lengths = [
  [3, 2],
  [1, 7],
  [9, 5],
  [4, 1],
] as const;
/** Weight of the cost beside the context's. */
const COST_WEIGHT = 0.7;

/** Of every third query none, then some keys, then all of them. */
function guideOf({ groups: { queryRows, keyRows } }: AttentionCase): AttentionGuide {
  const offsets = [0];
  const keys: number[] = [];
  for (let g = 0; g + 1 < queryRows.offsets.length; g++) {
    const keyCount = keyRows.offsets[g + 1]! - keyRows.offsets[g]!;
    for (let q = queryRows.offsets[g]!; q < queryRows.offsets[g + 1]!; q++) {
      for (let key = 0; key < keyCount; key++) {
        if (q % 3 === 2 || (q % 3 === 1 && (key + q) % 2 === 0)) keys.push(key);
      }
      offsets.push(keys.length);
    }
  }
  return { offsets: Int32Array.from(offsets), keys: Int32Array.from(keys) };
}

/** The cost of a query's weights by definition. */
function costOf(weights: Float64Array, keys: Int32Array, cost: GuideCost): number {
  if (keys.length === 0) return 0;
  const shares = weights.map((_, key) => (keys.includes(key) ? 1 / keys.length : 0));
  if (cost === "ce")
    return -shares.reduce((sum, share, key) => sum + (share === 0 ? 0 : share * Math.log(weights[key]!)), 0);
  return shares.reduce((sum, share, key) => sum + (weights[key]! - share) ** 2, 0) / 2;
}

function referenceCost(c: AttentionCase, { offsets, keys }: AttentionGuide, cost: GuideCost): number {
  const { weights } = referenceAttention(c);
  let sum = 0;
  c.groups.queryRows.rows.forEach((row, q) => {
    sum += costOf(weights[row]!, keys.subarray(offsets[q]!, offsets[q + 1]!), cost);
  });
  return sum;
}

function operandsOf(c: AttentionCase): tf.Tensor[] {
  const matrix = (values: Float64Array, width: number) =>
    tf.tensor2d(Float32Array.from(values), [values.length / width, width]);
  const matrices = [matrix(c.queries, c.hidden), matrix(c.keys, c.hidden), matrix(c.values, c.valueWidth)];
  return c.energy === undefined ? matrices : [...matrices, tf.tensor1d(Float32Array.from(c.energy))];
}

interface Outcome {
  context: Float32Array;
  cost: number;
  gradients: Float32Array[];
}

/** Context and cost, and the gradients of Σ context ∘ upstream + COST_WEIGHT · cost to every operand. */
function run(
  c: AttentionCase,
  guide: AttentionGuide,
  cost: GuideCost,
  upstream: Float64Array,
  costWeight = COST_WEIGHT,
): Outcome {
  return tf.tidy(() => {
    const attend = ([queries, keys, values, energy]: tf.Tensor[]) => {
      const inputs = { queries, keys, values, energy } as unknown as AdditiveAttentionInputs;
      const guided = { guide, cost };
      return energy === undefined
        ? guidedDotAttention(inputs, c.groups, guided)
        : guidedAdditiveAttention(inputs, c.groups, guided);
    };
    const dy = tf.tensor2d(Float32Array.from(upstream), [upstream.length / c.valueWidth, c.valueWidth]);
    const operands = operandsOf(c);
    const { context, cost: sum } = attend(operands);
    const gradients = tf.grads((...given: tf.Tensor[]) => {
      const result = attend(given);
      return tf.add(tf.sum(tf.mul(result.context, dy)), tf.mul(result.cost, costWeight)) as tf.Scalar;
    })(operands);
    return {
      context: context.dataSync() as Float32Array,
      cost: sum.dataSync()[0]!,
      gradients: gradients.map((gradient) => gradient.dataSync() as Float32Array),
    };
  });
}

const upstreamOf = (c: AttentionCase) => normals(9, (c.queries.length / c.hidden) * c.valueWidth);

const cases = (["dot", "additive"] as const).flatMap((kind) =>
  (["ce", "mse"] as const).map((cost) => {
    const c = attentionCase(lengths, [21, 35], kind === "additive");
    const guide = guideOf(c);
    const upstream = upstreamOf(c);
    const objective = () =>
      referenceAttention(c).context.reduce((sum, value, i) => sum + value * upstream[i]!, 0) +
      COST_WEIGHT * referenceCost(c, guide, cost);
    const operands = [c.queries, c.keys, c.values, ...(c.energy === undefined ? [] : [c.energy])];
    const gradients = operands.map((operand) => numericGradient(objective, operand));
    return { kind, cost, c, guide, upstream, gradients, expectedCost: referenceCost(c, guide, cost) };
  }),
);

const variants = [composed, ...(await nativeVariants())];

describe.each(variants)("$name", (variant) => {
  beforeAll(() => variant.use());

  it.each(cases)("$kind attention with $cost agrees with its definition", (expected) => {
    const { c, guide, cost, upstream } = expected;
    const result = run(c, guide, cost, upstream);
    expectClose(result.context, referenceAttention(c).context, 3e-6);
    expectClose([result.cost], [expected.expectedCost], 3e-6);
    expect(result.gradients.length).toBe(expected.gradients.length);
    expected.gradients.forEach((gradient, i) => {
      expectClose(result.gradients[i]!, gradient, 1e-5);
    });
  });

  it.each(["dot", "additive"] as const)(
    "%s attention to which nothing is aligned is as without a guide, to the bit",
    (kind) => {
      const c = attentionCase(lengths, [21, 35], kind === "additive");
      const upstream = upstreamOf(c);
      const none = { offsets: new Int32Array(c.groups.queryRows.rows.length + 1), keys: new Int32Array(0) };
      const { context, cost, gradients } = run(c, none, "ce", upstream);
      expect(Math.abs(cost)).toBe(0);
      tf.tidy(() => {
        const operands = operandsOf(c);
        const attend = (...[queries, keys, values, energy]: tf.Tensor[]) => {
          const inputs = { queries, keys, values, energy } as unknown as AdditiveAttentionInputs;
          return energy === undefined ? dotAttention(inputs, c.groups) : additiveAttention(inputs, c.groups);
        };
        expectSameBits(context, attend(...operands).dataSync() as Float32Array);
        const dy = tf.tensor2d(Float32Array.from(upstream), [upstream.length / c.valueWidth, c.valueWidth]);
        tf.grads(attend)(operands, dy).forEach((gradient, i) => {
          expectClose(gradients[i]!, gradient.dataSync() as Float32Array, 1e-7);
        });
      });
    },
  );

  it("cross-entropy of weights that are 0 in 32 bits is finite, and pulls", () => {
    const c = attentionCase([[1, 2]], [1, 1], false);
    c.queries[0] = 1;
    c.keys.set([150, -150]);
    const guide = { offsets: Int32Array.of(0, 1), keys: Int32Array.of(1) };
    const { cost, gradients } = run(c, guide, "ce", new Float64Array(1), 1);
    expect(cost).toBeCloseTo(300, 3);
    expect([...gradients[1]!]).toEqual([1, -1]);
  });
});

const native = variants.filter(({ isa }) => isa !== undefined);

describe.each(native.filter(({ threads }) => threads === 2))("bits of $isa", ({ isa, use }) => {
  it.each(["ce", "mse"] as const)("cost and gradients do not depend on threads or companions: %s", async (cost) => {
    // Enough work for several threads.
    const c = attentionCase(
      Array.from({ length: 9 }, (_, i) => [25 - (i % 4), 17 + i] as const),
      [50, 67],
      false,
    );
    const guide = guideOf(c);
    const upstream = upstreamOf(c);
    await native.find((variant) => variant.isa === isa && variant.threads === 1)!.use();
    const oneThread = run(c, guide, cost, upstream);
    const { queryRows } = c.groups;
    const alone = Array.from({ length: 9 }, (_, sentence) => {
      const part = sentenceOf(c, sentence, upstream);
      const [first, last] = [queryRows.offsets[sentence]!, queryRows.offsets[sentence + 1]!];
      const offsets = guide.offsets.slice(first, last + 1).map((offset) => offset - guide.offsets[first]!);
      const keys = guide.keys.slice(guide.offsets[first], guide.offsets[last]);
      return { part, ...run(part.case, { offsets, keys }, cost, part.upstream) };
    });
    await use();
    const twoThreads = run(c, guide, cost, upstream);
    expect(twoThreads.cost).toBe(oneThread.cost);
    twoThreads.gradients.forEach((gradient, i) => {
      expectSameBits(gradient, oneThread.gradients[i]!);
    });
    for (const { part, gradients } of alone) {
      expectSameBits(part.queryRows(twoThreads.gradients[0]!, c.hidden), gradients[0]!);
      expectSameBits(part.keyRows(twoThreads.gradients[1]!, c.hidden), gradients[1]!);
    }
    expectClose([twoThreads.cost], [alone.reduce((sum, each) => sum + each.cost, 0)], 1e-6);
  });

  it.each([
    ["a guide of too few queries", [0, 1], [0], "guideOffsets has 2 elements"],
    ["offsets beyond the keys", [0, 1, 2], [0], "guideOffsets must lead from 0 into guideKeys"],
    ["offsets that go back", [0, 2, 1], [0, 1], "guideOffsets must not decrease"],
    ["a key that the group does not have", [0, 1, 1], [3], "guideKeys names a key that its group does not have"],
    ["a key below 0", [0, 0, 1], [-1], "guideKeys names a key that its group does not have"],
  ])("refuses %s", async (_, offsets, keys, message) => {
    await use();
    const c = attentionCase([[2, 3]], [4, 4], false);
    const guide = { offsets: Int32Array.from(offsets), keys: Int32Array.from(keys) };
    expect(() => run(c, guide, "ce", upstreamOf(c))).toThrow(message);
  });
});
