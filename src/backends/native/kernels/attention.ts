/** Attention over row groups by the addon, on tensors of the native backend. An absent `energy` means dot-product scores. */
import type * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../../../base/packed-layout.ts";
import type { NativeBackend } from "../backend.ts";

export interface AttentionOperands {
  /** [query rows, hidden] */
  queries: tf.Tensor2D;
  /** [key rows, hidden] */
  keys: tf.Tensor2D;
  /** [key rows, value width] */
  values: tf.Tensor2D;
  /** [hidden] */
  energy?: tf.Tensor1D | undefined;
}

export interface AttentionGradients {
  queries: tf.Tensor2D;
  keys: tf.Tensor2D;
  values: tf.Tensor2D;
  energy: tf.Tensor1D | undefined;
}

interface Groups {
  queryRows: RowGroups;
  keyRows: RowGroups;
}

const none = new Float32Array(0);

/** Context [query rows, value width], and the weights of each group [queries, keys], one group after another. */
export function attentionForward(
  native: NativeBackend,
  { queries, keys, values, energy }: AttentionOperands,
  { queryRows, keyRows }: Groups,
): { context: tf.Tensor2D; weights: tf.Tensor1D } {
  const [rows, hidden] = queries.shape;
  const [, width] = values.shape;
  const context = takeRows(native, rows, width, queryRows);
  const weights = native.takeFloats(weightCount(queryRows, keyRows));
  native.addon.attentionForward(
    native.floats(queries),
    native.floats(keys),
    native.floats(values),
    energy === undefined ? none : native.floats(energy),
    queryRows.rows,
    queryRows.offsets,
    keyRows.rows,
    keyRows.offsets,
    hidden,
    width,
    context,
    weights,
  );
  return { context: native.tensor([rows, width], context), weights: native.tensor([weights.length], weights) };
}

/** Gradients of every operand, from the weights that `attentionForward` returned and the gradient of the context. */
export function attentionBackward(
  native: NativeBackend,
  { queries, keys, values, energy }: AttentionOperands,
  { queryRows, keyRows }: Groups,
  weights: tf.Tensor1D,
  contextGradient: tf.Tensor2D,
): AttentionGradients {
  const [rows, hidden] = queries.shape;
  const [keyCount, width] = values.shape;
  const dQueries = takeRows(native, rows, hidden, queryRows);
  const dKeys = takeRows(native, keyCount, hidden, keyRows);
  const dValues = takeRows(native, keyCount, width, keyRows);
  const dEnergy = energy === undefined ? undefined : native.takeFloats(hidden);
  native.addon.attentionBackward(
    native.floats(queries),
    native.floats(keys),
    native.floats(values),
    energy === undefined ? none : native.floats(energy),
    queryRows.rows,
    queryRows.offsets,
    keyRows.rows,
    keyRows.offsets,
    hidden,
    width,
    native.floats(weights),
    native.floats(contextGradient),
    dQueries,
    dKeys,
    dValues,
    dEnergy ?? none,
  );
  return {
    queries: native.tensor([rows, hidden], dQueries),
    keys: native.tensor([keyCount, hidden], dKeys),
    values: native.tensor([keyCount, width], dValues),
    energy: dEnergy === undefined ? undefined : native.tensor([hidden], dEnergy),
  };
}

/** An output matrix. The kernel writes the rows of the groups; the others must be zero. */
function takeRows(native: NativeBackend, rows: number, width: number, groups: RowGroups): Float32Array<ArrayBuffer> {
  const floats = native.takeFloats(rows * width);
  return groups.rows.length === rows ? floats : floats.fill(0);
}

function weightCount(queryRows: RowGroups, keyRows: RowGroups): number {
  let count = 0;
  for (let g = 0; g + 1 < queryRows.offsets.length; g++) {
    const queries = queryRows.offsets[g + 1]! - queryRows.offsets[g]!;
    count += queries * (keyRows.offsets[g + 1]! - keyRows.offsets[g]!);
  }
  return count;
}
