/** Source of truth: words of the random stream (base/random.ts, tested against Philox's published vectors) against the threshold. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { philoxUint32 } from "../../src/base/random.ts";
import { composedDropout, dropout } from "../../src/ops/dropout.ts";
import { expectDefined, nativeAddon, onNative, operand, runOp, sameBits } from "./op-outcomes.ts";

const addon = nativeAddon();
const stream = { seed: 2 ** 45 + 12345, stream: 2 ** 40 + 77 };

function kept(count: number, rate: number): boolean[] {
  return Array.from(philoxUint32(stream, count), (word) => word >= Math.floor(rate * 2 ** 32));
}

describe("composed dropout", () => {
  it("keeps an element iff its word reaches the threshold, scaled up; its gradient does the same", async () => {
    const rate = 0.3;
    const mask = kept(21, rate);
    await expectDefined(
      (x) => composedDropout(x, rate, stream),
      [operand(1, [3, 7])],
      (x) => x.map((value, i) => (mask[i] ? value / (1 - rate) : 0)),
    );
  });

  it("keeps about 1 − rate of the elements", async () => {
    await selectBackend({ backend: "cpu" });
    const zeros = composedDropout(tf.ones([20_000]), 0.4, stream)
      .dataSync()
      .filter((value) => value === 0).length;
    // Six standard deviations of a binomial count.
    expect(Math.abs(zeros / 20_000 - 0.4)).toBeLessThan(6 * Math.sqrt((0.4 * 0.6) / 20_000));
  });

  it("is the identity at rate 0", async () => {
    await selectBackend({ backend: "cpu" });
    const x = tf.ones([3]);
    expect(dropout(x, 0, stream)).toBe(x);
  });
});

describe.skipIf(addon === undefined)("native dropout", () => {
  it.each([1, 3, 16, 63, 64, 65, 1000, 40_003])(
    "gives the composed op's bits, forward and backward: %i elements",
    async (size) => {
      const x = operand(2, [size]);
      for (const rate of [0.1, 0.5, 0.999]) {
        await selectBackend({ backend: "cpu" });
        const expected = runOp((t) => composedDropout(t, rate, stream), [x]);
        const outcomes = await onNative(addon!, () => runOp((t) => dropout(t, rate, stream), [x]));
        for (const outcome of outcomes.flat()) expect(sameBits(outcome, expected)).toBe(true);
      }
    },
  );
});
