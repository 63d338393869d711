/**
 * The decoder (Wu et al. 2016 without input feeding): the bottom LSTM reads target embeddings only and asks the attention;
 * each upper one reads its lower neighbour's output beside the context. So every layer runs over the whole target in one call.
 */
import * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";
import type { PackedSide } from "../base/packed-sentences.ts";
import { Attention, type AttentionMemory, type AttentionRows } from "../layers/attention.ts";
import type { Embedding } from "../layers/embedding.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import { Lstm, type LstmState } from "../layers/lstm.ts";
import type { Parameters } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import { dotAttention } from "../ops/attention.ts";
import type { VocabularyProjection } from "../ops/vocabulary-cross-entropy.ts";
import type { StepAttention } from "./decoder-state.ts";
import { moeLayers } from "./moe-layers.ts";
import type { Seq2SeqOptions } from "./options.ts";

/** Encoder output ready for decoding. */
export interface EncodedSource {
  memory: AttentionMemory;
  /** Source rows of each sentence. */
  keyRows: RowGroups;
}

export class Decoder {
  private readonly options: Seq2SeqOptions;
  private readonly embedding: Embedding;
  private readonly attention: Attention;
  private readonly lstms: readonly Lstm[];
  private readonly moeAfter: ReadonlyMap<number, MoeLayer>;
  private readonly bridge: { weights: tf.Tensor2D; bias: tf.Tensor1D } | undefined;
  private readonly output: { weights: tf.Tensor2D; bias: tf.Tensor1D };

  constructor(parameters: Parameters, embedding: Embedding, options: Seq2SeqOptions) {
    const { hiddenSize, embeddingSize, vocabularySize, decoderLayers, forgetBias } = options;
    this.options = options;
    this.embedding = embedding;
    this.attention = new Attention(parameters, "decoder.attention", { kind: options.attention, size: hiddenSize });
    this.lstms = Array.from({ length: decoderLayers }, (_, i) => {
      const inputSize = i === 0 ? embeddingSize : 2 * hiddenSize;
      const sizes = { inputSize, hiddenSize, cellSize: options.cellSize ?? hiddenSize };
      return new Lstm(parameters, `decoder.lstm${i + 1}`, { ...sizes, forgetBias });
    });
    this.moeAfter = moeLayers(parameters, "decoder.moe", options.moeDecoderAfter, options);
    const states = this.lstms.reduce((sum, lstm) => sum + lstm.hiddenSize + lstm.cellSize, 0);
    this.bridge =
      options.decoderStart === "bridge"
        ? {
            weights: parameters.weights("decoder.bridge.weights", [hiddenSize, states], hiddenSize),
            bias: parameters.create("decoder.bridge.bias", [states], constant(0)),
          }
        : undefined;
    this.output = {
      weights: options.tieSoftmax
        ? embedding.table
        : parameters.weights("decoder.output.weights", [vocabularySize, hiddenSize], hiddenSize),
      bias: parameters.create("decoder.output.bias", [vocabularySize], constant(0)),
    };
  }

  get moeLayers(): MoeLayer[] {
    return [...this.moeAfter.values()];
  }

  /** encoded [source positions, hidden] */
  remember(encoded: tf.Tensor2D): AttentionMemory {
    return this.attention.memory(encoded);
  }

