/** LSTM layers over packed batches (native/src/lstm), on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/**
 * Of each direction: input weights [inputs, 4 · units], recurrent weights [hidden, 4 · units], bias [4 · units], and the
 * projection [units, hidden] or undefined.
 */
type WeightArrays = readonly (Float32Array | undefined)[];

/** Of each direction: hidden [sentences, hidden] and cell [sentences, units]; undefined for zeros. */
type StateArrays = readonly (Float32Array | undefined)[];

/** In what order a layer reads each sentence; both: two directions side by side. */
export type Reading = "forward" | "reverse" | "both";

type Sequence = [
  inputs: number,
  /** Of a direction, as `hidden`. */
  units: number,
  /** `units`, unless there is a projection. */
  hidden: number,
  /** [time] */
  batchSizes: Int32Array,
  reading: Reading,
  /** [positions, inputs] */
  x: Float32Array,
  weights: WeightArrays,
  initialStates: StateArrays,
  /** [positions, directions · hidden] */
  output: Float32Array,
  /** [directions, positions · lstmGateWidth(units)], in an order of the kernels' own; the backward pass leaves gradients in it */
  gates: Float32Array,
  /** [directions, positions, units] */
  cells: Float32Array,
];

export interface LstmKernels {
  /** Floats of `gates` for one position of a direction, with the running instruction set. */
  lstmGateWidth(units: number): number;
  /** Writes output, gates and cells. */
  lstmForward(...args: Sequence): void;
  /**
   * From the output's gradient to those of everything; undefined where one isn't wanted, of a direction's weights all or none. Once per
   * forward pass.
   */
  lstmBackward(
    ...args: [
      ...Sequence,
      dOutput: Float32Array,
      dX: Float32Array | undefined,
      dWeights: WeightArrays,
      dInitialStates: StateArrays,
    ]
  ): void;
  /** One step of `rows` sentences: x [rows, inputs], hidden states [rows, hidden], cells [rows, units]. Weight matrices are packed. */
  lstmStep(
    ...args: [
      rows: number,
      inputs: number,
      units: number,
      hidden: number,
      x: Float32Array,
      hiddenBefore: Float32Array,
      cellBefore: Float32Array,
      packedWeights: WeightArrays,
      hiddenAfter: Float32Array,
      cellAfter: Float32Array,
    ]
  ): void;
}

export interface LstmWeights {
  /** [input, 4 · units] */
  inputWeights: tf.Tensor2D;
  /** [hidden, 4 · units] */
  recurrentWeights: tf.Tensor2D;
  /** [4 · units]; the forget gate's bias is part of it */
  bias: tf.Tensor1D;
  /** [units, hidden]; left out, hidden states are the units' own outputs, and hidden = units */
  projection?: tf.Tensor2D | undefined;
}

export interface LstmDirection extends LstmWeights {
  /** [sentences, hidden] by rank; zero when left out */
  initialHidden?: tf.Tensor2D | undefined;
  /** [sentences, units] by rank; zero when left out */
  initialCell?: tf.Tensor2D | undefined;
}

export interface LstmOperands {
  /** [positions, inputs] */
  x: tf.Tensor2D;
  /** One, or forward and backward. */
  directions: readonly LstmDirection[];
}

export interface LstmOrder {
  /** [time] */
  batchSizes: Int32Array;
  reading: Reading;
}

/** What the backward pass needs of the forward pass. */
export interface LstmRecord {
  /** [positions, directions · hidden] */
  output: tf.Tensor2D;
  gates: tf.Tensor1D;
  /** [directions · positions, units] */
  cells: tf.Tensor2D;
}

export function lstmForward(native: NativeBackend, operands: LstmOperands, order: LstmOrder): LstmRecord {
  const positions = operands.x.shape[0];
  const { directions } = operands;
  const { units, hidden } = sizesOf(directions[0]!);
  const rows = directions.length * positions;
  const output = native.takeFloats(rows * hidden, "lstmForward");
  const gates = native.takeFloats(rows * native.addon.lstmGateWidth(units), "lstmForward");
  const cells = native.takeFloats(rows * units, "lstmForward");
  native.addon.lstmForward(...operandArguments(native, operands, order), output, gates, cells);
  return {
    output: native.tensor([positions, directions.length * hidden], output),
    gates: native.tensor([gates.length], gates),
    cells: native.tensor([rows, units], cells),
  };
}

