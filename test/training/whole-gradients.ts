/** Gradients as an optimiser gets them, those of rows as tables. */
import * as tf from "@tensorflow/tfjs";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { denseGradient } from "../../src/ops/row-gradients.ts";
import type { TableGradients } from "../../src/optim/optimizer.ts";

export function wholeGradients(
  model: TrainableModel,
  gradients: tf.NamedTensorMap,
  rows: TableGradients | undefined,
): Record<string, tf.Tensor> {
  const whole: Record<string, tf.Tensor> = { ...gradients };
  for (const { variable } of model.parameters) {
    const some = rows?.get(variable);
    if (some === undefined) continue;
    const table = denseGradient(some);
    const given = gradients[variable.name];
    whole[variable.name] = given === undefined ? table : tf.add(given, table);
  }
  return whole;
}
