// Source of truth: base/random.ts, in double precision, whose Philox words have published known answers.
import { expect, test } from "vitest";
import { philoxNormal } from "../../src/base/random.ts";
import { normalNoise } from "../../src/ops/normal-noise.ts";
import { expectClose, expectSameBits } from "./finite-differences.ts";
import { nativeAddon, onNative } from "./op-outcomes.ts";

const addon = nativeAddon();

test.skipIf(addon === undefined).each([1, 2, 3, 4, 5, 1023, 20_001, 300_000])(
  "native noise equals the reference on any number of threads, %i numbers",
  async (count) => {
    const stream = { seed: 2 ** 40 + 7, stream: 2 ** 41 + 3 };
    const reference = philoxNormal(stream, count);
    const outcomes = await onNative(addon!, () => normalNoise(stream, [count]).dataSync<"float32">());
    for (const [one, ...more] of outcomes) {
      expectClose(one!, reference, 1e-6);
      for (const other of more) expectSameBits(other, one!);
    }
  },
);

test.skipIf(addon === undefined)("its first moments are those of the normal distribution", async () => {
  const [[numbers]] = (await onNative(addon!, () => normalNoise({ seed: 3, stream: 9 }, [400_000]).dataSync())) as [
    [Float32Array],
  ];
  const moment = (power: number) => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length;
  // Five standard errors of each mean.
  expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / 400_000));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / 400_000));
  expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / 400_000));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / 400_000));
});
