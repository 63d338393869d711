/** Which pieces sampling draws from: rules that leave the improbable ones out, by their weights. */

/** Rules; each takes what the ones before it have left. */
export interface TruncationOptions {
  /** The fewest best pieces whose probabilities add up to this (Holtzman et al. 2020, §3.1); 1 = all. */
  topP: number;
  /** Pieces at least this share as probable as the best one (Nguyen et al. 2024); 0 = all. Default 0. */
  minP?: number;
  /** Pieces of at least this probability, and the best one (Hewitt et al. 2022, ε-sampling); 0 = all. Default 0. */
  epsilon?: number;
  /** The pieces whose information is nearest to the entropy, so many that their probabilities add up to this (Meister et al. 2023); 1 = all. Default 1. */
  typicalP?: number;
}

/** Sets the weights of pieces that are left out to 0. `weights[0 … count)` are not negative, most probable first; one is above 0. */
export function truncate(weights: Float64Array, count: number, options: TruncationOptions): void {
  const { topP, minP = 0, epsilon = 0, typicalP = 1 } = options;
  if (topP < 1) keepMass(weights, weights.subarray(0, count).keys(), topP * sum(weights, count));
  const best = weights.subarray(0, count).findIndex((weight) => weight > 0);
  if (minP > 0) keepAbove(weights, count, minP * weights[best]!);
  if (epsilon > 0) keepAbove(weights, count, Math.min(epsilon * sum(weights, count), weights[best]!));
  if (typicalP < 1) keepMass(weights, byTypicality(weights, count), typicalP * sum(weights, count));
}

/** Sum of the first weights. */
export function sum(weights: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[i]!;
  return total;
}

function keepAbove(weights: Float64Array, count: number, least: number): void {
  for (let i = 0; i < count; i++) if (weights[i]! < least) weights[i] = 0;
}

/** Keeps the first of an order whose sum reaches `wanted`. */
function keepMass(weights: Float64Array, order: Iterable<number>, wanted: number): void {
  let mass = 0;
  for (const i of order) {
    if (mass >= wanted) weights[i] = 0;
    mass += weights[i]!;
  }
}

/** Places of weights above 0, those first whose −log p is nearest to its mean; then those of equal distance that are more probable. */
function byTypicality(weights: Float64Array, count: number): number[] {
  const total = sum(weights, count);
  const possible = [...weights.subarray(0, count).keys()].filter((i) => weights[i]! > 0);
  const information = (i: number) => -Math.log(weights[i]! / total);
  const entropy = possible.reduce((mean, i) => mean + (weights[i]! / total) * information(i), 0);
  const distance = new Map(possible.map((i) => [i, Math.abs(information(i) - entropy)]));
  return possible.sort((a, b) => distance.get(a)! - distance.get(b)! || a - b);
}
