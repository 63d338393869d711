/** Element-wise arithmetic, sums and copies of the addon (native/src/elementwise), which register-elementwise.ts gives to TensorFlow.js. */

/** In the order of the addon's numbers, as are the next two. */
export const binaryOperations = ["add", "subtract", "multiply", "divide"] as const;
export type BinaryOperation = (typeof binaryOperations)[number];

export const unaryOperations = [
  "absolute",
  "exponential",
  "logarithm",
  "negative",
  "reciprocal",
  "relu",
  "sigmoid",
  "softplus",
  "square",
  "root",
  "step",
  "tanh",
] as const;
export type UnaryOperation = (typeof unaryOperations)[number];

/** How an operand fills a result [rows, columns]: as it is, or as one number, one row or one column everywhere. */
export const operandForms = ["full", "scalar", "row", "column"] as const;
export type OperandForm = (typeof operandForms)[number];

export interface ElementwiseKernels {
  /** out [rows, columns] = a ∘ b. One operand at least is `full`. */
  binary(
    operation: number,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
    formOfA: number,
    formOfB: number,
    rows: number,
    columns: number,
  ): void;
  unary(operation: number, x: Float32Array, out: Float32Array): void;
  /** x [rows, columns] → out [rows]. */
  sumColumns(x: Float32Array, out: Float32Array, rows: number, columns: number): void;
  /** x [batch, rows, columns] → out [batch, columns]. */
  sumRows(x: Float32Array, out: Float32Array, batch: number, rows: number, columns: number): void;
  /** Copies `columns` numbers of each of `rows` rows; `xStep` and `outStep` are the distances between rows. */
  copyBlock(
    x: Float32Array,
    xStart: number,
    xStep: number,
    out: Float32Array,
    outStart: number,
    outStep: number,
    rows: number,
    columns: number,
  ): void;
  /** x [rows, columns] → out [columns, rows]. */
  transpose(x: Float32Array, out: Float32Array, rows: number, columns: number): void;
  fill(out: Float32Array, value: number): void;
}
