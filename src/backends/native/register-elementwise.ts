/**
 * TensorFlow.js's element-wise arithmetic, sums, copies and transposition on the addon, for float32 tensors that can be seen as
 * matrices. Everything else goes to the JavaScript kernels of the CPU backend.
 */
import * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "./backend.ts";
import {
  type BinaryOperation,
  binaryOperations,
  type OperandForm,
  operandForms,
  type UnaryOperation,
  unaryOperations,
} from "./kernels/elementwise.ts";

type Inputs = Record<string, tf.TensorInfo>;
type Attributes = Record<string, unknown>;

/** Runs a kernel, or returns undefined for a case it doesn't take. */
type Attempt = (
  backend: NativeBackend,
  inputs: Inputs,
  attributes: Attributes,
) => tf.TensorInfo | tf.TensorInfo[] | undefined;

const binaryKernels: Record<string, BinaryOperation> = {
  Add: "add",
  Sub: "subtract",
  Multiply: "multiply",
  RealDiv: "divide",
};

const unaryKernels: Record<string, UnaryOperation> = {
  Abs: "absolute",
  Exp: "exponential",
  Log: "logarithm",
  Neg: "negative",
  Reciprocal: "reciprocal",
  Relu: "relu",
  Sigmoid: "sigmoid",
  Softplus: "softplus",
  Square: "square",
  Sqrt: "root",
  Tanh: "tanh",
};

export function registerElementwiseKernels(backendName: string): void {
  for (const [kernelName, operation] of Object.entries(binaryKernels)) {
    register(backendName, kernelName, (backend, { a, b }) => binary(backend, operation, a!, b!));
  }
  for (const [kernelName, operation] of Object.entries(unaryKernels)) {
    register(backendName, kernelName, (backend, { x }) => unary(backend, operation, x!));
  }
  register(backendName, "Step", (backend, { x }, { alpha }) => (alpha === 0 ? unary(backend, "step", x!) : undefined));
  register(backendName, "Sum", sum);
  register(backendName, "Transpose", transpose);
  register(backendName, "Concat", concat);
  register(backendName, "Slice", slice);
  register(backendName, "SplitV", split);
  register(backendName, "PadV2", pad);
  register(backendName, "GatherV2", gather);
  register(backendName, "Fill", (backend, _, { shape, value, dtype }) =>
    dtype === "float32" ? filled(backend, shape as number[], value as number) : undefined,
  );
  register(backendName, "ZerosLike", (backend, { x }) => (isFloat(x!) ? filled(backend, x!.shape, 0) : undefined));
  register(backendName, "OnesLike", (backend, { x }) => (isFloat(x!) ? filled(backend, x!.shape, 1) : undefined));
}

function register(backendName: string, kernelName: string, attempt: Attempt): void {
  const fallback = tf.getKernel(kernelName, "cpu").kernelFunc;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (call) => {
      const attributes = (call.attrs ?? {}) as Attributes;
      return attempt(call.backend as NativeBackend, call.inputs as Inputs, attributes) ?? fallback(call);
    },
  });
}

function isFloat(x: tf.TensorInfo): boolean {
  return x.dtype === "float32";
}

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((size, dimension) => size * dimension, 1);
}

/** How `operand` fills `shape`, and how many columns the result then has; undefined for other broadcasts. */
function formOf(
  operand: readonly number[],
  shape: readonly number[],
): { form: OperandForm; columns: number } | undefined {
  if (operand.length > shape.length) return undefined;
  if (product(operand) === 1) return { form: "scalar", columns: product(shape) };
  const aligned = [...new Array<number>(shape.length - operand.length).fill(1), ...operand];
  // A row has the result's last dimensions and a column its first ones; the others are 1.
  const firstFull = aligned.findIndex((dimension) => dimension !== 1);
  const afterFull = aligned.findLastIndex((dimension) => dimension !== 1) + 1;
  const agree = (from: number, to: number) => aligned.slice(from, to).every((d, i) => d === shape[from + i]);
  if (firstFull === 0 && afterFull === shape.length && agree(0, shape.length)) {
    return { form: "full", columns: product(shape) };
  }
  if (agree(firstFull, shape.length)) return { form: "row", columns: product(shape.slice(firstFull)) };
  if (agree(0, afterFull)) return { form: "column", columns: product(shape.slice(afterFull)) };
  return undefined;
}

