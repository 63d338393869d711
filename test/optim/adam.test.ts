// Source of truth: the same steps from gradients that were scaled beforehand.
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Adam } from "../../src/optim/adam.ts";

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
});

/** A power of two, so that scaling rounds nothing. */
const SCALE = 1 / 64;

function run(maxGradNorm: number, lossScale: number): { norms: number[]; values: number[] } {
  const variable = tf.variable(tf.tensor1d([1, -2, 3]));
  const optimizer = new Adam([{ name: "x", variable }], { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm });
  const norms = [1, 2, 3].map((step) => {
    const gradient = tf.tensor1d([0.5 * step, -1, 0.25].map((value) => value / lossScale));
    return optimizer.step({ [variable.name]: gradient }, 0.1, lossScale);
  });
  const values = [variable, ...optimizer.state().map(({ variable }) => variable)].flatMap((each) => [
    ...each.dataSync(),
  ]);
  optimizer.dispose();
  variable.dispose();
  return { norms, values };
}

describe.each([0, 1])("clipping at %d", (maxGradNorm) => {
  test("gradients of a multiple of the loss, with its scale, make the same step and norm", () => {
    const [plain, scaled] = [run(maxGradNorm, 1), run(maxGradNorm, SCALE)];
    expect(scaled.norms).toEqual(plain.norms);
    scaled.values.forEach((value, i) => {
      expect(value).toBeCloseTo(plain.values[i]!, 6);
    });
    expect(plain.norms[0]).toBeCloseTo(Math.hypot(0.5, 1, 0.25), 6);
  });
});
