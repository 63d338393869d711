/** Moments of an optimiser: variables that a checkpoint may hold. */
import * as tf from "@tensorflow/tfjs";
import { floatTensor } from "../ops/tensor.ts";
import type { PartOf } from "../parallel/parts.ts";
import type { OptimizerState } from "./optimizer.ts";

/** The stored moment of that name, or zeros. */
export function storedMoment(
  stored: OptimizerState | undefined,
  name: string,
  shape: number[],
  part?: PartOf,
): tf.Variable {
  const size = tf.util.sizeFromShape(shape);
  const all = stored?.get(name)?.data ?? new Float32Array(size);
  // Of a parameter that is divided among ranks a checkpoint has the moments of all.
  const begin = part === undefined || all.length === size ? 0 : (all.length / part.of) * part.begin;
  const values = all.subarray(begin, begin + size);
  const initial = floatTensor(values, shape);
  const variable = tf.variable(initial, false);
  initial.dispose();
  return variable;
}
