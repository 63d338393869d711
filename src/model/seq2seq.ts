/** The translation model: encoder, attention, decoder and softmax, for training, scoring and decoding. */
import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../base/batch.ts";
import { forcedTargets, type MarkerIds, rowsOf, valuesBySentence } from "../base/forced-targets.ts";
import type { RowGroups } from "../base/packed-layout.ts";
import { packSentences } from "../base/packed-sentences.ts";
import { Embedding } from "../layers/embedding.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import { type Parameter, type ParameterSource, Parameters } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import { vocabularyCrossEntropy } from "../ops/vocabulary-cross-entropy.ts";
import { vocabularyLogProbability } from "../ops/vocabulary-top-k.ts";
import { Decoder } from "./decoder.ts";
import type { DecoderState, ExpertGates, ForcedScores, TranslationModel } from "./decoder-state.ts";
import { Encoder } from "./encoder.ts";
import { watchGates } from "./expert-gates.ts";
import type { StackResult } from "./expert-stack.ts";
import type { Seq2SeqOptions } from "./options.ts";
import { Seq2SeqDecoderState } from "./seq2seq-decoder-state.ts";
import type { ModelLoss, TrainableModel } from "./trainable-model.ts";

/** What teacher forcing reads of a batch. */
type PackedPairs = Omit<Batch, "targetOutput" | "lines" | "corpora">;

/** A translation model with its parameters, for training, scoring and decoding. */
export class Seq2Seq implements TranslationModel, TrainableModel {
  /** TensorFlow.js runs one batch at a time. */
  readonly parallelism = 1;
  /** What it was made from. */
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

  get markers(): MarkerIds {
    return this.options.markers;
  }

  get parameters(): Parameter[] {
    return this.store.all;
  }

  get parameterCount(): number {
    return this.store.count;
  }

  get moeLayers(): MoeLayer[] {
    return [...this.encoder.moeLayers, ...this.decoder.moeLayers];
  }

  loss(batch: Batch, labelSmoothing: number, context: ForwardContext): ModelLoss {
    const { output, losses } = this.decodeForced(batch, context);
    const projection = this.decoder.vocabularyProjection(output);
    const options = { targets: batch.targetOutput, labelSmoothing };
    return { crossEntropy: vocabularyCrossEntropy(projection, options), balance: losses };
  }

  route(batch: Batch, context: ForwardContext): void {
    tf.tidy(() => {
      this.decodeForced(batch, context);
    });
  }

  async startDecoding(sources: readonly Int32Array[]): Promise<DecoderState> {
    const packed = packSentences(sources);
    const memory = tf.tidy(() => {
      const { output } = this.encoder.encode(packed, ForwardContext.evaluation);
      return this.decoder.remember(output);
    });
    return new Seq2SeqDecoderState(this.decoder, { memory, keyRows: rowsOf(packed) });
  }

  async forceScore(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ForcedScores> {
    const source = packSentences(sources);
    const forced = forcedTargets(targets, this.markers);
    const batch = { source, sourceRows: rowsOf(source), ...forced };
    const scores = tf.tidy(() => {
      const { output } = this.decodeForced(batch, ForwardContext.evaluation);
      return vocabularyLogProbability(this.decoder.vocabularyProjection(output), forced.targetOutput);
    });
    return { tokens: valuesBySentence(scores, forced.targetRows) };
  }

  async expertGates(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ExpertGates[]> {
    const source = packSentences(sources);
    const forced = forcedTargets(targets, this.markers);
    const sourceRows = rowsOf(source);
    const watch = (layers: readonly MoeLayer[], side: "source" | "target", rows: RowGroups) =>
      layers.map((layer) => watchGates(layer, side, rows));
    const watched = [
      ...watch(this.encoder.moeLayers, "source", sourceRows),
      ...watch(this.decoder.moeLayers, "target", forced.targetRows),
    ];
    try {
      tf.tidy(() => {
        this.decodeForced({ source, sourceRows, ...forced }, ForwardContext.evaluation);
      });
    } finally {
      for (const { end } of watched) end();
    }
    return watched.map(({ found }) => found);
  }

  dispose(): void {
    this.store.dispose();
  }

  private decodeForced(batch: PackedPairs, context: ForwardContext): StackResult {
    const encoded = this.encoder.encode(batch.source, context);
    const source = { memory: this.decoder.remember(encoded.output), keyRows: batch.sourceRows };
    const decoded = this.decoder.decode(batch.targetInput, batch.targetRows, source, context);
    return { output: decoded.output, losses: [...encoded.losses, ...decoded.losses] };
  }
}
