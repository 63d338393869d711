/**
 * Attention of each sentence's queries over the same sentence's keys, with no padding: dot-product scores (Luong et al. 2015,
 * §3.1 "dot") and additive scores (Bahdanau et al. 2015, App. A.1.2; Shazeer et al. 2017, App. G).
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import type { AttentionGroups, AttentionOperands } from "../backends/native/kernels/attention.ts";
import * as kernels from "../backends/native/kernels/attention.ts";
import type { RowGroups } from "../base/packed-layout.ts";
import { applyKeeping } from "./fused-op.ts";
import { groupPadding, paddingPenalty, padGroups, unpadGroups } from "./padded-groups.ts";

export type { AttentionGroups };

/** Queries, keys and values of dot-product attention, by rows. */
export type AttentionInputs = Omit<AttentionOperands, "energy">;

/** Those of additive attention. */
export interface AdditiveAttentionInputs extends AttentionInputs {
  /** V [hidden] */
  energy: tf.Tensor1D;
}

/** What decoding needs of one step. */
export interface WeightedContext {
  /** [query rows, value width] */
  context: tf.Tensor2D;
  /** Query row r's weights over its sentence's keys, in group order: `weights[offsets[r] … offsets[r + 1])`. */
  weights: Float32Array;
  /** [query rows + 1] */
  offsets: Int32Array;
}

/** Context of each query: its sentence's values weighed by softmax(query · key). → [query rows, value width]; rows of no group are 0. */
export function dotAttention(inputs: AttentionInputs, groups: AttentionGroups): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined
    ? composedDotAttention(inputs, groups)
    : nativeAttention(native, { ...inputs, energy: undefined }, groups);
}

/** As `dotAttention`, with the score energy · tanh(query + key). */
export function additiveAttention(inputs: AdditiveAttentionInputs, groups: AttentionGroups): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedAdditiveAttention(inputs, groups) : nativeAttention(native, inputs, groups);
}

/** Context and weights, for decoding: hypotheses of one sentence are query rows of its group. No gradient. */
export function attendWithWeights(kind: "dot", inputs: AttentionInputs, groups: AttentionGroups): WeightedContext;
export function attendWithWeights(
  kind: "additive",
  inputs: AdditiveAttentionInputs,
  groups: AttentionGroups,
): WeightedContext;
export function attendWithWeights(
  kind: "dot" | "additive",
  inputs: AttentionOperands,
  groups: AttentionGroups,
): WeightedContext {
  const scored = kind === "additive" ? inputs : { ...inputs, energy: undefined };
  const native = nativeBackend();
  let groupWeights: Float32Array = new Float32Array(0);
  const context = tf.tidy(() => {
    if (native !== undefined) {
      const forward = kernels.attentionForward(native, scored, groups);
      groupWeights = native.floats(forward.weights).slice();
      return forward.context;
    }
    const forward = composedForward(scored, groups);
    groupWeights = withoutPadding(forward.weights, groups);
    return forward.context;
  });
  return { context, ...weightsOfRows(groupWeights, groups, inputs.queries.shape[0]) };
}

/** `dotAttention` from TensorFlow.js operations, on any backend. */
function composedDotAttention(inputs: AttentionInputs, groups: AttentionGroups): tf.Tensor2D {
  return tf.tidy(() => composedForward({ ...inputs, energy: undefined }, groups).context);
}

/** `additiveAttention` from TensorFlow.js operations, on any backend. */
function composedAdditiveAttention(inputs: AdditiveAttentionInputs, groups: AttentionGroups): tf.Tensor2D {
  return tf.tidy(() => composedForward(inputs, groups).context);
}

