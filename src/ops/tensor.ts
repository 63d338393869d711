/** Tensors from typed arrays, in the memory the current backend prefers. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";

/** A float32 tensor of `shape` holding a copy of `values`; on the native backend in its aligned, pooled memory. */
export function floatTensor<T extends tf.Tensor>(values: Float32Array, shape: number[]): T {
  const native = nativeBackend();
  if (native === undefined) return tf.tensor(values.slice(), shape, "float32") as T;
  const floats = native.takeFloats(values.length, "floatTensor");
  floats.set(values);
  return native.tensor<T>(shape, floats);
}
