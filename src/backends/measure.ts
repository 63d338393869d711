/** How fast the current backend is on this machine: a matrix product, and the limits of processor and memory where they are known. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "./native/backend.ts";
import type { MachinePeak } from "./native/kernels/system.ts";

export interface BackendSpeed {
  /** GFLOP/s of the best of several [512, 512] × [512, 512] products. */
  matmul: number;
  /** Only the native backend knows them. */
  peak?: MachinePeak;
}

const SIZE = 512;
const SECONDS = 0.3;

/** Measures the current backend for about a second. */
export async function measureBackend(): Promise<BackendSpeed> {
  const [a, b] = [tf.randomUniform([SIZE, SIZE]), tf.randomUniform([SIZE, SIZE])];
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + SECONDS * 1000;
  for (let trial = 0; trial < 2 || performance.now() < end; trial++) {
    const start = performance.now();
    const product = tf.matMul(a, b);
    await product.data();
    best = Math.min(best, performance.now() - start);
    product.dispose();
  }
  tf.dispose([a, b]);
  const matmul = (2 * SIZE ** 3) / (best * 1e6);
  const native = nativeBackend()?.addon;
  return native === undefined ? { matmul } : { matmul, peak: native.measurePeak() };
}
