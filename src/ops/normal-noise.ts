/** Standard normal noise of a named stream: the same numbers on every backend, to rounding. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import { philoxNormal, type RandomStream } from "../base/random.ts";

/** Independent numbers of mean 0 and variance 1. */
export function normalNoise<T extends tf.Tensor>(stream: RandomStream, shape: number[]): T {
  const native = nativeBackend();
  const size = tf.util.sizeFromShape(shape);
  if (native === undefined) return tf.tensor(philoxNormal(stream, size), shape) as T;
  const out = native.takeFloats(size, "normalNoise");
  native.addon.normalNoise(out, stream.seed, stream.stream);
  return native.tensor<T>(shape, out);
}
