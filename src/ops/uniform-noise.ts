/** Uniform numbers of a named stream: the same on every backend, to rounding. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import { philoxUint32, type RandomStream, toUniform } from "../base/random.ts";

/** Uniform in (−range, range). */
export function uniformNoise<T extends tf.Tensor>(stream: RandomStream, shape: number[], range: number): T {
  const native = nativeBackend();
  const size = tf.util.sizeFromShape(shape);
  if (native === undefined) {
    const numbers = Float32Array.from(philoxUint32(stream, size), (word) => (2 * toUniform(word) - 1) * range);
    return tf.tensor(numbers, shape) as T;
  }
  const out = native.takeFloats(size, "uniformNoise");
  native.addon.uniformNoise(out, stream.seed, stream.stream, range);
  return native.tensor<T>(shape, out);
}