function binary(
  backend: NativeBackend,
  operation: BinaryOperation,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
): tf.TensorInfo | undefined {
  if (!isFloat(a) || !isFloat(b)) return undefined;
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const size = product(shape);
  const aIsFull = product(a.shape) === size;
  if (size === 0 || (!aIsFull && product(b.shape) !== size)) return undefined;
  const same = tf.util.arraysEqual(a.shape, b.shape);
  const other = same ? { form: "full" as const, columns: size } : formOf(aIsFull ? b.shape : a.shape, shape);
  if (other === undefined) return undefined;
  const out = backend.takeFloats(size, operation);
  backend.addon.binary(
    binaryOperations.indexOf(operation),
    backend.floats(a),
    backend.floats(b),
    out,
    operandForms.indexOf(aIsFull ? "full" : other.form),
    operandForms.indexOf(aIsFull ? other.form : "full"),
    size / other.columns,
    other.columns,
  );
  return backend.tensorInfo(shape, out);
}

function unary(backend: NativeBackend, operation: UnaryOperation, x: tf.TensorInfo): tf.TensorInfo | undefined {
  if (!isFloat(x)) return undefined;
  const out = backend.takeFloats(product(x.shape), operation);
  backend.addon.unary(unaryOperations.indexOf(operation), backend.floats(x), out);
  return backend.tensorInfo(x.shape, out);
}

/** Sums over neighbouring dimensions: x as [outer, summed, inner]. */
function sum(backend: NativeBackend, { x }: Inputs, attributes: Attributes): tf.TensorInfo | undefined {
  const { shape } = x!;
  const axes = tf.util.parseAxisParam(attributes["axis"] as number[], shape).sort((a, b) => a - b);
  const neighbours = axes.every((axis, i) => axis === axes[0]! + i);
  if (!isFloat(x!) || !neighbours || axes.length === 0 || product(shape) === 0) return undefined;
  const [first, last] = [axes[0]!, axes.at(-1)! + 1];
  const [outer, summed, inner] = [shape.slice(0, first), shape.slice(first, last), shape.slice(last)].map(product) as [
    number,
    number,
    number,
  ];
  const out = backend.takeFloats(outer * inner, "sum");
  if (inner === 1) backend.addon.sumColumns(backend.floats(x!), out, outer, summed);
  else backend.addon.sumRows(backend.floats(x!), out, outer, summed, inner);
  const kept = attributes["keepDims"] === true ? axes.map(() => 1) : [];
  return backend.tensorInfo([...shape.slice(0, first), ...kept, ...shape.slice(last)], out);
}

function transpose(backend: NativeBackend, { x }: Inputs, { perm }: Attributes): tf.TensorInfo | undefined {
  const [rows, columns] = x!.shape;
  if (!isFloat(x!) || x!.shape.length !== 2 || (perm as number[])[0] !== 1) return undefined;
  const out = backend.takeFloats(rows! * columns!, "transpose");
  backend.addon.transpose(backend.floats(x!), out, rows!, columns!);
  return backend.tensorInfo([columns!, rows!], out);
}

function concat(backend: NativeBackend, inputs: Inputs, attributes: Attributes): tf.TensorInfo | undefined {
  const parts = Object.values(inputs).filter(({ shape }) => product(shape) > 0);
  if (parts.length < 2 || !parts.every(isFloat)) return undefined;
  const { shape } = parts[0]!;
  const axis = tf.util.parseAxisParam(attributes["axis"] as number, shape)[0]!;
  const length = parts.reduce((total, part) => total + part.shape[axis]!, 0);
  const outShape = shape.with(axis, length);
  const rows = product(shape.slice(0, axis));
  const step = product(outShape.slice(axis));
  const out = backend.takeFloats(rows * step, "concat");
  let start = 0;
  for (const part of parts) {
    const columns = product(part.shape.slice(axis));
    backend.addon.copyBlock(backend.floats(part), 0, columns, out, start, step, rows, columns);
    start += columns;
  }
  return backend.tensorInfo(outShape, out);
}

