/** Dropout by the addon: the mask is drawn again in the backward pass, which is the same function. */
import type * as tf from "@tensorflow/tfjs";
import type { RandomStream } from "../../../base/random.ts";
import type { NativeBackend } from "../backend.ts";

export interface DropoutKernels {
  /** out[i] = x[i] · scale where word i of the stream is at least `threshold`, else 0. */
  dropout(x: Float32Array, out: Float32Array, threshold: number, scale: number, seed: number, stream: number): void;
  /** Fills `out` with the stream's standard normal numbers. */
  normalNoise(out: Float32Array, seed: number, stream: number): void;
  /** Fills `out` with the stream's uniform numbers in (−range, range), from number `first` on, a multiple of 4. */
  uniformNoise(out: Float32Array, seed: number, stream: number, first: number, range: number): void;
}

/** Element i is kept, and divided by 1 − rate, iff word i of the stream is at least ⌊rate · 2^32⌋. */
export function dropout<T extends tf.Tensor>(native: NativeBackend, x: T, rate: number, stream: RandomStream): T {
  const out = native.takeFloats(x.size, "dropout");
  const threshold = Math.floor(rate * 2 ** 32);
  native.addon.dropout(native.floats(x), out, threshold, 1 / (1 - rate), stream.seed, stream.stream);
  return native.tensor<T>(x.shape, out);
}
