/** TensorFlow.js matrix products on the addon's GEMM: BatchMatMul, and _FusedMatMul without activation. */
import * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "./backend.ts";

interface MatmulAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** Shapes the addon takes: two matrices, or two stacks of as many matrices; anything else goes to the CPU kernel. */
function isPlain(a: tf.TensorInfo, b: tf.TensorInfo): boolean {
  if (a.dtype !== "float32" || b.dtype !== "float32" || a.shape.length !== b.shape.length) return false;
  if (a.shape.length === 2) return true;
  return a.shape.length === 3 && a.shape[0] === b.shape[0];
}

/** [batch?, M, K] · [batch?, K, N] → [batch?, M, N], either side optionally stored transposed. */
function matmul(
  backend: NativeBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA, transposeB }: MatmulAttributes,
): tf.TensorInfo {
  const rank = a.shape.length;
  const batch = rank === 3 ? a.shape[0]! : 1;
  const [aRows, aColumns] = [a.shape[rank - 2]!, a.shape[rank - 1]!];
  const [bRows, bColumns] = [b.shape[rank - 2]!, b.shape[rank - 1]!];
  const m = transposeA ? aColumns : aRows;
  const k = transposeA ? aRows : aColumns;
  const n = transposeB ? bRows : bColumns;
  const out = backend.takeFloats(batch * m * n, "matmul");
  const [left, right] = [backend.floats(a), backend.floats(b)];
  if (rank === 2) backend.addon.matmul(left, right, out, m, n, k, transposeA, transposeB, false);
  else backend.addon.batchMatmul(left, right, out, batch, m, n, k, transposeA, transposeB, false);
  return backend.tensorInfo(rank === 3 ? [batch, m, n] : [m, n], out);
}

export function registerMatmulKernels(backendName: string): void {
  for (const kernelName of ["BatchMatMul", "_FusedMatMul"]) {
    const fallback = tf.getKernel(kernelName, "cpu").kernelFunc;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (call) => {
        const { a, b, bias } = call.inputs as tf.NamedTensorInfoMap & { a: tf.TensorInfo; b: tf.TensorInfo };
        const attributes = call.attrs as unknown as MatmulAttributes & { activation?: string };
        const activated = attributes.activation !== undefined && attributes.activation !== "linear";
        if (bias !== undefined || activated || !isPlain(a, b)) return fallback(call);
        return matmul(call.backend as NativeBackend, a, b, attributes);
      },
    });
  }
}
