/** Source of truth: Shazeer et al. 2017, appendix A, in double precision; and sampling of the noise. */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { load, loadOfGroups, type NoisyLogits } from "../../src/ops/load.ts";
import { normals } from "./finite-differences.ts";
import { expectDefined, operand } from "./op-outcomes.ts";

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

/** Error function by its everywhere positive series, in double precision. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const normalCdf = (x: number) => 0.5 * (1 + erf(x * Math.SQRT1_2));

/** The k-th largest of a row without entry i. */
function kthExcluding(row: number[], k: number, i: number): number {
  return row.filter((_, j) => j !== i).sort((a, b) => b - a)[k - 1]!;
}

function loadDefinition(clean: Float64Array, scale: Float64Array, noisy: Float64Array, experts: number, k: number) {
  const out = new Float64Array(experts);
  for (let at = 0; at < clean.length; at += experts) {
    const row = Array.from(noisy.subarray(at, at + experts));
    for (let i = 0; i < experts; i++) {
      out[i]! += normalCdf((clean[at + i]! - kthExcluding(row, k, i)) / scale[at + i]!);
    }
  }
  return out;
}

/** Clean logits, noise scales and noisy logits of positions × experts. */
function noisyLogits(positions: number, experts: number, stream = 1) {
  const shape = [positions, experts];
  const clean = operand(stream, shape);
  const noiseScale = {
    shape,
    values: normals(stream + 1, positions * experts).map((x) => Math.fround(Math.abs(x) + 0.1)),
  };
  const noise = normals(stream + 2, positions * experts);
  const noisy = { shape, values: clean.values.map((x, i) => Math.fround(x + noise[i]! * noiseScale.values[i]!)) };
  return [clean, noiseScale, noisy];
}

const loadOf = (k: number) => (clean: tf.Tensor2D, noiseScale: tf.Tensor2D, noisy: tf.Tensor2D) =>
  load({ clean, noiseScale, noisy }, k);

describe("load", () => {
  it.each([
    [4, 6, 2],
    [1, 3, 1],
    [3, 5, 4],
  ])("%i positions, %i experts, k = %i: as defined, with gradients to all inputs", async (positions, experts, k) => {
    await expectDefined(loadOf(k), noisyLogits(positions, experts), (clean, scale, noisy) =>
      loadDefinition(clean, scale, noisy, experts, k),
    );
  });

  it("is of each group of rows, the empty ones too", async () => {
    const [experts, k] = [5, 2];
    const offsets = Int32Array.of(0, 3, 3, 4);
    await expectDefined(
      (clean, noiseScale, noisy) => loadOfGroups({ clean, noiseScale, noisy }, offsets, k),
      noisyLogits(4, experts),
      (...values) => {
        const rows = (from: number, to: number) => values.map((x) => x.subarray(from * experts, to * experts));
        const of = (from: number, to: number) => {
          const [clean, scale, noisy] = rows(from, to);
          return loadDefinition(clean!, scale!, noisy!, experts, k);
        };
        return Float64Array.of(...of(0, 3), ...of(3, 3), ...of(3, 4));
      },
    );
  });

  it("is a plain count, without gradient, when k = experts", () => {
    const [clean, noiseScale, noisy] = noisyLogits(3, 4).map(({ values }) =>
      tf.tensor2d(Float32Array.from(values), [3, 4]),
    );
    const gradients = tf.grads((c: tf.Tensor, s: tf.Tensor, n: tf.Tensor) =>
      tf.add(
        tf.sum(load({ clean: c, noiseScale: s, noisy: n } as NoisyLogits, 4)),
        tf.mul(0, tf.sum(tf.addN([c, s, n]))),
      ),
    )([clean!, noiseScale!, noisy!]);
    expect(Array.from(load({ clean, noiseScale, noisy } as NoisyLogits, 4).dataSync())).toEqual([3, 3, 3, 3]);
    for (const gradient of gradients) expect(gradient.dataSync().every((d) => d === 0)).toBe(true);
  });
});

describe("expectation of load", () => {
  const [positions, experts, k, draws] = [64, 16, 4, 300];
  const clean = normals(20, positions * experts, 0.7);
  const scale = normals(21, positions * experts).map((x) => 0.2 + Math.abs(x));
  const estimators: ((logits: NoisyLogits) => tf.Tensor1D)[] = [
    (logits) => load(logits, k),
    ({ clean, noiseScale, noisy }) => load({ clean, noiseScale, noisy: tf.softmax(noisy) }, k),
  ];

  /** Adds one draw's estimate, and its count of positions that chose each expert. */
  function draw(number: number, counts: Float64Array, estimates: Float64Array[]): void {
    const noise = normals(1000 + number, positions * experts);
    const noisy = clean.map((x, i) => x + noise[i]! * scale[i]!);
    for (let at = 0; at < noisy.length; at += experts) {
      const row = noisy.subarray(at, at + experts);
      const threshold = row.toSorted()[experts - k]!;
      row.forEach((x, i) => {
        if (x >= threshold) counts[i]! += 1 / draws;
      });
    }
    tf.tidy(() => {
      const tensor = (values: Float64Array) => tf.tensor2d(Float32Array.from(values), [positions, experts]);
      const logits = { clean: tensor(clean), noiseScale: tensor(scale), noisy: tensor(noisy) };
      estimators.forEach((estimate, which) => {
        for (const [i, x] of estimate(logits).dataSync().entries()) estimates[which]![i]! += x / draws;
      });
    });
  }

  it("is the expected number of positions of each expert, and would not be with the threshold taken after a softmax", () => {
    const counts = new Float64Array(experts);
    const estimates = estimators.map(() => new Float64Array(experts));
    for (let number = 0; number < draws; number++) draw(number, counts, estimates);
    expect(counts.reduce((a, b) => a + b)).toBeCloseTo(positions * k, 6);
    const [right, wrong] = estimates.map((estimate) =>
      counts.reduce((most, count, i) => Math.max(most, Math.abs(count - estimate[i]!)), 0),
    );
    const total = estimates[0]!.reduce((a, b) => a + b);
    expect(Math.abs(total - positions * k)).toBeLessThan(2);
    // A count has a variance of at most positions / 4, so its mean over the draws deviates by less than 0.24.
    expect(right).toBeLessThan(0.9);
    expect(wrong).toBeGreaterThan(4);
  });
});
