/** What balance losses are made of (Shazeer et al. 2017, §4): the importance of experts, and how much vectors vary. */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import { applyFused } from "./fused-op.ts";
import { scatterAddRows } from "./gather-rows.ts";
import { floatTensor } from "./tensor.ts";

/** Guards the division when nothing was routed at all. */
const EPSILON = 1e-10;

/** gates [positions, k], experts [positions · k] → [numExperts]: the sum of each expert's gates. */
export function importance(gates: tf.Tensor2D, experts: Int32Array, numExperts: number): tf.Tensor1D {
  const native = nativeBackend();
  if (native === undefined) return composedImportance(gates, experts, numExperts);
  return applyFused([gates], {
    forward: (gates) => {
      const values = native.floats(gates);
      const sums = new Float64Array(numExperts);
      for (let slot = 0; slot < experts.length; slot++) sums[experts[slot]!]! += values[slot]!;
      return floatTensor<tf.Tensor1D>(Float32Array.from(sums), [numExperts]);
    },
    gradient: (dy) => {
      const d = native.floats(dy);
      const dGates = native.takeFloats(experts.length, "importanceGradient");
      for (let slot = 0; slot < experts.length; slot++) dGates[slot] = d[experts[slot]!]!;
      return native.tensor(gates.shape, dGates);
    },
  });
}

/** `importance` from TensorFlow.js operations, on any backend. */
export function composedImportance(gates: tf.Tensor2D, experts: Int32Array, numExperts: number): tf.Tensor1D {
  return tf.tidy(() => {
    const sums = scatterAddRows(tf.reshape(gates, [gates.size, 1]), experts, numExperts);
    return tf.reshape(sums, [numExperts]);
  });
}

/** A vector, and the weight of its variation in the sum. */
export interface WeightedVector {
  values: tf.Tensor1D;
  weight: number;
}

/** Σ weight · CV², where CV² of a vector is its population variance over (mean² + 1e-10). */
export function squaredVariations(vectors: readonly WeightedVector[]): tf.Scalar {
  const native = nativeBackend();
  return native === undefined ? composedSquaredVariations(vectors) : fusedSquaredVariations(native, vectors);
}

/** `squaredVariations` from TensorFlow.js operations, on any backend. */
export function composedSquaredVariations(vectors: readonly WeightedVector[]): tf.Scalar {
  return tf.tidy(() => {
    const terms = vectors.map(({ values, weight }) => {
      const mean = tf.mean(values);
      const variance = tf.mean(tf.square(tf.sub(values, mean)));
      return tf.mul<tf.Scalar>(tf.div(variance, tf.add(tf.square(mean), EPSILON)), weight);
    });
    return tf.addN(terms);
  });
}

/** Vectors have one number for each expert: few enough for plain loops, in double precision. */
function fusedSquaredVariations(native: NativeBackend, vectors: readonly WeightedVector[]): tf.Scalar {
  return applyFused<tf.Tensor1D[], tf.Scalar, tf.Tensor1D[]>(
    vectors.map(({ values }) => values),
    {
      forward: (...vs) => {
        const total = vs.reduce((sum, values, i) => {
          const { mean, variance } = moments(native.floats(values));
          return sum + (vectors[i]!.weight * variance) / (mean * mean + EPSILON);
        }, 0);
        return floatTensor<tf.Scalar>(Float32Array.of(total), []);
      },
      save: (_, ...vs) => vs,
      gradient: (dy, ...vs) => {
        const d = native.floats(dy)[0]!;
        return vs.map((values, i) =>
          floatTensor(variationGradient(native.floats(values), d * vectors[i]!.weight), values.shape),
        );
      },
    },
  );
}

function moments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

/** scale · d CV² / d value = scale · 2 / n · ((value − mean) / q − variance · mean / q²), q = mean² + ε. */
function variationGradient(values: Float32Array, scale: number): Float32Array {
  const { mean, variance } = moments(values);
  const q = mean * mean + EPSILON;
  const factor = (2 * scale) / (values.length * q);
  return values.map((value) => factor * (value - mean - (variance * mean) / q));
}
