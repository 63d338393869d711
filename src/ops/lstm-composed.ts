/** LSTM layers from TensorFlow.js operations, on any backend: the reference beside the native kernels. */
import * as tf from "@tensorflow/tfjs";
import { type PackedLayout, timeOffsets } from "../base/packed-layout.ts";
import type {
  BidirectionalLstmInputs,
  LstmLayerInputs,
  LstmLayerOptions,
  LstmStepInputs,
  LstmWeights,
} from "./lstm-inputs.ts";

/** → [positions, hidden] */
export function composedLstmLayer(inputs: LstmLayerInputs, { layout, reverse = false }: LstmLayerOptions): tf.Tensor2D {
  return tf.tidy(() => {
    const { x, inputWeights, recurrentWeights, bias } = inputs;
    const { batchSizes } = layout;
    const hiddenSize = recurrentWeights.shape[0];
    const units = bias.shape[0] / 4;
    const sentences = batchSizes[0] ?? 0;
    const offsets = timeOffsets(layout);
    const inputSums = tf.add<tf.Tensor2D>(tf.matMul(x, inputWeights), bias);
    let hidden = inputs.initialHidden ?? tf.zeros<tf.Rank.R2>([sentences, hiddenSize]);
    let cell = inputs.initialCell ?? tf.zeros<tf.Rank.R2>([sentences, units]);
    const outputs: tf.Tensor2D[] = new Array(batchSizes.length);
    for (let i = 0; i < batchSizes.length; i++) {
      const t = reverse ? batchSizes.length - 1 - i : i;
      const alive = batchSizes[t]!;
      const first = (states: tf.Tensor2D) => states.slice([0, 0], [alive, states.shape[1]]);
      const now = advance(inputSums.slice([offsets[t]!, 0], [alive, 4 * units]), first(hidden), first(cell), inputs);
      outputs[t] = now.hidden;
      // Sentences that have not started (reverse) keep their first state; those that have ended are not read again.
      const withRest = (next: tf.Tensor2D, before: tf.Tensor2D) =>
        alive === sentences ? next : tf.concat([next, before.slice([alive, 0], [sentences - alive, before.shape[1]])]);
      hidden = withRest(now.hidden, hidden);
      cell = withRest(now.cell, cell);
    }
    return outputs.length === 0 ? tf.zeros([0, hiddenSize]) : tf.concat(outputs);
  });
}

/** → [positions, 2 · hidden] */
export function composedBidirectionalLstmLayer(
  { x, forward, backward }: BidirectionalLstmInputs,
  layout: PackedLayout,
): tf.Tensor2D {
  return tf.concat(
    [
      composedLstmLayer({ x, ...forward }, { layout }),
      composedLstmLayer({ x, ...backward }, { layout, reverse: true }),
    ],
    1,
  );
}

/** → hidden [rows, hidden] and cell [rows, units] */
export function composedLstmStep({ x, hidden, cell, ...weights }: LstmStepInputs) {
  return tf.tidy(() =>
    advance(tf.add<tf.Tensor2D>(tf.matMul(x, weights.inputWeights), weights.bias), hidden, cell, weights),
  );
}

/** Gate sums from the inputs [rows, 4 · units], states [rows, hidden] and [rows, units] → the next states. */
function advance(
  inputSums: tf.Tensor2D,
  hidden: tf.Tensor2D,
  cell: tf.Tensor2D,
  { recurrentWeights, projection }: Pick<LstmWeights, "recurrentWeights" | "projection">,
) {
  const sums = tf.add<tf.Tensor2D>(inputSums, tf.matMul(hidden, recurrentWeights));
  const [i, f, g, o] = tf.split(sums, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const kept = tf.mul<tf.Tensor2D>(tf.sigmoid(f), cell);
  const nextCell = tf.add<tf.Tensor2D>(kept, tf.mul(tf.sigmoid(i), tf.tanh(g)));
  const cellOutput = tf.mul<tf.Tensor2D>(tf.sigmoid(o), tf.tanh(nextCell));
  const nextHidden = projection === undefined ? cellOutput : tf.matMul<tf.Tensor2D>(cellOutput, projection);
  return { hidden: nextHidden, cell: nextCell };
}
