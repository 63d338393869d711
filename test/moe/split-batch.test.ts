/** Source of truth: a batch in one piece. Cut into parts whose statistics are added up, it has the same losses and gradients. */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import type { MoeOptions } from "../../src/moe/moe-layer.ts";
import { expectClose, normals } from "../ops/finite-differences.ts";
import { upstream } from "../ops/op-outcomes.ts";
import { layerOf, layerOperands, layerOptions, trainingContext } from "./toy-layer.ts";

/** Noise that is the same for every row, so that it does not depend on how rows are cut. */
vi.mock("../../src/ops/normal-noise.ts", () => ({
  normalNoise: (_: unknown, [rows, columns]: [number, number]) => {
    const row = Float32Array.from(normals(77, columns));
    return tf.tile(tf.tensor2d(row, [1, columns]), [rows, 1]);
  },
}));

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

const POSITIONS = 9;

/** Losses of the parts, and the gradients of every parameter and input, summed over parts (inputs side by side). */
function inParts(options: MoeOptions, sizes: number[]): { losses: number[]; gradients: Float32Array[] } {
  const [x, ...parameters] = layerOperands(options, POSITIONS).map(({ shape, values }) =>
    tf.tensor(Float32Array.from(values), shape),
  );
  const width = options.hiddenSize;
  const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((a, b) => a + b, 0));
  const rows = sizes.map((size, part) => tf.slice(x as tf.Tensor2D, [starts[part]!, 0], [size, width]));

  // Each part's own statistics, in the order in which the gate adds them up.
  const statistics = rows.map((part) => {
    const own: Float32Array[] = [];
    layerOf(options, parameters).apply(
      part,
      trainingContext((vector) => {
        own.push(vector.dataSync<"float32">());
        return vector;
      }),
    );
    return own;
  });

  const losses: number[] = [];
  const gradients = rows.map((part, which) =>
    tf.grads((x: tf.Tensor, ...parameters: tf.Tensor[]) => {
      let call = 0;
      const context = trainingContext((own) => {
        const others = statistics.flatMap((vectors, other) => (other === which ? [] : [tf.tensor1d(vectors[call]!)]));
        call++;
        return tf.addN([own, ...others]);
      });
      const { output: y, loss } = layerOf(options, parameters).apply(x as tf.Tensor2D, context);
      losses.push(loss!.dataSync()[0]!);
      const weights = upstream(POSITIONS * width).slice(starts[which]! * width, starts[which]! * width + y.size);
      return tf.add(loss!, tf.sum(tf.mul(y, tf.tensor2d(Float32Array.from(weights), y.shape))));
    })([part, ...parameters]),
  );
  const ofInputs = Float32Array.from(gradients.flatMap(([dx]) => Array.from(dx!.dataSync())));
  const ofParameters = parameters.map((_, i) => tf.addN(gradients.map((part) => part[i + 1]!)).dataSync<"float32">());
  return { losses, gradients: [ofInputs, ...ofParameters] };
}

describe("a batch in parts with accumulated statistics", () => {
  const options: [string, MoeOptions][] = [
    ["noisy_top_k", layerOptions],
    [
      "hierarchical",
      {
        ...layerOptions,
        gating: "hierarchical",
        numExperts: 9,
        numGroups: 3,
        numGroupsPerToken: 2,
        numExpertsPerToken: 1,
      },
    ],
    ["dense", { ...layerOptions, gating: "dense" }],
  ];

  it.each(options)("has the losses and gradients of the whole: %s", (_, options) => {
    const whole = inParts(options, [POSITIONS]);
    for (const sizes of [
      [5, 4],
      [3, 1, 4, 1],
    ]) {
      const parts = inParts(options, sizes);
      expectClose(
        parts.losses,
        sizes.map(() => whole.losses[0]!),
        1e-5,
      );
      parts.gradients.forEach((gradient, i) => {
        expectClose(gradient, whole.gradients[i]!, 2e-5);
      });
    }
  });

  it("would have other losses without them", () => {
    const whole = inParts(layerOptions, [POSITIONS]);
    const [x, ...parameters] = layerOperands(layerOptions, POSITIONS).map(({ shape, values }) =>
      tf.tensor(Float32Array.from(values), shape),
    );
    const part = tf.slice(x as tf.Tensor2D, [0, 0], [5, 3]);
    const { loss } = layerOf(layerOptions, parameters).apply(part, trainingContext());
    expect(Math.abs(loss!.dataSync()[0]! - whole.losses[0]!)).toBeGreaterThan(0.01);
  });
});
