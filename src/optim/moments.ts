/** Moments of an optimiser: variables that a checkpoint may hold. */
import * as tf from "@tensorflow/tfjs";
import { floatTensor } from "../ops/tensor.ts";
import type { OptimizerState } from "./optimizer.ts";

/** The stored moment of that name, or zeros. */
export function storedMoment(stored: OptimizerState | undefined, name: string, shape: number[]): tf.Variable {
  const values = stored?.get(name)?.data ?? new Float32Array(tf.util.sizeFromShape(shape));
  const initial = floatTensor(values, shape);
  const variable = tf.variable(initial, false);
  initial.dispose();
  return variable;
}
