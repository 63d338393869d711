/** What the native inference engine is told of a model: its sizes, a line each (native/src/inference/model.h). */
import { attentionKinds, gatingKinds } from "../config/choices.ts";
import type { LanguageModelOptions, Seq2SeqOptions, StackOptions } from "../model/options.ts";
import type { MoeOptions } from "../moe/moe-layer.ts";

type Numbers = Record<string, number | boolean>;

/** The plan of a translation model. */
export function translationPlan(options: Seq2SeqOptions): string {
  return written({
    ...stackNumbers(options),
    encoder_layers: options.encoderLayers,
    decoder_layers: options.decoderLayers,
    share_embeddings: options.shareEmbeddings,
    attention: attentionKinds.indexOf(options.attention),
    bridge: options.decoderStart === "bridge",
    ...expertNumbers("encoder.moe", options.moeEncoderAfter, options),
    ...expertNumbers("decoder.moe", options.moeDecoderAfter, options),
  });
}

/** The plan of a language model. */
export function languageModelPlan(options: LanguageModelOptions): string {
  const { moe, expertLayers, moeAfter } = options;
  const deep = moe !== undefined && expertLayers > 1;
  const experts: Numbers = deep ? {} : expertNumbers("moe", moeAfter, options);
  for (const layer of deep ? moeAfter : []) {
    experts[`expert${layer}.layers`] = expertLayers;
    experts[`expert${layer}.hidden`] = moe!.expertHiddenSize;
    experts[`expert${layer}.squashed`] = moe!.output === "sigmoid";
  }
  return written({ ...stackNumbers(options), decoder_layers: options.layers, ...experts });
}

function stackNumbers({ vocabularySize, embeddingSize, hiddenSize, cellSize, tieSoftmax }: StackOptions): Numbers {
  return {
    vocabulary: vocabularySize,
    embedding: embeddingSize,
    hidden: hiddenSize,
    cell: cellSize ?? hiddenSize,
    tie_softmax: tieSoftmax,
  };
}

function expertNumbers(
  prefix: string,
  after: readonly number[],
  { moe, moeSizes }: Pick<StackOptions, "moe" | "moeSizes">,
): Numbers {
  const numbers: Numbers = {};
  for (const layer of moe === undefined ? [] : after) {
    const name = `${prefix}${layer}`;
    const own: Omit<MoeOptions, "hiddenSize"> = { ...moe!, ...moeSizes?.get(name) };
    Object.assign(numbers, {
      [`${name}.gating`]: gatingKinds.indexOf(own.gating ?? "noisy_top_k"),
      [`${name}.experts`]: own.numExperts,
      [`${name}.used`]: own.numExpertsPerToken,
      [`${name}.groups`]: own.numGroups ?? 1,
      [`${name}.groups_used`]: own.numGroupsPerToken ?? 1,
      [`${name}.hidden`]: own.expertHiddenSize,
      [`${name}.gated`]: own.expertActivation === "glu",
      [`${name}.squashed`]: own.output === "sigmoid",
      [`${name}.shared_hidden`]: own.sharedExpertHiddenSize ?? 0,
    });
  }
  return numbers;
}

function written(numbers: Numbers): string {
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${Number(value)}\n`)
    .join("");
}