/** What backward passes give: gradients of operands, in whose place is undefined where one isn't wanted. */
export interface LstmGradients {
  x: tf.Tensor2D;
  directions: readonly Partial<LstmDirection>[];
}

/** Gradients of all operands, given those of the output; of the weights of those directions that `weightsWanted` has true for. */
export function lstmBackward(
  native: NativeBackend,
  operands: LstmOperands,
  order: LstmOrder,
  { output, gates, cells }: LstmRecord,
  dOutput: tf.Tensor2D,
  weightsWanted: readonly boolean[],
): LstmGradients {
  const emptyLike = <T extends tf.Tensor | undefined>(tensor: T): T =>
    (tensor && native.tensor(tensor.shape, native.takeFloats(tensor.size, "lstmBackward"))) as T;
  const gradients: LstmGradients = {
    x: emptyLike(operands.x),
    directions: operands.directions.map((direction, i) => ({
      ...(weightsWanted[i] && {
        inputWeights: emptyLike(direction.inputWeights),
        recurrentWeights: emptyLike(direction.recurrentWeights),
        bias: emptyLike(direction.bias),
        projection: emptyLike(direction.projection),
      }),
      initialHidden: emptyLike(direction.initialHidden),
      initialCell: emptyLike(direction.initialCell),
    })),
  };
  native.addon.lstmBackward(
    ...operandArguments(native, operands, order),
    native.floats(output),
    native.floats(gates),
    native.floats(cells),
    native.floats(dOutput),
    native.floats(gradients.x),
    gradients.directions.flatMap((direction) => weightArrays(native, direction)),
    gradients.directions.flatMap((direction) => stateArrays(native, direction)),
  );
  return gradients;
}

/** x [rows, inputs], hidden [rows, hidden], cell [rows, units] → the states after one step. */
export function lstmStep(
  native: NativeBackend,
  operands: LstmWeights & { x: tf.Tensor2D; hidden: tf.Tensor2D; cell: tf.Tensor2D },
): { hidden: tf.Tensor2D; cell: tf.Tensor2D } {
  const [rows, inputs] = operands.x.shape;
  const sizes = sizesOf(operands);
  const hidden = native.takeFloats(rows * sizes.hidden, "lstmStep");
  const cell = native.takeFloats(rows * sizes.units, "lstmStep");
  native.addon.lstmStep(
    rows,
    inputs,
    sizes.units,
    sizes.hidden,
    native.floats(operands.x),
    native.floats(operands.hidden),
    native.floats(operands.cell),
    packedWeightArrays(native, operands),
    hidden,
    cell,
  );
  return { hidden: native.tensor([rows, sizes.hidden], hidden), cell: native.tensor([rows, sizes.units], cell) };
}

function sizesOf({ bias, recurrentWeights }: LstmWeights): { units: number; hidden: number } {
  return { units: bias.shape[0] / 4, hidden: recurrentWeights.shape[0] };
}

function floatsIfGiven(native: NativeBackend, tensor: tf.Tensor | undefined): Float32Array | undefined {
  return tensor === undefined ? undefined : native.floats(tensor);
}

function weightArrays(native: NativeBackend, weights: Partial<LstmWeights>): WeightArrays {
  const { inputWeights, recurrentWeights, bias, projection } = weights;
  return [inputWeights, recurrentWeights, bias, projection].map((tensor) => floatsIfGiven(native, tensor));
}

function packedWeightArrays(native: NativeBackend, weights: LstmWeights): WeightArrays {
  const { inputWeights, recurrentWeights, bias, projection } = weights;
  const packed = (matrix: tf.Tensor2D) => native.packed(matrix);
  return [packed(inputWeights), packed(recurrentWeights), native.floats(bias), projection && packed(projection)];
}

function stateArrays(native: NativeBackend, { initialHidden, initialCell }: Partial<LstmDirection>): StateArrays {
  return [initialHidden, initialCell].map((tensor) => floatsIfGiven(native, tensor));
}

function operandArguments(native: NativeBackend, { x, directions }: LstmOperands, { batchSizes, reading }: LstmOrder) {
  const { units, hidden } = sizesOf(directions[0]!);
  return [
    x.shape[1],
    units,
    hidden,
    batchSizes,
    reading,
    native.floats(x),
    directions.flatMap((direction) => weightArrays(native, direction)),
    directions.flatMap((direction) => stateArrays(native, direction)),
  ] as const;
}
