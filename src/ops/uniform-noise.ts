/** Uniform numbers of a named stream: the same on every backend, to rounding. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import { philoxUint32, type RandomStream, toUniform } from "../base/random.ts";

/** Numbers that are drawn together. */
const BLOCK = 4;

/** Uniform in (−range, range), from number `first` of the stream on. */
export function uniformNoise<T extends tf.Tensor>(stream: RandomStream, shape: number[], range: number, first = 0): T {
  const native = nativeBackend();
  const size = tf.util.sizeFromShape(shape);
  const before = first % BLOCK;
  if (native === undefined) {
    const numbers = Float32Array.from(
      philoxUint32(stream, before + size, first - before),
      (word) => (2 * toUniform(word) - 1) * range,
    );
    return tf.tensor(numbers.subarray(before), shape) as T;
  }
  const out = native.takeFloats(before + size, "uniformNoise");
  native.addon.uniformNoise(out, stream.seed, stream.stream, first - before, range);
  if (before === 0) return native.tensor<T>(shape, out);
  const numbers = native.takeFloats(size, "uniformNoise");
  numbers.set(out.subarray(before));
  native.giveFloats(out);
  return native.tensor<T>(shape, numbers);
}
