/** Moments of an optimiser: variables that a checkpoint may hold. */
import * as tf from "@tensorflow/tfjs";
import { floatTensor } from "../ops/tensor.ts";
import { valuesOf } from "../parallel/divided-values.ts";
import type { PartOf } from "../parallel/parts.ts";
import type { OptimizerState } from "./optimizer.ts";

/** The stored moment of that name, or zeros. Of a parameter that is divided among ranks a checkpoint has the moments of all; `shape` is this one's. */
export function storedMoment(
  stored: OptimizerState | undefined,
  name: string,
  shape: number[],
  part?: PartOf,
): tf.Variable {
  const found = stored?.get(name);
  const values = found === undefined ? new Float32Array(tf.util.sizeFromShape(shape)) : valuesOf(found, part);
  const initial = floatTensor(values, shape);
  const variable = tf.variable(initial, false);
  initial.dispose();
  return variable;
}
