/** LSTM layers over packed batches (native/src/lstm), on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

type Weights = [
  /** [inputs, 4 · hidden] */
  inputWeights: Float32Array,
  /** [hidden, 4 · hidden] */
  recurrentWeights: Float32Array,
  /** [4 · hidden] */
  bias: Float32Array,
];

type Sequence = [
  inputs: number,
  hidden: number,
  /** [time] */
  batchSizes: Int32Array,
  reverse: boolean,
  /** [positions, inputs] */
  x: Float32Array,
  ...weights: Weights,
  /** [sentences, hidden] */
  initialHidden: Float32Array | undefined,
  /** [sentences, hidden] */
  initialCell: Float32Array | undefined,
  /** [positions, hidden] */
  output: Float32Array,
  /** [positions · lstmGateWidth(hidden)], in an order of the kernels' own; the backward pass leaves gradients in it */
  gates: Float32Array,
  /** [positions, hidden] */
  cells: Float32Array,
];

export interface LstmKernels {
  /** Floats of `gates` for one position, with the running instruction set. */
  lstmGateWidth(hidden: number): number;
  /** Writes output, gates and cells. */
  lstmForward(...args: Sequence): void;
  /** From the output's gradient to those of everything; undefined where one isn't wanted. Once per forward pass. */
  lstmBackward(
    ...args: [
      ...Sequence,
      dOutput: Float32Array,
      dX: Float32Array | undefined,
      dInputWeights: Float32Array,
      dRecurrentWeights: Float32Array,
      dBias: Float32Array,
      dInitialHidden: Float32Array | undefined,
      dInitialCell: Float32Array | undefined,
    ]
  ): void;
  /** One step of `rows` sentences: x [rows, inputs], states [rows, hidden]. */
  lstmStep(
    ...args: [
      rows: number,
      inputs: number,
      hidden: number,
      x: Float32Array,
      hiddenBefore: Float32Array,
      cellBefore: Float32Array,
      ...weights: Weights,
      hiddenAfter: Float32Array,
      cellAfter: Float32Array,
    ]
  ): void;
}

interface LstmWeightTensors {
  inputWeights: tf.Tensor2D;
  recurrentWeights: tf.Tensor2D;
  bias: tf.Tensor1D;
}

export interface LstmOperands extends LstmWeightTensors {
  x: tf.Tensor2D;
  initialHidden?: tf.Tensor2D | undefined;
  initialCell?: tf.Tensor2D | undefined;
}

export interface LstmOrder {
  /** [time] */
  batchSizes: Int32Array;
  reverse: boolean;
}

/** What the backward pass needs of the forward pass. */
export interface LstmRecord {
  /** [positions, hidden] */
  output: tf.Tensor2D;
  gates: tf.Tensor1D;
  /** [positions, hidden] */
  cells: tf.Tensor2D;
}

export function lstmForward(native: NativeBackend, operands: LstmOperands, order: LstmOrder): LstmRecord {
  const positions = operands.x.shape[0];
  const hidden = operands.recurrentWeights.shape[0];
  const output = native.takeFloats(positions * hidden);
  const gates = native.takeFloats(positions * native.addon.lstmGateWidth(hidden));
  const cells = native.takeFloats(positions * hidden);
  native.addon.lstmForward(...operandArguments(native, operands, order), output, gates, cells);
  return {
    output: native.tensor([positions, hidden], output),
    gates: native.tensor([gates.length], gates),
    cells: native.tensor([positions, hidden], cells),
  };
}

/** Gradients of all operands, given those of the output. */
export function lstmBackward(
  native: NativeBackend,
  operands: LstmOperands,
  order: LstmOrder,
  { output, gates, cells }: LstmRecord,
  dOutput: tf.Tensor2D,
): LstmOperands {
  const gradientOf = <T extends tf.Tensor>(tensor: T) => new Gradient<T>(native, tensor);
  const gradientIfGiven = <T extends tf.Tensor>(tensor: T | undefined) =>
    tensor === undefined ? undefined : gradientOf(tensor);
  const x = gradientOf(operands.x);
  const inputWeights = gradientOf(operands.inputWeights);
  const recurrentWeights = gradientOf(operands.recurrentWeights);
  const bias = gradientOf(operands.bias);
  const initialHidden = gradientIfGiven(operands.initialHidden);
  const initialCell = gradientIfGiven(operands.initialCell);
  native.addon.lstmBackward(
    ...operandArguments(native, operands, order),
    native.floats(output),
    native.floats(gates),
    native.floats(cells),
    native.floats(dOutput),
    x.floats,
    inputWeights.floats,
    recurrentWeights.floats,
    bias.floats,
    initialHidden?.floats,
    initialCell?.floats,
  );
  return {
    x: x.tensor(),
    inputWeights: inputWeights.tensor(),
    recurrentWeights: recurrentWeights.tensor(),
    bias: bias.tensor(),
    initialHidden: initialHidden?.tensor(),
    initialCell: initialCell?.tensor(),
  };
}

/** x [rows, inputs], states [rows, hidden] → the states after one step. */
export function lstmStep(
  native: NativeBackend,
  operands: LstmWeightTensors & { x: tf.Tensor2D; hidden: tf.Tensor2D; cell: tf.Tensor2D },
): { hidden: tf.Tensor2D; cell: tf.Tensor2D } {
  const [rows, inputs] = operands.x.shape;
  const width = operands.recurrentWeights.shape[0];
  const hidden = native.takeFloats(rows * width);
  const cell = native.takeFloats(rows * width);
  native.addon.lstmStep(
    rows,
    inputs,
    width,
    native.floats(operands.x),
    native.floats(operands.hidden),
    native.floats(operands.cell),
    ...weightArguments(native, operands),
    hidden,
    cell,
  );
  return { hidden: native.tensor([rows, width], hidden), cell: native.tensor([rows, width], cell) };
}

function weightArguments(native: NativeBackend, weights: LstmWeightTensors): Weights {
  return [native.floats(weights.inputWeights), native.floats(weights.recurrentWeights), native.floats(weights.bias)];
}

function operandArguments(native: NativeBackend, operands: LstmOperands, { batchSizes, reverse }: LstmOrder) {
  const floatsIfGiven = (tensor: tf.Tensor | undefined) => (tensor === undefined ? undefined : native.floats(tensor));
  return [
    operands.x.shape[1],
    operands.recurrentWeights.shape[0],
    batchSizes,
    reverse,
    native.floats(operands.x),
    ...weightArguments(native, operands),
    floatsIfGiven(operands.initialHidden),
    floatsIfGiven(operands.initialCell),
  ] as const;
}

/** Pooled memory for the gradient of a tensor. */
class Gradient<T extends tf.Tensor> {
  readonly floats: Float32Array<ArrayBuffer>;
  private readonly native: NativeBackend;
  private readonly shape: number[];

  constructor(native: NativeBackend, like: T) {
    this.native = native;
    this.shape = like.shape;
    this.floats = native.takeFloats(like.size);
  }

  tensor(): T {
    return this.native.tensor<T>(this.shape, this.floats);
  }
}
