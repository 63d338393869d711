/** Source of truth: Shazeer et al. 2017, appendix B: one group is the flat layer, and the primary gate has a load loss of its own. */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import type { Gating, GatingOptions } from "../../src/moe/gating.ts";
import { HierarchicalGating } from "../../src/moe/hierarchical.ts";
import { NoisyTopKGating } from "../../src/moe/noisy-top-k.ts";
import { expectClose, expectSameBits } from "../ops/finite-differences.ts";
import { operand } from "../ops/op-outcomes.ts";
import { givenParameters, layerOptions, trainingContext } from "./toy-layer.ts";

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

const options: GatingOptions = { ...layerOptions, numGroups: 1, numGroupsPerToken: 1, routerZLossWeight: 0 };

function tensorOf(stream: number, shape: number[]): tf.Tensor {
  return tf.tensor(Float32Array.from(operand(stream, shape).values), shape);
}

describe("a hierarchy of one group", () => {
  const { hiddenSize, numExperts } = options;
  const x = tensorOf(1, [7, hiddenSize]) as tf.Tensor2D;
  const [weights, noiseWeights] = [tensorOf(2, [hiddenSize, numExperts]), tensorOf(3, [hiddenSize, numExperts])];

  const flat = (weights: tf.Tensor, noiseWeights: tf.Tensor): Gating =>
    new NoisyTopKGating(givenParameters([weights, noiseWeights]), "gate", options);
  const oneGroup = (weights: tf.Tensor, noiseWeights: tf.Tensor): Gating => {
    const primary = [tensorOf(4, [hiddenSize, 1]), tensorOf(5, [hiddenSize, 1])];
    const secondary = [weights, noiseWeights].map((values) => tf.reshape(values, [1, hiddenSize, numExperts]));
    return new HierarchicalGating(givenParameters([...primary, ...secondary]), "gate", options);
  };
  /** The flat gate draws its noise where the hierarchy's second gate does. */
  const flatContext = () => {
    const context = trainingContext();
    context.nextStream();
    return context;
  };

  it("decides as the flat gate does, in training and in evaluation", () => {
    for (const training of [true, false]) {
      const expected = flat(weights, noiseWeights).decide(x, training ? flatContext() : ForwardContext.evaluation);
      const actual = oneGroup(weights, noiseWeights).decide(
        x,
        training ? trainingContext() : ForwardContext.evaluation,
      );
      expect(actual.experts).toEqual(expected.experts);
      expectSameBits(actual.gates.dataSync<"float32">(), expected.gates.dataSync<"float32">());
    }
  });

  it("has the flat gate's loss and gradients", () => {
    const lossOf = (create: typeof flat, context: () => ForwardContext) =>
      tf.valueAndGrads((x: tf.Tensor, weights: tf.Tensor, noiseWeights: tf.Tensor) => {
        const { gates, loss } = create(weights, noiseWeights).decide(x as tf.Tensor2D, context());
        return tf.add(loss!, tf.sum(tf.mul(gates, tf.range(0, gates.size).reshape(gates.shape)))) as tf.Scalar;
      })([x, weights, noiseWeights]);
    const expected = lossOf(flat, flatContext);
    const actual = lossOf(oneGroup, trainingContext);
    expectClose(actual.value.dataSync(), expected.value.dataSync(), 1e-6);
    actual.grads.forEach((gradient, i) => {
      expectClose(gradient.dataSync(), expected.grads[i]!.dataSync(), 1e-5);
    });
  });
});

describe("the load of a hierarchy", () => {
  it("has a gradient to the primary gate, without importance or the task", () => {
    const many: GatingOptions = {
      ...options,
      numExperts: 12,
      numGroups: 4,
      numGroupsPerToken: 2,
      importanceLossWeight: 0,
    };
    const { hiddenSize } = many;
    const x = tensorOf(1, [9, hiddenSize]) as tf.Tensor2D;
    const noise = [tensorOf(3, [hiddenSize, 4]), tensorOf(4, [4, hiddenSize, 3]), tensorOf(5, [4, hiddenSize, 3])];
    const gradient = tf.grad((primary: tf.Tensor) => {
      const gating = new HierarchicalGating(givenParameters([primary, ...noise]), "gate", many);
      return gating.decide(x, trainingContext()).loss!;
    })(tensorOf(2, [hiddenSize, 4]));
    const largest = gradient.dataSync<"float32">().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(1e-3);
  });
});
