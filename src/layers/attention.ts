/**
 * Attention of decoder states over encoder outputs. Multiplicative: Shazeer et al. 2017, appendix G,
 * A(x, y) = Σ_d V_d tanh((x U)_d) tanh((y W)_d), with V folded into the keys. Additive: Wu et al. 2016 (GNMT),
 * A(x, y) = V · tanh(x U + y W + b); normed additive: Salimans & Kingma 2016, V replaced by g V / ‖V‖.
 */

import * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";
import type { AttentionKind } from "../config/choices.ts";
import { additiveAttention, attendWithWeights, dotAttention } from "../ops/attention.ts";
import {
  type GuidedBy,
  type GuidedContext,
  guidedAdditiveAttention,
  guidedDotAttention,
} from "../ops/guided-attention.ts";
import { constant, normal } from "./initializers.ts";
import type { Parameters } from "./parameters.ts";

/** The source side, projected once per batch. */
export type AttentionMemory = {
  /** [source positions, depth] */
  keys: tf.Tensor2D;
  /** [source positions, hidden] */
  values: tf.Tensor2D;
};

/** Which rows belong to the same sentence. */
export interface AttentionRows {
  /** Target rows of each sentence. */
  queryRows: RowGroups;
  /** Source rows of each sentence. */
  keyRows: RowGroups;
}

/** Attention with its parameters; `size` is the width of states and of encoder outputs. */
export class Attention {
  private readonly kind: AttentionKind;
  private readonly keyWeights: tf.Tensor2D;
  private readonly queryWeights: tf.Tensor2D;
  /** V [depth] */
  private readonly energy: tf.Tensor1D;
  private readonly bias: tf.Tensor1D | undefined;
  private readonly gain: tf.Tensor1D | undefined;

  constructor(parameters: Parameters, name: string, options: { kind: AttentionKind; size: number }) {
    const { kind, size } = options;
    this.kind = kind;
    this.keyWeights = parameters.weights(`${name}.key_weights`, [size, size], size);
    this.queryWeights = parameters.weights(`${name}.query_weights`, [size, size], size);
    const multiplicative = kind === "multiplicative";
    this.energy = parameters.create(`${name}.energy`, [size], multiplicative ? constant(1) : normal(0.1));
    this.bias = multiplicative ? undefined : parameters.create(`${name}.bias`, [size], constant(0));
    this.gain =
      kind === "normed_additive" ? parameters.create(`${name}.gain`, [1], constant(1 / Math.sqrt(size))) : undefined;
  }

  /** encoded [source positions, size] */
  memory(encoded: tf.Tensor2D): AttentionMemory {
    const projected = tf.matMul(encoded, this.keyWeights) as tf.Tensor2D;
    const keys =
      this.kind === "multiplicative"
        ? (tf.mul(tf.tanh(projected), this.energy) as tf.Tensor2D)
        : (tf.add(projected, this.bias!) as tf.Tensor2D);
    return { keys, values: encoded };
  }

  /** states [target positions, size] → context [target positions, size] */
  context(states: tf.Tensor2D, { keys, values }: AttentionMemory, rows: AttentionRows): tf.Tensor2D {
    const queries = this.queries(states);
    if (this.kind === "multiplicative") return dotAttention({ queries, keys, values }, rows);
    return additiveAttention({ queries, keys, values, energy: this.energyVector() }, rows);
  }

  /** As `context`, with what its weights cost where they differ from a guide. */
  guidedContext(
    states: tf.Tensor2D,
    { keys, values }: AttentionMemory,
    rows: AttentionRows,
    guided: GuidedBy,
  ): GuidedContext {
    const queries = this.queries(states);
    if (this.kind === "multiplicative") return guidedDotAttention({ queries, keys, values }, rows, guided);
    return guidedAdditiveAttention({ queries, keys, values, energy: this.energyVector() }, rows, guided);
  }

  /** As `context`, with each query's weights over its keys; for decoding, no gradient. */
  contextWithWeights(
    states: tf.Tensor2D,
    { keys, values }: AttentionMemory,
    rows: AttentionRows,
  ): { context: tf.Tensor2D; weights: Float32Array; offsets: Int32Array } {
    const queries = this.queries(states);
    if (this.kind === "multiplicative") return attendWithWeights("dot", { queries, keys, values }, rows);
    return attendWithWeights("additive", { queries, keys, values, energy: this.energyVector() }, rows);
  }

  private queries(states: tf.Tensor2D): tf.Tensor2D {
    const projected = tf.matMul(states, this.queryWeights) as tf.Tensor2D;
    return this.kind === "multiplicative" ? tf.tanh(projected) : projected;
  }

  private energyVector(): tf.Tensor1D {
    if (this.gain === undefined) return this.energy;
    return tf.mul(this.energy, tf.div(this.gain, tf.norm(this.energy))) as tf.Tensor1D;
  }
}
