/**
 * The TensorFlow.js backend of the native addon. It extends the JavaScript CPU backend, so that every kernel the addon
 * doesn't have still works; tensors written by native kernels live in pooled, aligned memory.
 */
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { Precision } from "../../base/engine-names.ts";
import { OutOfMemoryError } from "../../base/errors.ts";
import { type NativeAddon, outOfMemory } from "./addon.ts";
import { BufferPool, type PoolStatistics } from "./buffer-pool.ts";
import { PackedWeights } from "./packed-weights.ts";
import { registerElementwiseKernels } from "./register-elementwise.ts";
import { registerMatmulKernels } from "./register-matmul.ts";

export const NATIVE_BACKEND = "native";

export class NativeBackend extends MathBackendCPU {
  readonly addon: NativeAddon;
  private readonly pool: BufferPool;
  private readonly packedWeights: PackedWeights;
  /** By data id. */
  private readonly squares = new WeakMap<object, number>();

  constructor(addon: NativeAddon) {
    super();
    this.addon = addon;
    this.pool = new BufferPool((bytes) => addon.allocate(bytes));
    this.packedWeights = new PackedWeights(this);
  }

  /**
   * Pooled floats for a kernel's output; contents undefined. Wrap them with `tensorInfo`, or return them with `giveFloats`.
   * Throws OutOfMemoryError, which names `kernel`, what the floats are for.
   */
  takeFloats(length: number, kernel: string): Float32Array<ArrayBuffer> {
    try {
      return this.pool.takeFloats(length);
    } catch (error) {
      throw error instanceof OutOfMemoryError ? outOfMemory(kernel, `an array of ${length} floats`) : error;
    }
  }

  /** Returns floats that never became a tensor. */
  giveFloats(floats: Float32Array<ArrayBuffer>): void {
    this.pool.give(floats.buffer);
  }

  /** A tensor over floats taken from the pool; disposing the tensor returns them. */
  tensorInfo(shape: number[], floats: Float32Array): tf.TensorInfo {
    const dataId = super.write(floats, shape, "float32");
    return { dataId, shape, dtype: "float32" };
  }

  /** As `tensorInfo`, as a tensor of the engine (tracked by `tf.tidy`). */
  tensor<T extends tf.Tensor>(shape: number[], floats: Float32Array): T {
    return tf.engine().makeTensorFromTensorInfo(this.tensorInfo(shape, floats), this) as T;
  }

  /** The memory of a float32 tensor, without a copy, unless it is a cast of whole numbers or booleans, which TensorFlow.js leaves as they are. */
  floats(tensor: tf.TensorInfo): Float32Array<ArrayBuffer> {
    const { values } = this.data.get(tensor.dataId);
    if (values instanceof Float32Array) return values as Float32Array<ArrayBuffer>;
    return Float32Array.from(values as Int32Array | Uint8Array);
  }

  /** A weight matrix [k, n], or stored [n, k], packed for products with few rows. Kept until the tensor is written or disposed. */
  packed(matrix: tf.TensorInfo, form: { transposed?: boolean; precision?: Precision } = {}): Float32Array {
    const { transposed = false, precision = this.addon.precision() } = form;
    const [rows, columns] = matrix.shape as [number, number];
    const [n, k] = transposed ? [rows, columns] : [columns, rows];
    return this.packedWeights.get(matrix.dataId, this.floats(matrix), { n, k, transposed, precision });
  }

  /** A variable's memory, for a kernel that writes into it. Where another tensor or a caller's array shares it, the variable gets its own copy first. */
  ownFloats(variable: tf.Variable): Float32Array {
    if (!this.ownsMemory(variable)) {
      const floats = this.takeFloats(variable.size, "ownFloats");
      floats.set(this.floats(variable));
      const copy = this.tensor(variable.shape, floats);
      variable.assign(copy);
      copy.dispose();
    }
    this.packedWeights.forget(variable.dataId);
    this.squares.delete(variable.dataId);
    return this.floats(variable);
  }

  /** A new tensor's memory, for what writes other numbers into it; undefined where another tensor shares it. */
  writable(tensor: tf.TensorInfo): Float32Array<ArrayBuffer> | undefined {
    if (!this.ownsMemory(tensor)) return undefined;
    this.squares.delete(tensor.dataId);
    return this.floats(tensor);
  }

  /** Notes Σ x² of a new tensor's numbers, which its kernel has summed while they were in the caches. */
  noteSquares(tensor: tf.TensorInfo, sum: number): void {
    this.squares.set(tensor.dataId, sum);
  }

  /** Σ x² of the tensor's numbers, where its kernel has summed it. */
  squaresOf(tensor: tf.TensorInfo): number | undefined {
    return this.squares.get(tensor.dataId);
  }

  /** Whether a kernel may write into the tensor's memory: it is pooled, and no other tensor shares it. */
  private ownsMemory(tensor: tf.TensorInfo): boolean {
    return this.refCount(tensor.dataId) === 1 && this.pool.owns(this.floats(tensor).buffer);
  }

  /** Views of pooled memory handed in by JavaScript kernels (a contiguous slice is one) are copied: they don't own it. */
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const aliased = ArrayBuffer.isView(values) && this.pool.owns(values.buffer);
    return super.write(aliased ? (values as Float32Array).slice() : values, shape, dtype);
  }

  /** Reading copies pooled memory, because it is reused once the tensor is disposed. */
  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) && this.pool.owns(values.buffer) ? (values as Float32Array).slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const released = super.disposeData(dataId, force);
    const values = entry?.values;
    if (released) this.packedWeights.forget(dataId);
    if (released && values instanceof Float32Array && this.pool.owns(values.buffer)) {
      this.pool.give(values.buffer as ArrayBuffer);
    }
    return released;
  }

  get poolStatistics(): Readonly<PoolStatistics> {
    return this.pool.statistics;
  }
}

/** Registers the backend and its kernels with TensorFlow.js, once. Does not choose it: see `backends/select.ts`. */
export function registerNativeBackend(addon: NativeAddon): void {
  if (tf.findBackendFactory(NATIVE_BACKEND) !== null) return;
  tf.registerBackend(NATIVE_BACKEND, () => new NativeBackend(addon), 0);
  for (const kernel of tf.getKernelsForBackend("cpu")) tf.registerKernel({ ...kernel, backendName: NATIVE_BACKEND });
  registerMatmulKernels(NATIVE_BACKEND);
  registerElementwiseKernels(NATIVE_BACKEND);
}

/** The native backend while TensorFlow.js is using it. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === NATIVE_BACKEND ? (tf.backend() as NativeBackend) : undefined;
}
