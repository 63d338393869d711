/**
 * The decoder (Wu et al. 2016, without input feeding): the bottom LSTM reads target embeddings, its output asks the attention, and each
 * LSTM above reads (output below, context) and is added to the output below. Experts after any of them.
 */
import { attend } from "./attention.ts";
import { lookUp } from "./encoder.ts";
import { expertLayer } from "./experts.ts";
import { type LstmState, lstm } from "./lstm.ts";
import { type DefinedParameters, times } from "./parameters.ts";
import { bySentence, type Pass, type Rows, rowsOfSentences } from "./pass.ts";
import type { TranslationSettings } from "./settings.ts";
import { add, concat, scale, slice, tanh, type Vector } from "./vector.ts";

/**
 * inputs: `<s>` and the target pieces; encoded: each sentence's encoder outputs → what the softmax reads, by sentence. Dropout is on
 * every LSTM's input, the context beside what comes from below, and on the softmax's input.
 */
export function decode(
  parameters: DefinedParameters,
  inputs: readonly ArrayLike<number>[],
  encoded: readonly Rows[],
  settings: TranslationSettings,
  pass: Pass,
): Rows[] {
  const sentences = rowsOfSentences(inputs.map(({ length }) => length));
  const withExperts = (layer: number, x: Rows): Rows => {
    const index = settings.moe_decoder_after.indexOf(layer);
    if (settings.num_experts === 0 || index < 0) return x;
    const encoders = settings.moe_encoder_after.length;
    return expertLayer(parameters, `decoder.moe${layer}`, encoders + index, x, settings, pass);
  };
  const starts = encoded.map((outputs) => startStates(parameters, outputs, settings));
  const run = (layer: number, x: Rows): Rows =>
    bySentence(pass.dropout(x, settings.dropout), sentences, (positions, sentence) =>
      lstm(parameters, `decoder.lstm${layer}`, positions, starts[sentence]?.[layer - 1]),
    );
  const table = parameters.matrix(settings.share_embeddings ? "embedding" : "decoder.embedding");
  const bottom = run(1, lookUp(table, inputs, sentences));
  const contexts = bySentence(bottom, sentences, (states, sentence) =>
    states.map((state, t) => {
      const { scores, context } = attend(parameters, settings.attention, state, encoded[sentence]!);
      pass.attentionScores[sentence] ??= [];
      pass.attentionScores[sentence]![t] = scores;
      return context;
    }),
  );
  let y = withExperts(1, bottom);
  for (let layer = 2; layer <= settings.decoder_layers; layer++) {
    const output = run(
      layer,
      y.map((below, position) => concat([below, contexts[position]!])),
    );
    y = y.map((below, position) => add(output[position]!, below));
    y = withExperts(layer, y);
  }
  const dropped = pass.dropout(y, settings.dropout);
  return sentences.map((places) => places.map((place) => dropped[place]!));
}

/** With a bridge: tanh(W · mean encoder output + b), cut into each layer's hidden and cell state. */
function startStates(
  parameters: DefinedParameters,
  encoded: Rows,
  settings: TranslationSettings,
): LstmState[] | undefined {
  if (settings.decoder_start === "zero") return undefined;
  const total = encoded.reduce((a: Vector, b) => add(a, b));
  const mean = scale(total, 1 / encoded.length);
  const weights = parameters.matrix("decoder.bridge.weights");
  const states = tanh(add(times(mean, weights), parameters.vector("decoder.bridge.bias")));
  const { hidden_size: hidden, lstm_cell_size: cell } = settings;
  return Array.from({ length: settings.decoder_layers }, (_, layer) => {
    const from = layer * (hidden + cell);
    return { hidden: slice(states, from, from + hidden), cell: slice(states, from + hidden, from + hidden + cell) };
  });
}
