/** The mean as numpy computes it: sums of eight interleaved lanes, in a tree over blocks of at most 128 numbers. */
import type { Arithmetic } from "./arithmetic.ts";

const BLOCK = 128;

export function pairwiseMean(values: Float64Array, result: Arithmetic["result"]): number {
  return result(pairwiseSum(values, result) / values.length);
}

function pairwiseSum(values: Float64Array, result: Arithmetic["result"]): number {
  const count = values.length;
  if (count > BLOCK) {
    const middle = (count >> 1) - ((count >> 1) % 8);
    return result(pairwiseSum(values.subarray(0, middle), result) + pairwiseSum(values.subarray(middle), result));
  }
  const whole = count - (count % 8);
  let sum = 0;
  if (whole > 0) {
    const lanes = values.slice(0, 8);
    for (let i = 8; i < whole; i++) lanes[i % 8] = result(lanes[i % 8]! + values[i]!);
    const pair = (lane: number) => result(lanes[lane]! + lanes[lane + 1]!);
    sum = result(result(pair(0) + pair(2)) + result(pair(4) + pair(6)));
  }
  for (let i = whole; i < count; i++) sum = result(sum + values[i]!);
  return sum;
}
