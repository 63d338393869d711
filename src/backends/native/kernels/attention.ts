/** Attention over row groups (native/src/attention), on tensors of the native backend. No `energy` means dot-product scores. */
import type * as tf from "@tensorflow/tfjs";
import type { AttentionGuide } from "../../../base/attention-guide.ts";
import type { RowGroups } from "../../../base/packed-layout.ts";
import type { NativeBackend } from "../backend.ts";

/** What weights cost that differ from a guide's: cross-entropy, or half the squared distance. */
export type GuideCost = "ce" | "mse";

type Operands = [
  /** [query rows, hidden] */
  queries: Float32Array,
  /** [key rows, hidden] */
  keys: Float32Array,
  /** [key rows, value width] */
  values: Float32Array,
  /** [hidden] */
  energy: Float32Array | undefined,
  queryRows: Int32Array,
  queryOffsets: Int32Array,
  keyRows: Int32Array,
  keyOffsets: Int32Array,
  hidden: number,
  valueWidth: number,
];

/** Both offsets and keys are left out where there is no guide; the cost then means nothing. */
type Guide = [guideOffsets: Int32Array | undefined, guideKeys: Int32Array | undefined, guideCost: GuideCost];

export interface AttentionKernels {
  /**
   * Writes context [query rows, value width] and each group's weights [queries, keys], one group after another. Gives the
   * sum of the guided queries' costs.
   */
  attentionForward(...args: [...Operands, context: Float32Array, weights: Float32Array, ...Guide]): number;
  /**
   * From `weights` and the gradients of context and of the costs' sum (`guideScale`) to the gradients of the operands; only rows of
   * the groups are written.
   */
  attentionBackward(
    ...args: [
      ...Operands,
      weights: Float32Array,
      contextGradient: Float32Array,
      queryGradient: Float32Array,
      keyGradient: Float32Array,
      valueGradient: Float32Array,
      energyGradient: Float32Array | undefined,
      ...Guide,
      guideScale: number,
    ]
  ): void;
}

export interface AttentionOperands {
  /** [query rows, hidden] */
  queries: tf.Tensor2D;
  /** [key rows, hidden] */
  keys: tf.Tensor2D;
  /** [key rows, value width] */
  values: tf.Tensor2D;
  /** [hidden] weights of the tanh units in a score; left out, a score is the dot product. */
  energy?: tf.Tensor1D | undefined;
}

/** Group g of both sides is the same sentence. A row is in one group at most. */
export interface AttentionGroups {
  queryRows: RowGroups;
  keyRows: RowGroups;
}

/** A guide, and what it costs when weights differ from it. */
export interface GuidedBy {
  guide: AttentionGuide;
  cost: GuideCost;
}

/** Context [query rows, value width], the weights of each group [queries, keys], one group after another, and the sum of costs. */
export function attentionForward(
  native: NativeBackend,
  operands: AttentionOperands,
  groups: AttentionGroups,
  guided?: GuidedBy,
): { context: tf.Tensor2D; weights: tf.Tensor1D; cost: number } {
  const [rows] = operands.queries.shape;
  const [, width] = operands.values.shape;
  const context = takeRows(native, rows, width, groups.queryRows, "attentionForward");
  const weights = native.takeFloats(weightCount(groups), "attentionForward");
  const all = argumentsOf(native, operands, groups);
  const cost = native.addon.attentionForward(...all, context, weights, ...guideArguments(guided));
  return { context: native.tensor([rows, width], context), weights: native.tensor([weights.length], weights), cost };
}

/** Gradients of every operand, from the weights that `attentionForward` returned and the gradients of context and of the costs' sum. */
export function attentionBackward(
  native: NativeBackend,
  operands: AttentionOperands,
  groups: AttentionGroups,
  weights: tf.Tensor1D,
  contextGradient: tf.Tensor2D,
  guided?: GuidedBy & { costGradient: number },
): AttentionOperands {
  const [rows, hidden] = operands.queries.shape;
  const [keyCount, width] = operands.values.shape;
  const dQueries = takeRows(native, rows, hidden, groups.queryRows, "attentionBackward");
  const dKeys = takeRows(native, keyCount, hidden, groups.keyRows, "attentionBackward");
  const dValues = takeRows(native, keyCount, width, groups.keyRows, "attentionBackward");
  const dEnergy = operands.energy === undefined ? undefined : native.takeFloats(hidden, "attentionBackward");
  native.addon.attentionBackward(
    ...argumentsOf(native, operands, groups),
    native.floats(weights),
    native.floats(contextGradient),
    dQueries,
    dKeys,
    dValues,
    dEnergy,
    ...guideArguments(guided),
    guided?.costGradient ?? 0,
  );
  return {
    queries: native.tensor([rows, hidden], dQueries),
    keys: native.tensor([keyCount, hidden], dKeys),
    values: native.tensor([keyCount, width], dValues),
    energy: dEnergy === undefined ? undefined : native.tensor([hidden], dEnergy),
  };
}

function guideArguments(guided: GuidedBy | undefined): Guide {
  return [guided?.guide.offsets, guided?.guide.keys, guided?.cost ?? "ce"];
}

function argumentsOf(
  native: NativeBackend,
  { queries, keys, values, energy }: AttentionOperands,
  { queryRows, keyRows }: AttentionGroups,
): Operands {
  return [
    native.floats(queries),
    native.floats(keys),
    native.floats(values),
    energy === undefined ? undefined : native.floats(energy),
    queryRows.rows,
    queryRows.offsets,
    keyRows.rows,
    keyRows.offsets,
    queries.shape[1],
    values.shape[1],
  ];
}

/** An output matrix. The kernel writes the rows of the groups; the others must be zero. */
function takeRows(
  native: NativeBackend,
  rows: number,
  width: number,
  groups: RowGroups,
  kernel: string,
): Float32Array<ArrayBuffer> {
  const floats = native.takeFloats(rows * width, kernel);
  return groups.rows.length === rows ? floats : floats.fill(0);
}

function weightCount({ queryRows, keyRows }: AttentionGroups): number {
  let count = 0;
  for (let g = 0; g + 1 < queryRows.offsets.length; g++) {
    const queries = queryRows.offsets[g + 1]! - queryRows.offsets[g]!;
    count += queries * (keyRows.offsets[g + 1]! - keyRows.offsets[g]!);
  }
  return count;
}
