/**
 * The decoder (Wu et al. 2016 without input feeding): the bottom LSTM reads target embeddings only and asks the attention;
 * each upper one reads its lower neighbour's output beside the context. So every layer runs over the whole target in one call.
 */
import * as tf from "@tensorflow/tfjs";
import { alignedQueries } from "../base/attention-guide.ts";
import type { Batch } from "../base/batch.ts";
import type { RowGroups } from "../base/packed-layout.ts";
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
import { type ExpertPass, ExpertStack, type StackResult } from "./expert-stack.ts";
import type { Seq2SeqOptions } from "./options.ts";
import type { AlignmentLoss } from "./trainable-model.ts";

/** Encoder output ready for decoding. */
export interface EncodedSource {
  /** Keys and values of all source positions. */
  memory: AttentionMemory;
  /** Source rows of each sentence. */
  keyRows: RowGroups;
}

/** Targets that are given, to be decoded, and what they are aligned to. */
type ForcedBatch = Pick<Batch, "targetInput" | "targetRows" | "guide">;

/** Of given targets. */
export interface DecodedTargets extends StackResult {
  alignment?: AlignmentLoss;
}

/** LSTM layers over target embeddings, attention, experts and softmax, with their parameters. */
export class Decoder {
  private readonly options: Seq2SeqOptions;
  private readonly embedding: Embedding;
  private readonly attention: Attention;
  private readonly lstms: readonly Lstm[];
  private readonly experts: ExpertStack;
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
    this.experts = new ExpertStack(parameters, "decoder.moe", options.moeDecoderAfter, options);
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

  /** From the lowest layer up. */
  get moeLayers(): MoeLayer[] {
    return this.experts.all;
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
    { targetInput, targetRows, guide }: ForcedBatch,
    source: EncodedSource,
    context: ForwardContext,
  ): DecodedTargets {
    const { dropout, guidedAlignment } = this.options;
    const { layout } = targetInput;
    const rankOfSentence = firstRows(targetRows);
    const initial = this.bridge === undefined ? undefined : this.initialStates(source, rankOfSentence);
    const run = (layer: number, x: tf.Tensor2D): tf.Tensor2D =>
      this.lstms[layer]!.sequence(
        context.dropout(x, dropout),
        layout,
        initial === undefined ? {} : { initial: initial[layer]! },
      );
    const rows = { queryRows: targetRows, keyRows: source.keyRows };
    let alignment: AlignmentLoss | undefined;
    const attend = (queries: tf.Tensor2D) => {
      const isGuided = context.training && !context.rehearsal && guide !== undefined;
      if (!isGuided || guidedAlignment === undefined) return this.attention.context(queries, source.memory, rows);
      const { weight, cost } = guidedAlignment;
      const guided = this.attention.guidedContext(queries, source.memory, rows, { guide, cost });
      alignment = { sum: guided.cost, weight, positions: alignedQueries(guide) };
      return guided.context;
    };
    const experts = this.experts.pass(context);
    const y = this.layers(this.embedding.lookUp(targetInput.ids, context), run, attend, experts);
    const result = { output: context.dropout(y, dropout), losses: experts.losses };
    return alignment === undefined ? result : { ...result, alignment };
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
    const next: LstmState[] = [];
    const run = (layer: number, x: tf.Tensor2D): tf.Tensor2D => {
      next[layer] = this.lstms[layer]!.step(x, states[layer]!);
      return next[layer].hidden;
    };
    let attention: StepAttention | undefined;
    const attend = (queries: tf.Tensor2D): tf.Tensor2D => {
      if (!withAttention) return this.attention.context(queries, source.memory, rows);
      const { context: result, weights, offsets } = this.attention.contextWithWeights(queries, source.memory, rows);
      attention = { weights, offsets };
      return result;
    };
    const embedded = this.embedding.lookUp(pieces, ForwardContext.evaluation);
    const output = this.layers(embedded, run, attend, this.experts.pass(context));
    return { output, states: next, ...(attention === undefined ? {} : { attention }) };
  }

  /**
   * embedded [rows, embedding] → [rows, hidden]. The bottom layer's output asks the attention before experts see it; `run` is one
   * LSTM layer, numbered from 0, and `attend` gives the context [rows, hidden] of queries [rows, hidden].
   */
  private layers(
    embedded: tf.Tensor2D,
    run: (layer: number, x: tf.Tensor2D) => tf.Tensor2D,
    attend: (queries: tf.Tensor2D) => tf.Tensor2D,
    experts: ExpertPass,
  ): tf.Tensor2D {
    const bottom = run(0, embedded);
    const attended = attend(bottom);
    let y = experts.after(1, bottom);
    for (let layer = 1; layer < this.lstms.length; layer++) {
      const output = run(layer, tf.concat([y, attended], 1));
      y = experts.after(layer + 1, tf.add(output, y) as tf.Tensor2D);
    }
    return y;
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
