/** An LSTM layer over a packed batch (Hochreiter & Schmidhuber 1997, with forget gates). Gate columns are i, f, g, o. */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/lstm.ts";
import { type PackedLayout, timeOffsets } from "../base/packed-layout.ts";

export interface LstmWeights {
  /** [input, 4 · hidden] */
  inputWeights: tf.Tensor2D;
  /** [hidden, 4 · hidden] */
  recurrentWeights: tf.Tensor2D;
  /** [4 · hidden]; the forget gate's bias is part of it */
  bias: tf.Tensor1D;
}

export interface LstmLayerInputs extends LstmWeights {
  /** [positions, input] */
  x: tf.Tensor2D;
  /** [sentences, hidden] by rank; zero when left out */
  initialHidden?: tf.Tensor2D;
  /** [sentences, hidden] by rank; zero when left out */
  initialCell?: tf.Tensor2D;
}

export interface LstmLayerOptions {
  layout: PackedLayout;
  /** Reads each sentence from its last token to its first. */
  reverse?: boolean;
}

export interface LstmStepInputs extends LstmWeights {
  /** [rows, input] */
  x: tf.Tensor2D;
  /** [rows, hidden] */
  hidden: tf.Tensor2D;
  /** [rows, hidden] */
  cell: tf.Tensor2D;
}

/** The hidden state after each token. → [positions, hidden] */
export function lstmLayer(inputs: LstmLayerInputs, options: LstmLayerOptions): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedLstmLayer(inputs, options) : nativeLstmLayer(native, inputs, options);
}

/** One step, for decoding. No gradient. → hidden and cell [rows, hidden] */
export function lstmStep(inputs: LstmStepInputs): { hidden: tf.Tensor2D; cell: tf.Tensor2D } {
  const native = nativeBackend();
  return native === undefined ? composedLstmStep(inputs) : kernels.lstmStep(native, inputs);
}

/** `lstmLayer` from TensorFlow.js operations, on any backend. */
export function composedLstmLayer(inputs: LstmLayerInputs, { layout, reverse = false }: LstmLayerOptions): tf.Tensor2D {
  return tf.tidy(() => {
    const { x, inputWeights, recurrentWeights, bias } = inputs;
    const { batchSizes } = layout;
    const hiddenSize = recurrentWeights.shape[0];
    const sentences = batchSizes[0] ?? 0;
    const offsets = timeOffsets(layout);
    const projected = tf.add<tf.Tensor2D>(tf.matMul(x, inputWeights), bias);
    let hidden = inputs.initialHidden ?? tf.zeros([sentences, hiddenSize]);
    let cell = inputs.initialCell ?? tf.zeros([sentences, hiddenSize]);
    const outputs: tf.Tensor2D[] = new Array(batchSizes.length);
    for (let i = 0; i < batchSizes.length; i++) {
      const t = reverse ? batchSizes.length - 1 - i : i;
      const alive = batchSizes[t]!;
      const now = advance(
        projected.slice([offsets[t]!, 0], [alive, 4 * hiddenSize]),
        hidden.slice([0, 0], [alive, hiddenSize]),
        cell.slice([0, 0], [alive, hiddenSize]),
        recurrentWeights,
      );
      outputs[t] = now.hidden;
      // Sentences that have not started (reverse) keep their first state; those that have ended are not read again.
      const withRest = (next: tf.Tensor2D, before: tf.Tensor2D) =>
        alive === sentences ? next : tf.concat([next, before.slice([alive, 0], [sentences - alive, hiddenSize])]);
      hidden = withRest(now.hidden, hidden);
      cell = withRest(now.cell, cell);
    }
    return outputs.length === 0 ? tf.zeros([0, hiddenSize]) : tf.concat(outputs);
  });
}

function composedLstmStep({ x, hidden, cell, inputWeights, recurrentWeights, bias }: LstmStepInputs) {
  return tf.tidy(() => advance(tf.add(tf.matMul(x, inputWeights), bias), hidden, cell, recurrentWeights));
}

/** Gate sums from the inputs [rows, 4 · hidden], states [rows, hidden] → the next states. */
function advance(projected: tf.Tensor2D, hidden: tf.Tensor2D, cell: tf.Tensor2D, recurrentWeights: tf.Tensor2D) {
  const sums = tf.add<tf.Tensor2D>(projected, tf.matMul(hidden, recurrentWeights));
  const [i, f, g, o] = tf.split(sums, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const kept = tf.mul<tf.Tensor2D>(tf.sigmoid(f), cell);
  const nextCell = tf.add<tf.Tensor2D>(kept, tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return { hidden: tf.mul<tf.Tensor2D>(tf.sigmoid(o), tf.tanh(nextCell)), cell: nextCell };
}

type Operands = [
  x: tf.Tensor2D,
  inputWeights: tf.Tensor2D,
  recurrentWeights: tf.Tensor2D,
  bias: tf.Tensor1D,
  ...initial: tf.Tensor2D[],
];

function nativeLstmLayer(
  native: NativeBackend,
  inputs: LstmLayerInputs,
  { layout, reverse = false }: LstmLayerOptions,
): tf.Tensor2D {
  const { initialHidden, initialCell } = inputs;
  const order = { batchSizes: layout.batchSizes, reverse };
  const given = [initialHidden, initialCell].filter((state) => state !== undefined);
  const operands: Operands = [inputs.x, inputs.inputWeights, inputs.recurrentWeights, inputs.bias, ...given];
  const named = ([x, inputWeights, recurrentWeights, bias, ...initial]: Operands): kernels.LstmOperands => ({
    x,
    inputWeights,
    recurrentWeights,
    bias,
    initialHidden: initialHidden && initial[0],
    initialCell: initialCell && initial[given.length - 1],
  });
  return tf.customGrad((...args) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const { output, gates, cells } = kernels.lstmForward(native, inputs, order);
    save([...operands, output, gates, cells]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const operands = saved.slice(0, -3) as Operands;
      const [output, gates, cells] = saved.slice(-3) as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
      const gradients = kernels.lstmBackward(
        native,
        named(operands),
        order,
        { output, gates, cells },
        dy as tf.Tensor2D,
      );
      const { x, inputWeights, recurrentWeights, bias } = gradients;
      const states = [gradients.initialHidden, gradients.initialCell].filter((state) => state !== undefined);
      return [x, inputWeights, recurrentWeights, bias, ...states];
    };
    return { value: output, gradFunc };
  })(...operands) as tf.Tensor2D;
}
