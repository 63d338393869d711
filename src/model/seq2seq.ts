/** The translation model: encoder, attention, decoder and softmax, for training, scoring and decoding. */
import * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";
import { sentenceRows } from "../base/packed-layout.ts";
import { invertOrder, type PackedSide, packSentences } from "../base/packed-sentences.ts";
import { Embedding } from "../layers/embedding.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import { type Parameter, type ParameterSource, Parameters } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import { vocabularyCrossEntropy } from "../ops/vocabulary-cross-entropy.ts";
import { vocabularyLogProbability } from "../ops/vocabulary-top-k.ts";
import { Decoder } from "./decoder.ts";
import type { DecoderState, ForcedScores, TranslationModel } from "./decoder-state.ts";
import { Encoder } from "./encoder.ts";
import type { Seq2SeqOptions } from "./options.ts";
import { Seq2SeqDecoderState } from "./seq2seq-decoder-state.ts";

const BOS = 2;
const EOS = 3;

/** What the model reads of a training batch; group g of both row lists is sentence g. */
export interface Seq2SeqBatch {
  source: PackedSide;
  /** `<s>` and the target pieces. */
  targetInput: PackedSide;
  /** [target positions] the piece each row of `targetInput` should produce */
  targetOutput: Int32Array;
  sourceRows: RowGroups;
  targetRows: RowGroups;
}

/** Sums over the target positions of a batch. */
export interface Seq2SeqLoss {
  /** [2]: cross-entropy with label smoothing (differentiable), and without (for perplexity) */
  crossEntropy: tf.Tensor1D;
  /** Weighted balance losses of the mixture-of-experts layers, one for each; empty in evaluation. */
  balance: tf.Scalar[];
}

export class Seq2Seq implements TranslationModel {
  readonly options: Seq2SeqOptions;
  private readonly store: Parameters;
  private readonly encoder: Encoder;
  private readonly decoder: Decoder;

  constructor(options: Seq2SeqOptions, source: Omit<ParameterSource, "weightRange">) {
    this.options = options;
    this.store = new Parameters({ ...source, weightRange: options.weightRange });
    const table = { size: options.vocabularySize, width: options.embeddingSize, deviation: options.embeddingDeviation };
    const shared = options.shareEmbeddings;
    const sourceEmbedding = new Embedding(this.store, shared ? "embedding" : "encoder.embedding", table);
    const targetEmbedding = shared ? sourceEmbedding : new Embedding(this.store, "decoder.embedding", table);
    this.encoder = new Encoder(this.store, sourceEmbedding, options);
    this.decoder = new Decoder(this.store, targetEmbedding, options);
  }

  get vocabularySize(): number {
    return this.options.vocabularySize;
  }

  /** In creation order, which is also the order in checkpoints. */
  get parameters(): Parameter[] {
    return this.store.all;
  }

  get parameterCount(): number {
    return this.store.count;
  }

  get moeLayers(): MoeLayer[] {
    return [...this.encoder.moeLayers, ...this.decoder.moeLayers];
  }

  loss(batch: Seq2SeqBatch, labelSmoothing: number, context: ForwardContext): Seq2SeqLoss {
    const balance: tf.Scalar[] = [];
    const hidden = this.decodeForced(batch, context, balance);
    const parameters = this.decoder.vocabularyProjection(hidden);
    return {
      crossEntropy: vocabularyCrossEntropy(parameters, { targets: batch.targetOutput, labelSmoothing }),
      balance,
    };
  }

  startDecoding(sources: readonly Int32Array[]): DecoderState {
    const packed = packSentences(sources);
    const memory = tf.tidy(() => {
      const encoded = this.encoder.encode(packed, ForwardContext.evaluation, []);
      return this.decoder.remember(encoded);
    });
    return new Seq2SeqDecoderState(this.decoder, { memory, keyRows: rowsOf(packed) });
  }

  forceScore(sources: readonly Int32Array[], targets: readonly Int32Array[]): ForcedScores {
    const targetInput = packSentences(targets.map((target) => Int32Array.of(BOS, ...target)));
    const targetOutput = packSentences(targets.map((target) => Int32Array.of(...target, EOS))).ids;
    const source = packSentences(sources);
    const targetRows = rowsOf(targetInput);
    const batch = { source, targetInput, targetOutput, sourceRows: rowsOf(source), targetRows };
    const scores = tf.tidy(() => {
      const hidden = this.decodeForced(batch, ForwardContext.evaluation, []);
      return vocabularyLogProbability(this.decoder.vocabularyProjection(hidden), targetOutput);
    });
    const { rows, offsets } = targetRows;
    return {
      tokens: targets.map((_, i) =>
        Float32Array.from(rows.subarray(offsets[i]!, offsets[i + 1]!), (row) => scores[row]!),
      ),
    };
  }

  dispose(): void {
    this.store.dispose();
  }

  private decodeForced(batch: Seq2SeqBatch, context: ForwardContext, balance: tf.Scalar[]): tf.Tensor2D {
    const encoded = this.encoder.encode(batch.source, context, balance);
    const source = { memory: this.decoder.remember(encoded), keyRows: batch.sourceRows };
    return this.decoder.decode(batch.targetInput, batch.targetRows, source, context, balance);
  }
}

/** The rows of each sentence, in the order the sentences were given. */
function rowsOf(side: PackedSide): RowGroups {
  return sentenceRows(side.layout, invertOrder(side.order));
}
