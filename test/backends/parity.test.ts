// The same model from the same seed must train alike on every backend: losses equal to 1e-3 over 20 steps, dropout and gate noise on.
// `NMT_TFJS_NODE=DIR npx vitest run test/backends/parity.test.ts` includes TensorFlow, from DIR/node_modules/@tensorflow/tfjs-node.
import { afterAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import type { BackendName } from "../../src/base/engine-names.ts";
import { Random } from "../../src/base/random.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { Adam } from "../../src/optim/adam.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { reverseBatch, toyOptions } from "../model/toy-model.ts";
import { probeForTests } from "./native-required.ts";

const STEPS = 20;
const TOLERANCE = 1e-3;

async function losses(backend: BackendName): Promise<number[]> {
  await selectBackend({ backend });
  const moe = { ...toyOptions.moe!, dropout: 0.1 };
  const model = new Seq2Seq({ ...toyOptions, embeddingSize: 12, hiddenSize: 20, dropout: 0.1, moe }, { seed: 5 });
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
  const random = new Random(9);
  const result = Array.from({ length: STEPS }, (_, pass) => {
    const options = { learningRate: 0.002, labelSmoothing: 0.1, seed: 11, pass };
    const { smoothedLoss, targetTokens, balanceLoss } = trainStep(model, optimizer, [reverseBatch(random, 6)], options);
    return smoothedLoss / targetTokens + balanceLoss;
  });
  optimizer.dispose();
  model.dispose();
  return result;
}

describe("backends train alike", () => {
  const reference = losses("cpu");
  afterAll(() => selectBackend({ backend: "cpu" }));

  for (const backend of ["native", "wasm", "tfjs-node"] as const) {
    test(backend, async ({ skip }) => {
      const expected = await reference;
      const availability = await probeForTests(backend);
      if (!availability.usable) {
        const absent = `${backend} is not here: ${availability.reason}`;
        process.stderr.write(`${absent}\n`);
        return skip(absent);
      }
      (await losses(backend)).forEach((loss, step) => {
        expect(Math.abs(loss - expected[step]!), `step ${step + 1}: ${loss} ≠ ${expected[step]}`).toBeLessThan(
          TOLERANCE,
        );
      });
    });
  }
});
