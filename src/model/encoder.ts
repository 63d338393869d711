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
import { ExpertStack, type StackResult } from "./expert-stack.ts";
import type { Seq2SeqOptions } from "./options.ts";

/** LSTM layers over source embeddings, and experts, with their parameters. */
export class Encoder {
  private readonly embedding: Embedding;
  private readonly bottom: BidirectionalLstm;
  /** LSTM layers from the second on. */
  private readonly upper: readonly Lstm[];
  private readonly experts: ExpertStack;
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
    this.experts = new ExpertStack(parameters, "encoder.moe", options.moeEncoderAfter, options);
  }

  /** From the lowest layer up. */
  get moeLayers(): MoeLayer[] {
    return this.experts.all;
  }

  /** → [source positions, hidden], rows in the order of `source` */
  encode(source: PackedSide, context: ForwardContext): StackResult {
    const embedded = context.dropout(this.embedding.lookUp(source.ids, context), this.dropout);
    const { layout } = source;
    const experts = this.experts.pass(context);
    let x = experts.after(1, this.bottom.sequence(embedded, layout));
    this.upper.forEach((lstm, i) => {
      const output = lstm.sequence(context.dropout(x, this.dropout), layout);
      x = experts.after(i + 2, tf.add(output, x) as tf.Tensor2D);
    });
    return { output: x, losses: experts.losses };
  }
}