  /**
   * Every LSTM's first state; `rowOfSentence` gives each sentence's row in it.
   * The bridge projects the mean of a sentence's encoder outputs: attention with a zero query.
   */
  initialStates(source: EncodedSource, rowOfSentence: Int32Array): LstmState[] {
    const { hiddenSize } = this.options;
    const sentences = rowOfSentence.length;
    if (this.bridge === undefined) {
      return this.lstms.map((lstm) => lstm.zeroState(sentences));
    }
    const offsets = Int32Array.from({ length: sentences + 1 }, (_, i) => i);
    const values = source.memory.values;
    const mean = dotAttention(
      { queries: tf.zeros([sentences, hiddenSize]), keys: values, values },
      { queryRows: { rows: rowOfSentence, offsets }, keyRows: source.keyRows },
    );
    const states = tf.tanh(tf.add(tf.matMul(mean, this.bridge.weights), this.bridge.bias)) as tf.Tensor2D;
    const parts = tf.split<tf.Tensor2D>(
      states,
      this.lstms.flatMap((lstm) => [lstm.hiddenSize, lstm.cellSize]),
      1,
    );
    return this.lstms.map((_, layer) => ({ hidden: parts[2 * layer]!, cell: parts[2 * layer + 1]! }));
  }

  /** Teacher forcing: → [target positions, hidden], rows in the order of `targetInput`. */
  decode(
    targetInput: PackedSide,
    targetRows: RowGroups,
    source: EncodedSource,
    context: ForwardContext,
    losses: tf.Scalar[],
  ): tf.Tensor2D {
    const { dropout } = this.options;
    const { layout } = targetInput;
    const rankOfSentence = firstRows(targetRows);
    const initial = this.bridge === undefined ? undefined : this.initialStates(source, rankOfSentence);
    const run = (layer: number, x: tf.Tensor2D): tf.Tensor2D =>
      this.lstms[layer]!.sequence(
        context.dropout(x, dropout),
        layout,
        initial === undefined ? {} : { initial: initial[layer]! },
      );
    let y = run(0, this.embedding.lookUp(targetInput.ids, context));
    const attended = this.attention.context(y, source.memory, { queryRows: targetRows, keyRows: source.keyRows });
    y = this.moeAfter.get(1)?.apply(y, context, losses) ?? y;
    for (let layer = 1; layer < this.lstms.length; layer++) {
      y = tf.add(run(layer, tf.concat([y, attended], 1)), y) as tf.Tensor2D;
      y = this.moeAfter.get(layer + 1)?.apply(y, context, losses) ?? y;
    }
    return context.dropout(y, dropout);
  }

  /** One step of inference: pieces [rows] and states → outputs [rows, hidden] and the next states. */
  step(
    pieces: Int32Array,
    states: readonly LstmState[],
    source: EncodedSource,
    rows: AttentionRows,
    context: ForwardContext,
    withAttention: boolean,
  ): { output: tf.Tensor2D; states: LstmState[]; attention?: StepAttention } {
    const next = [this.lstms[0]!.step(this.embedding.lookUp(pieces, ForwardContext.evaluation), states[0]!)];
    let y = next[0]!.hidden;
    let attended: tf.Tensor2D;
    let attention: StepAttention | undefined;
    if (withAttention) {
      const { context: result, weights, offsets } = this.attention.contextWithWeights(y, source.memory, rows);
      attended = result;
      attention = { weights, offsets };
    } else {
      attended = this.attention.context(y, source.memory, rows);
    }
    y = this.moeAfter.get(1)?.apply(y, context, []) ?? y;
    for (let layer = 1; layer < this.lstms.length; layer++) {
      const state = this.lstms[layer]!.step(tf.concat([y, attended], 1), states[layer]!);
      next.push(state);
      y = tf.add(state.hidden, y) as tf.Tensor2D;
      y = this.moeAfter.get(layer + 1)?.apply(y, context, []) ?? y;
    }
    return { output: y, states: next, ...(attention === undefined ? {} : { attention }) };
  }

  /** hidden [rows, hidden], with the softmax's weights and bias. */
  vocabularyProjection(hidden: tf.Tensor2D): VocabularyProjection {
    return { hidden, ...this.output };
  }
}

/** Each sentence's first row, which in a packed layout is its rank. */
function firstRows({ rows, offsets }: RowGroups): Int32Array {
  return Int32Array.from({ length: offsets.length - 1 }, (_, sentence) => rows[offsets[sentence]!]!);
}
