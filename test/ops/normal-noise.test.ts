// Source of truth: base/random.ts, whose Philox words have published known answers.
import * as tf from "@tensorflow/tfjs";
import { afterAll, expect, test } from "vitest";
import { probeBackend, selectBackend } from "../../src/backends/select.ts";
import { philoxNormal } from "../../src/base/random.ts";
import { normalNoise } from "../../src/ops/normal-noise.ts";

afterAll(() => selectBackend({ backend: "cpu" }));

test.each([1, 2, 3, 4, 5, 1023, 20_001])("native noise equals the reference, %i numbers", async (count) => {
  const stream = { seed: 2 ** 40 + 7, stream: 2 ** 41 + 3 };
  expect((await probeBackend("native", { threads: 2 })).usable).toBe(true);
  const native = normalNoise(stream, [count]).dataSync();
  const reference = philoxNormal(stream, count);
  for (let i = 0; i < count; i++) expect(Math.abs(native[i]! - reference[i]!)).toBeLessThan(1e-6);
  expect(tf.getBackend()).toBe("native");
});
