/** Double-precision references for gradient tests: central differences of a plain function, and comparison with float32 results. */
import { expect } from "vitest";
import { philoxNormal } from "../../src/base/random.ts";

/** d f / d x by central differences; f reads x in place. */
export function numericGradient(f: () => number, x: Float64Array, step = 1e-5): Float64Array {
  return x.map((value, i) => {
    x[i] = value + step;
    const above = f();
    x[i] = value - step;
    const below = f();
    x[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Normal numbers that float32 holds exactly, so that both precisions see the same inputs. */
export function normals(stream: number, count: number, scale = 1): Float64Array {
  return Float64Array.from(philoxNormal({ seed: 20170123, stream }, count).map((value) => value * scale));
}

/** Every |actual − expected| ≤ tolerance · (1 + |expected|). */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (!(error <= worst)) [worst, at] = [error, i];
  }
  expect(worst, `element ${at}: ${actual[at]} instead of ${expected[at]}`).toBeLessThanOrEqual(tolerance);
}

export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  const bits = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  expect(bits(actual).equals(bits(expected))).toBe(true);
}
