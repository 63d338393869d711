/**
 * The encoder (Wu et al. 2016, GNMT; Shazeer et al. 2017, appendix E): a bidirectional LSTM, whose halves are
 * concatenated, then unidirectional ones with residual connections, mixture-of-experts layers between them.
 */
import * as tf from "@tensorflow/tfjs";
import type { PackedSide } from "../base/packed-sentences.ts";
import type { Embedding } from "../layers/embedding.ts";
import type { ForwardContext } from "../layers/forward-context.ts";
import { BidirectionalLstm, Lstm } from "../layers/lstm.ts";
import type { Parameters } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import { moeLayers } from "./moe-layers.ts";
import type { Seq2SeqOptions } from "./options.ts";

export class Encoder {
  private readonly embedding: Embedding;
  private readonly bottom: BidirectionalLstm;
  /** LSTM layers from the second on. */
  private readonly upper: readonly Lstm[];
  /** By the LSTM layer they follow, from 1. */
  private readonly moeAfter: ReadonlyMap<number, MoeLayer>;
  private readonly dropout: number;

  constructor(parameters: Parameters, embedding: Embedding, options: Seq2SeqOptions) {
    const { hiddenSize, embeddingSize, forgetBias } = options;
    const sizes = { hiddenSize, cellSize: options.cellSize ?? hiddenSize, forgetBias };
    this.embedding = embedding;
    this.dropout = options.dropout;
    this.bottom = new BidirectionalLstm(parameters, "encoder.lstm1", { ...sizes, inputSize: embeddingSize });
    this.upper = Array.from(
      { length: options.encoderLayers - 1 },
      (_, i) => new Lstm(parameters, `encoder.lstm${i + 2}`, { ...sizes, inputSize: hiddenSize }),
    );
    this.moeAfter = moeLayers(parameters, "encoder.moe", options.moeEncoderAfter, options);
  }

  get moeLayers(): MoeLayer[] {
    return [...this.moeAfter.values()];
  }

  /** → [source positions, hidden], rows in the order of `source` */
  encode(source: PackedSide, context: ForwardContext, losses: tf.Scalar[]): tf.Tensor2D {
    const embedded = context.dropout(this.embedding.lookUp(source.ids, context), this.dropout);
    const { layout } = source;
    let x = this.bottom.sequence(embedded, layout);
    x = this.moeAfter.get(1)?.apply(x, context, losses) ?? x;
    this.upper.forEach((lstm, i) => {
      x = tf.add(lstm.sequence(context.dropout(x, this.dropout), layout), x) as tf.Tensor2D;
      x = this.moeAfter.get(i + 2)?.apply(x, context, losses) ?? x;
    });
    return x;
  }
}