/** Where a block lies in a tensor of `shape`: as rows of equal length at equal distance, or undefined if it can't be seen so. */
function blockOf(shape: readonly number[], begin: readonly number[], size: readonly number[]) {
  // Dimensions after `axis` are whole, and all before it but one are whole or of length 1.
  const axis = Math.max(
    size.findLastIndex((length, i) => length !== shape[i]),
    0,
  );
  const before = shape.slice(0, axis).map((length, i) => ({ length, taken: size[i]!, from: begin[i]! }));
  const firstLong = before.findIndex(({ taken }) => taken !== 1);
  const rest = before.slice(Math.max(firstLong, 0) + 1);
  if (firstLong >= 0 && rest.some(({ length, taken }) => taken !== length)) return undefined;
  const strides = shape.map((_, i) => product(shape.slice(i + 1)));
  return {
    start: begin.reduce((at, from, i) => at + from * strides[i]!, 0),
    step: axis === 0 ? product(shape) : strides[axis - 1]!,
    rows: product(size.slice(0, axis)),
    columns: product(size.slice(axis)),
  };
}

function slice(backend: NativeBackend, { x }: Inputs, attributes: Attributes): tf.TensorInfo | undefined {
  const [begin, size] = tf.slice_util.parseSliceParams(
    x! as tf.Tensor,
    attributes["begin"] as number[],
    attributes["size"] as number[],
  );
  tf.slice_util.assertParamsValid(x! as tf.Tensor, begin!, size!);
  const block = isFloat(x!) && product(size!) > 0 ? blockOf(x!.shape, begin!, size!) : undefined;
  if (block === undefined) return undefined;
  const out = backend.takeFloats(block.rows * block.columns, "slice");
  backend.addon.copyBlock(
    backend.floats(x!),
    block.start,
    block.step,
    out,
    0,
    block.columns,
    block.rows,
    block.columns,
  );
  return backend.tensorInfo(size!, out);
}

/** The gradient of `concat`. */
function split(backend: NativeBackend, { x }: Inputs, attributes: Attributes): tf.TensorInfo[] | undefined {
  const { shape } = x!;
  const axis = tf.util.parseAxisParam(attributes["axis"] as number, shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize(x! as tf.Tensor, attributes["numOrSizeSplits"] as number[], axis);
  if (!isFloat(x!) || product(shape) === 0 || sizes.includes(0)) return undefined;
  const rows = product(shape.slice(0, axis));
  const step = product(shape.slice(axis));
  let start = 0;
  return sizes.map((length) => {
    const columns = (step / shape[axis]!) * length;
    const out = backend.takeFloats(rows * columns, "split");
    backend.addon.copyBlock(backend.floats(x!), start, step, out, 0, columns, rows, columns);
    start += columns;
    return backend.tensorInfo(shape.with(axis, length), out);
  });
}

/** The gradient of `slice`. */
function pad(backend: NativeBackend, { x }: Inputs, attributes: Attributes): tf.TensorInfo | undefined {
  const paddings = attributes["paddings"] as [number, number][];
  const shape = x!.shape.map((length, i) => paddings[i]![0] + length + paddings[i]![1]);
  const begin = paddings.map(([before]) => before);
  const block = isFloat(x!) && product(x!.shape) > 0 ? blockOf(shape, begin, x!.shape) : undefined;
  if (block === undefined) return undefined;
  const out = backend.takeFloats(product(shape), "pad");
  backend.addon.fill(out, attributes["constantValue"] as number);
  backend.addon.copyBlock(
    backend.floats(x!),
    0,
    block.columns,
    out,
    block.start,
    block.step,
    block.rows,
    block.columns,
  );
  return backend.tensorInfo(shape, out);
}

/** Whole rows by index. */
function gather(backend: NativeBackend, { x, indices }: Inputs, attributes: Attributes): tf.TensorInfo | undefined {
  const rows = x!.shape[0];
  const plain = attributes["axis"] === 0 && attributes["batchDims"] === 0 && indices!.dtype === "int32";
  if (!isFloat(x!) || !plain || product(x!.shape) === 0) return undefined;
  const index = backend.readSync(indices!.dataId) as Int32Array;
  const width = product(x!.shape.slice(1));
  const out = backend.takeFloats(index.length * width, "gatherRows");
  backend.addon.gatherRows(backend.floats(x!), index, out, rows!, width);
  return backend.tensorInfo([...indices!.shape, ...x!.shape.slice(1)], out);
}

function filled(backend: NativeBackend, shape: number[], value: number): tf.TensorInfo {
  const out = backend.takeFloats(product(shape), "fill");
  backend.addon.fill(out, value);
  return backend.tensorInfo(shape, out);
}
