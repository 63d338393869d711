/** Source of truth: sampling of both gates' noise (Shazeer et al. 2017, appendix B): Load_H is the expected number of positions of each expert. */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { hierarchicalLoad } from "../../src/moe/hierarchical-load.ts";
import { load, loadOfGroups, type NoisyLogits } from "../../src/ops/load.ts";
import { normals } from "../ops/finite-differences.ts";

const [positions, groups, groupSize, groupsUsed, expertsUsed, draws] = [64, 4, 4, 2, 2, 300];
const experts = groups * groupSize;

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

/** Clean logits and noise scales of every position, at either level; each group sees every position's. */
const primary = withFavourites(gateOf(20, groups, 0.5));
const secondary = Array.from({ length: groups }, (_, group) => gateOf(30 + 2 * group, groupSize, 0.7));

interface Gate {
  width: number;
  /** [positions · width] */
  clean: Float64Array;
  scale: Float64Array;
}

function gateOf(stream: number, width: number, spread: number): Gate {
  return {
    width,
    clean: normals(stream, positions * width, spread),
    scale: normals(stream + 1, positions * width).map((x) => 0.2 + Math.abs(x)),
  };
}

/** Later groups are liked more, so that they do not all get the same number of positions. */
function withFavourites(gate: Gate): Gate {
  return { ...gate, clean: gate.clean.map((x, i) => x + 0.4 * (i % gate.width)) };
}

/** One draw: noisy logits [positions · width]. */
function noisy({ clean, scale }: Gate, stream: number): Float64Array {
  const noise = normals(stream, clean.length);
  return clean.map((x, i) => x + noise[i]! * scale[i]!);
}

/** Columns of the k largest of a row. */
function chosen(values: Float64Array, row: number, width: number, k: number): number[] {
  const own = values.subarray(row * width, (row + 1) * width);
  const least = own.toSorted()[width - k]!;
  return [...own.keys()].filter((column) => own[column]! >= least);
}

type Estimator = (primary: NoisyLogits, secondary: NoisyLogits, offsets: Int32Array) => tf.Tensor1D;

function sizesOf(offsets: Int32Array): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from({ length: groups }, (_, group) => offsets[group + 1]! - offsets[group]!));
}

const estimator: Estimator = (primary, secondary, offsets) =>
  hierarchicalLoad(load(primary, groupsUsed), loadOfGroups(secondary, offsets, expertsUsed), sizesOf(offsets));

const afterSoftmax = (logits: NoisyLogits): NoisyLogits => ({ ...logits, noisy: tf.softmax(logits.noisy) });

const estimators: Record<string, Estimator> = {
  right: estimator,
  "primary threshold after a softmax": (primary, secondary, offsets) =>
    estimator(afterSoftmax(primary), secondary, offsets),
  "secondary threshold after a softmax": (primary, secondary, offsets) =>
    estimator(primary, afterSoftmax(secondary), offsets),
  "not divided by the group's positions": (primary, secondary, offsets) =>
    hierarchicalLoad(
      load(primary, groupsUsed),
      loadOfGroups(secondary, offsets, expertsUsed),
      tf.fill([groups], (positions * groupsUsed) / groups),
    ),
};

/** Adds one draw: what the experts got, and what each estimator says. */
function draw(number: number, counts: Float64Array, estimates: Float64Array[]): void {
  const primaryNoisy = noisy(primary, 1000 + number);
  const secondaryNoisy = secondary.map((gate, group) => noisy(gate, 2000 + number * groups + group));
  const members = Array.from({ length: groups }, () => [] as number[]);
  for (let row = 0; row < positions; row++) {
    for (const group of chosen(primaryNoisy, row, groups, groupsUsed)) {
      members[group]!.push(row);
      for (const expert of chosen(secondaryNoisy[group]!, row, groupSize, expertsUsed)) {
        counts[group * groupSize + expert]! += 1 / draws;
      }
    }
  }
  const offsets = new Int32Array(groups + 1);
  members.forEach((rows, group) => {
    offsets[group + 1] = offsets[group]! + rows.length;
  });
  /** The rows of each group's members, sorted by group. */
  const ofMembers = (values: readonly Float64Array[]) =>
    Float32Array.from(
      members.flatMap((rows, group) =>
        rows.flatMap((row) => [...values[group]!.subarray(row * groupSize, (row + 1) * groupSize)]),
      ),
    );
  const tensor = (values: ArrayLike<number>, width: number) =>
    tf.tensor2d(Float32Array.from(values), [values.length / width, width]);
  tf.tidy(() => {
    const first = {
      clean: tensor(primary.clean, groups),
      noiseScale: tensor(primary.scale, groups),
      noisy: tensor(primaryNoisy, groups),
    };
    const second = {
      clean: tensor(ofMembers(secondary.map(({ clean }) => clean)), groupSize),
      noiseScale: tensor(ofMembers(secondary.map(({ scale }) => scale)), groupSize),
      noisy: tensor(ofMembers(secondaryNoisy), groupSize),
    };
    Object.values(estimators).forEach((estimate, which) => {
      for (const [i, x] of estimate(first, second, offsets).dataSync().entries()) estimates[which]![i]! += x / draws;
    });
  });
}

describe("expectation of a hierarchy's load", () => {
  it("is the expected number of positions of each expert, which wrong estimators miss", () => {
    const counts = new Float64Array(experts);
    const estimates = Object.values(estimators).map(() => new Float64Array(experts));
    for (let number = 0; number < draws; number++) draw(number, counts, estimates);
    const total = (values: Float64Array) => values.reduce((a, b) => a + b);
    expect(total(counts)).toBeCloseTo(positions * groupsUsed * expertsUsed, 6);
    const [right, ...wrong] = estimates.map((estimate) =>
      counts.reduce((most, count, i) => Math.max(most, Math.abs(count - estimate[i]!)), 0),
    );
    expect(Math.abs(total(estimates[0]!) - total(counts))).toBeLessThan(2);
    // A count has a variance of at most positions / 4, so its mean over the draws deviates by less than 0.24.
    expect(right).toBeLessThan(0.9);
    for (const error of wrong) expect(error).toBeGreaterThan(2.5);
  });
});
