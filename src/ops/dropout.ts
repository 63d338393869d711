/**
 * Dropout (Srivastava et al. 2014), inverted: kept elements are scaled up. Element i is kept iff word i of its random stream is
 * at least ⌊rate · 2^32⌋, so the mask is the same on every backend and need not be stored.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/dropout.ts";
import { philoxUint32, type RandomStream } from "../base/random.ts";
import { applyFused } from "./fused-op.ts";

/** Zeroes each element with probability `rate` in [0, 1) and divides the others by 1 − rate. Rate 0 returns x itself. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, stream: RandomStream): T {
  if (rate === 0) return x;
  const native = nativeBackend();
  return native === undefined ? composedDropout(x, rate, stream) : nativeDropout(native, x, rate, stream);
}

/** `dropout` from TensorFlow.js operations, on any backend. */
export function composedDropout<T extends tf.Tensor>(x: T, rate: number, stream: RandomStream): T {
  const threshold = Math.floor(rate * 2 ** 32);
  const scale = 1 / (1 - rate);
  const mask = Float32Array.from(philoxUint32(stream, x.size), (word) => (word >= threshold ? scale : 0));
  return tf.tidy(() => tf.mul<T>(x, tf.tensor(mask, x.shape)));
}

function nativeDropout<T extends tf.Tensor>(native: NativeBackend, x: T, rate: number, stream: RandomStream): T {
  return applyFused([x], {
    forward: (x) => kernels.dropout<T>(native, x, rate, stream),
    gradient: (dy) => kernels.dropout(native, dy, rate, stream),
  });
}
