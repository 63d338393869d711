/**
 * The language model of Shazeer et al. 2017, appendix C: embedding, LSTM layers with mixtures of experts between them, softmax.
 * The output of every layer but the softmax goes through dropout and is added to its input.
 */

import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../base/batch.ts";
import { forcedTargets, type MarkerIds, valuesBySentence } from "../base/forced-targets.ts";
import type { PackedSide } from "../base/packed-sentences.ts";
import { Embedding } from "../layers/embedding.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import { Lstm } from "../layers/lstm.ts";
import { type Parameter, type ParameterSource, Parameters } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import { type VocabularyProjection, vocabularyCrossEntropy } from "../ops/vocabulary-cross-entropy.ts";
import { vocabularyLogProbability } from "../ops/vocabulary-top-k.ts";
import type { ForcedScores } from "./decoder-state.ts";
import { DeepExpert } from "./deep-expert.ts";
import { ExpertStack, type StackResult } from "./expert-stack.ts";
import type { LanguageModelOptions } from "./options.ts";
import type { ModelLoss, TrainableModel } from "./trainable-model.ts";

/** A language model with its parameters, for training and scoring. Sentences are independent of each other. */
export class LanguageModel implements TrainableModel {
  /** TensorFlow.js runs one batch at a time. */
  readonly parallelism = 1;
  /** What it was made from. */
  readonly options: LanguageModelOptions;
  private readonly store: Parameters;
  private readonly embedding: Embedding;
  private readonly lstms: readonly Lstm[];
  private readonly experts: ExpertStack;
  /** By the LSTM layer they follow, from 1. */
  private readonly denseAfter: ReadonlyMap<number, DeepExpert>;
  private readonly output: { weights: tf.Tensor2D; bias: tf.Tensor1D };

  constructor(options: LanguageModelOptions, source: Omit<ParameterSource, "weightRange">) {
    const { vocabularySize, embeddingSize, hiddenSize, layers, forgetBias, moe, expertLayers } = options;
    this.options = options;
    this.store = new Parameters({ ...source, weightRange: options.weightRange });
    const table = { size: vocabularySize, width: embeddingSize, deviation: options.embeddingDeviation };
    this.embedding = new Embedding(this.store, "embedding", table);
    this.lstms = Array.from({ length: layers }, (_, i) => {
      const inputSize = i === 0 ? embeddingSize : hiddenSize;
      return new Lstm(this.store, `lstm${i + 1}`, {
        inputSize,
        hiddenSize,
        cellSize: options.cellSize ?? hiddenSize,
        forgetBias,
      });
    });
    const isDeep = moe !== undefined && expertLayers > 1;
    this.experts = new ExpertStack(this.store, "moe", isDeep ? [] : options.moeAfter, options);
    this.denseAfter = new Map(
      (isDeep ? options.moeAfter : []).map((layer) => {
        const deep = { ...moe!, hiddenSize, layers: expertLayers };
        return [layer, new DeepExpert(this.store, `expert${layer}`, deep)];
      }),
    );
    this.output = {
      weights: options.tieSoftmax
        ? this.embedding.table
        : this.store.weights("output.weights", [vocabularySize, hiddenSize], hiddenSize),
      bias: this.store.create("output.bias", [vocabularySize], constant(0)),
    };
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
    return this.experts.all;
  }

  loss(
    { targetInput, targetOutput }: Pick<Batch, "targetInput" | "targetOutput">,
    labelSmoothing: number,
    context: ForwardContext,
  ): ModelLoss {
    const { output, losses } = this.hidden(targetInput, context);
    const options = { targets: targetOutput, labelSmoothing };
    return { crossEntropy: vocabularyCrossEntropy(this.project(output), options), balance: losses };
  }

  route({ targetInput }: Pick<Batch, "targetInput">, context: ForwardContext): void {
    tf.tidy(() => {
      this.hidden(targetInput, context);
    });
  }

  /** Log-probabilities of the pieces of given texts and of the `</s>` that ends each; texts are piece ids without markers. */
  async forceScore(texts: readonly Int32Array[]): Promise<ForcedScores> {
    const { targetInput, targetOutput, targetRows } = forcedTargets(texts, this.markers);
    const scores = tf.tidy(() =>
      vocabularyLogProbability(this.project(this.hidden(targetInput, ForwardContext.evaluation).output), targetOutput),
    );
    return { tokens: valuesBySentence(scores, targetRows) };
  }

  dispose(): void {
    this.store.dispose();
  }

  /** → [positions, hidden], rows in the order of `input` */
  private hidden(input: PackedSide, context: ForwardContext): StackResult {
    const { dropout, embeddingSize, hiddenSize } = this.options;
    const experts = this.experts.pass(context);
    let y = context.dropout(this.embedding.lookUp(input.ids, context), dropout);
    this.lstms.forEach((lstm, i) => {
      const output = context.dropout(lstm.sequence(y, input.layout), dropout);
      // Embeddings of another width than the first LSTM layer cannot be added to its output.
      y = i === 0 && embeddingSize !== hiddenSize ? output : (tf.add(output, y) as tf.Tensor2D);
      y = experts.after(i + 1, y);
      y = this.denseAfter.get(i + 1)?.apply(y, context) ?? y;
    });
    return { output: y, losses: experts.losses };
  }

  /** hidden [rows, hidden], with the softmax's weights and bias. */
  private project(hidden: tf.Tensor2D): VocabularyProjection {
    return { hidden, ...this.output };
  }
}