/** Context, and scores and weights with their padding: [groups, longest queries, longest keys]. */
export function composedForward(
  { queries, keys, values, energy }: AttentionOperands,
  groups: AttentionGroups,
): { context: tf.Tensor2D; scores: tf.Tensor3D; weights: tf.Tensor3D } {
  const querySide = groupPadding(groups.queryRows, queries.shape[0]);
  const keySide = groupPadding(groups.keyRows, keys.shape[0]);
  const paddedQueries = padGroups(queries, querySide);
  const paddedKeys = padGroups(keys, keySide);
  const unpenalized =
    energy === undefined
      ? tf.matMul(paddedQueries, paddedKeys, false, true)
      : additiveScores(paddedQueries, paddedKeys, energy);
  const scores = tf.add(unpenalized, paddingPenalty(keySide).expandDims(1)) as tf.Tensor3D;
  const weights = tf.softmax(scores);
  const context = unpadGroups(tf.matMul(weights, padGroups(values, keySide)), querySide);
  return { context, scores, weights };
}

/** [groups, queries, hidden], [groups, keys, hidden] → [groups, queries, keys] */
function additiveScores(queries: tf.Tensor3D, keys: tf.Tensor3D, energy: tf.Tensor1D): tf.Tensor3D {
  const units = tf.tanh(tf.add(queries.expandDims(2), keys.expandDims(1)));
  return tf.sum(tf.mul(units, energy), 3);
}

function nativeAttention(native: NativeBackend, inputs: AttentionOperands, groups: AttentionGroups): tf.Tensor2D {
  const { queries, keys, values, energy } = inputs;
  type Operands = [queries: tf.Tensor2D, keys: tf.Tensor2D, values: tf.Tensor2D, energy?: tf.Tensor1D];
  const operands: Operands = energy === undefined ? [queries, keys, values] : [queries, keys, values, energy];
  return applyKeeping<tf.Tensor[], tf.Tensor2D, [weights: tf.Tensor1D]>(operands as tf.Tensor[], {
    forward: () => {
      const { context, weights } = kernels.attentionForward(native, inputs, groups);
      return { value: context, kept: [weights] };
    },
    gradient: (dy, given, [weights]) => {
      const [queries, keys, values, energy] = given as Operands;
      const d = kernels.attentionBackward(native, { queries, keys, values, energy }, groups, weights, dy);
      return [d.queries, d.keys, d.values, ...(d.energy === undefined ? [] : [d.energy])];
    },
  });
}

/** [groups × queries × keys], each group without its padding, one after another. */
function withoutPadding(padded: tf.Tensor3D, { queryRows, keyRows }: AttentionGroups): Float32Array {
  const values = padded.dataSync() as Float32Array;
  const [, longestQuery, longestKey] = padded.shape;
  const pieces: number[] = [];
  for (let g = 0; g + 1 < keyRows.offsets.length; g++) {
    const queryCount = groupSize(queryRows, g);
    const keyCount = groupSize(keyRows, g);
    for (let i = 0; i < queryCount; i++) {
      const start = (g * longestQuery + i) * longestKey;
      for (let j = 0; j < keyCount; j++) pieces.push(values[start + j]!);
    }
  }
  return Float32Array.from(pieces);
}

/** From group order to the order of the query rows. */
function weightsOfRows(
  groupWeights: Float32Array,
  { queryRows, keyRows }: AttentionGroups,
  rowCount: number,
): { weights: Float32Array; offsets: Int32Array } {
  const starts = new Int32Array(rowCount);
  const offsets = new Int32Array(rowCount + 1);
  for (let g = 0, at = 0; g + 1 < queryRows.offsets.length; g++) {
    const keyCount = groupSize(keyRows, g);
    for (let i = queryRows.offsets[g]!; i < queryRows.offsets[g + 1]!; i++, at += keyCount) {
      starts[queryRows.rows[i]!] = at;
      offsets[queryRows.rows[i]! + 1] = keyCount;
    }
  }
  for (let row = 0; row < rowCount; row++) offsets[row + 1]! += offsets[row]!;
  const weights = new Float32Array(offsets[rowCount]!);
  for (let row = 0; row < rowCount; row++) {
    const length = offsets[row + 1]! - offsets[row]!;
    weights.set(groupWeights.subarray(starts[row]!, starts[row]! + length), offsets[row]!);
  }
  return { weights, offsets };
}

function groupSize({ offsets }: RowGroups, group: number): number {
  return offsets[group + 1]! - offsets[group]!;
}
