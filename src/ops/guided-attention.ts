/** Attention beside what its weights cost where they differ from given alignments (Chen, Matusov, Khadivi and Peter 2016). */
import * as tf from "@tensorflow/tfjs";
import { NATIVE_BACKEND, type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import type { AttentionGroups, AttentionOperands, GuidedBy } from "../backends/native/kernels/attention.ts";
import * as kernels from "../backends/native/kernels/attention.ts";
import { type AdditiveAttentionInputs, type AttentionInputs, composedForward } from "./attention.ts";
import { floatTensor } from "./tensor.ts";

export type { GuideCost, GuidedBy } from "../backends/native/kernels/attention.ts";

export interface GuidedContext {
  /** As without a guide: [query rows, value width]. */
  context: tf.Tensor2D;
  /**
   * Sum over the guided queries: cross-entropy −Σ share · log weight in nats, or ½ Σ (weight − share)². Cross-entropy and its gradient are
   * taken of scores, so that weights which are 0 in 32 bits are pulled too.
   */
  cost: tf.Scalar;
}

/** As `dotAttention`, with the cost. */
export function guidedDotAttention(inputs: AttentionInputs, groups: AttentionGroups, guided: GuidedBy): GuidedContext {
  return guidedAttention({ ...inputs, energy: undefined }, groups, guided);
}

/** As `additiveAttention`, with the cost. */
export function guidedAdditiveAttention(
  inputs: AdditiveAttentionInputs,
  groups: AttentionGroups,
  guided: GuidedBy,
): GuidedContext {
  return guidedAttention(inputs, groups, guided);
}

function guidedAttention(inputs: AttentionOperands, groups: AttentionGroups, guided: GuidedBy): GuidedContext {
  if (nativeBackend() === undefined) return composedGuided(inputs, groups, guided);
  registerOnce();
  const { queries, keys, values, energy } = inputs;
  const operands = energy === undefined ? [queries, keys, values] : [queries, keys, values, energy];
  const attributes: Attributes = { groups, guided };
  const [context, cost] = tf
    .engine()
    .runKernel<tf.Tensor[]>(KERNEL, operands as never, attributes as unknown as tf.NamedAttrMap);
  return { context: context as tf.Tensor2D, cost: cost as tf.Scalar };
}

/** From TensorFlow.js operations, on any backend. */
function composedGuided(inputs: AttentionOperands, groups: AttentionGroups, guided: GuidedBy): GuidedContext {
  const { context, scores, weights } = composedForward(inputs, groups);
  const shares = sharesOf(groups, guided, scores.shape);
  if (guided.cost === "ce") return { context, cost: tf.neg(tf.sum(tf.mul(shares, tf.logSoftmax(scores)))) };
  const isGuided = tf.sum(shares, 2, true);
  const distance = tf.sum(tf.mul(isGuided, tf.squaredDifference(weights, shares)));
  return { context, cost: tf.div(distance, 2) };
}

/** The guide as weights, padded: [groups, longest queries, longest keys]. */
function sharesOf({ queryRows }: AttentionGroups, { guide }: GuidedBy, shape: [number, number, number]): tf.Tensor3D {
  const [groups, longestQuery, longestKey] = shape;
  const shares = new Float32Array(groups * longestQuery * longestKey);
  for (let g = 0; g < groups; g++) {
    const first = queryRows.offsets[g]!;
    for (let q = first; q < queryRows.offsets[g + 1]!; q++) {
      const keys = guide.keys.subarray(guide.offsets[q]!, guide.offsets[q + 1]!);
      const row = (g * longestQuery + q - first) * longestKey;
      for (const key of keys) shares[row + key] = 1 / keys.length;
    }
  }
  return tf.tensor3d(shares, shape);
}

interface Attributes {
  groups: AttentionGroups;
  guided: GuidedBy;
}

const KERNEL = "GuidedAttention";

/** `tf.customGrad` takes ops of one output only, registered kernels may have several: here context, cost, and the weights for the gradient. */
function registerOnce(): void {
  if (tf.getKernel(KERNEL, NATIVE_BACKEND) !== undefined) return;
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: NATIVE_BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { groups, guided } = attrs as unknown as Attributes;
      const forward = kernels.attentionForward(backend as NativeBackend, operandsOf(inputs), groups, guided);
      return [forward.context, floatTensor(Float32Array.of(forward.cost), []), forward.weights];
    },
  });
  tf.registerGradient({
    kernelName: KERNEL,
    saveAllInputs: true,
    outputsToSave: [false, false, true],
    gradFunc: (dy, saved, attrs) => {
      const native = nativeBackend()!;
      const { groups, guided } = attrs as unknown as Attributes;
      const [ofContext, ofCost] = dy as tf.Tensor[];
      const costGradient = native.floats(ofCost!)[0]!;
      const weights = saved.at(-1) as tf.Tensor1D;
      const operands = operandsOf(saved.slice(0, -1));
      const d = kernels.attentionBackward(native, operands, groups, weights, ofContext as tf.Tensor2D, {
        ...guided,
        costGradient,
      });
      const gradients = [d.queries, d.keys, d.values, ...(d.energy === undefined ? [] : [d.energy])];
      return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));
    },
  });
}

/** From a list of inputs, or TensorFlow.js's map of one. */
function operandsOf(inputs: object): AttentionOperands {
  const [queries, keys, values, energy] = Object.values(inputs);
  return { queries, keys, values, energy };
}
