/**
 * An LSTM layer over a packed batch (Hochreiter & Schmidhuber 1997, with forget gates), in one direction or in both. With a projection (Sak et al. 2014) the hidden state, which comes out and recurs, is the
 * projected one: r = (o ∘ tanh(c)) · projection.
 */
import type * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/lstm.ts";
import type { PackedLayout } from "../base/packed-layout.ts";
import { isFrozen, noGradient } from "./frozen.ts";
import { applyKeeping } from "./fused-op.ts";
import { composedBidirectionalLstmLayer, composedLstmLayer, composedLstmStep } from "./lstm-composed.ts";
import type {
  BidirectionalLstmInputs,
  LstmDirection,
  LstmLayerInputs,
  LstmLayerOptions,
  LstmStepInputs,
} from "./lstm-inputs.ts";

/** The hidden state after each token. → [positions, hidden] */
export function lstmLayer(inputs: LstmLayerInputs, options: LstmLayerOptions): tf.Tensor2D {
  const native = nativeBackend();
  if (native === undefined) return composedLstmLayer(inputs, options);
  const { x, ...direction } = inputs;
  const reading = options.reverse ? "reverse" : "forward";
  return nativeLstmLayer(native, { x, directions: [direction] }, { batchSizes: options.layout.batchSizes, reading });
}

/** Two layers over the same input; the forward one's hidden states, then the backward one's. → [positions, 2 · hidden] */
export function bidirectionalLstmLayer(inputs: BidirectionalLstmInputs, layout: PackedLayout): tf.Tensor2D {
  const native = nativeBackend();
  if (native === undefined) return composedBidirectionalLstmLayer(inputs, layout);
  const { x, forward, backward } = inputs;
  const order = { batchSizes: layout.batchSizes, reading: "both" } as const;
  return nativeLstmLayer(native, { x, directions: [forward, backward] }, order);
}

/** One step, for decoding. No gradient. → hidden [rows, hidden] and cell [rows, units] */
export function lstmStep(inputs: LstmStepInputs): { hidden: tf.Tensor2D; cell: tf.Tensor2D } {
  const native = nativeBackend();
  return native === undefined ? composedLstmStep(inputs) : kernels.lstmStep(native, inputs);
}

const directionKeys = [
  "inputWeights",
  "recurrentWeights",
  "bias",
  "projection",
  "initialHidden",
  "initialCell",
] as const satisfies (keyof LstmDirection)[];

/** The tensors that there are, in a fixed order. */
function listOf({ x, directions }: kernels.LstmOperands): tf.Tensor[] {
  const given = directions.flatMap((direction) => directionKeys.map((key) => direction[key]));
  return [x, ...given.filter((tensor) => tensor !== undefined)];
}

/** Gradients of what `listOf` gives of the operands, in its order. */
function gradientsOf({ x, directions }: kernels.LstmGradients, operands: kernels.LstmOperands): tf.Tensor[] {
  const each = operands.directions.flatMap((direction, i) => {
    const present = directionKeys.filter((key) => direction[key] !== undefined);
    return present.map((key) => directions[i]![key] ?? noGradient());
  });
  return [x, ...each];
}

/** Back from such a list to operands of the form of others. */
function fromList(list: readonly tf.Tensor[], form: kernels.LstmOperands): kernels.LstmOperands {
  const [x, ...rest] = list;
  const directions = form.directions.map((direction) => {
    const present = directionKeys.filter((key) => direction[key] !== undefined);
    return Object.fromEntries(present.map((key) => [key, rest.shift()]));
  });
  return { x, directions } as unknown as kernels.LstmOperands;
}

function nativeLstmLayer(native: NativeBackend, operands: kernels.LstmOperands, order: kernels.LstmOrder): tf.Tensor2D {
  type Kept = [output: tf.Tensor2D, gates: tf.Tensor1D, cells: tf.Tensor2D];
  return applyKeeping<tf.Tensor[], tf.Tensor2D, Kept>(listOf(operands), {
    forward: () => {
      const { output, gates, cells } = kernels.lstmForward(native, operands, order);
      return { value: output, kept: [output, gates, cells] };
    },
    gradient: (dy, inputs, [output, gates, cells]) => {
      const record = { output, gates, cells };
      const wanted = operands.directions.map(({ inputWeights, recurrentWeights, bias, projection }) =>
        [inputWeights, recurrentWeights, bias, projection].some((each) => each !== undefined && !isFrozen(each)),
      );
      const gradients = kernels.lstmBackward(native, fromList(inputs, operands), order, record, dy, wanted);
      return gradientsOf(gradients, operands);
    },
  });
}
