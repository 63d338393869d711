// Source of truth: base/random.ts, in double precision, whose Philox words have published known answers.
import { test } from "vitest";
import { philoxUint32, toUniform } from "../../src/base/random.ts";
import { uniformNoise } from "../../src/ops/uniform-noise.ts";
import { expectClose, expectSameBits } from "./finite-differences.ts";
import { nativeAddon, onNative } from "./op-outcomes.ts";

const addon = nativeAddon();

test.skipIf(addon === undefined).each([1, 3, 1023, 20_001])(
  "native numbers equal the reference on any number of threads, %i of them",
  async (count) => {
    const stream = { seed: 2 ** 40 + 7, stream: 2 ** 41 + 3 };
    const reference = Float64Array.from(philoxUint32(stream, count), (word) => 0.3 * (2 * toUniform(word) - 1));
    const outcomes = await onNative(addon!, () => uniformNoise(stream, [count], 0.3).dataSync<"float32">());
    for (const [one, ...more] of outcomes) {
      expectClose(one!, reference, 1e-7);
      for (const other of more) expectSameBits(other, one!);
    }
  },
);
