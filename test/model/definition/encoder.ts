/** The encoder (Wu et al. 2016; Shazeer et al. 2017, appendix E): a bidirectional LSTM, then LSTMs with residual connections, experts after any of them. */
import { expertLayer } from "./experts.ts";
import { bidirectionalLstm, lstm } from "./lstm.ts";
import { type DefinedParameters, row } from "./parameters.ts";
import { bySentence, type Pass, type Rows, rowsOfSentences } from "./pass.ts";
import type { TranslationSettings } from "./settings.ts";
import { add, type Vector } from "./vector.ts";

/** sources: piece ids → each sentence's encoder outputs. Dropout is on every LSTM's input. */
export function encode(
  parameters: DefinedParameters,
  sources: readonly ArrayLike<number>[],
  settings: TranslationSettings,
  pass: Pass,
): Vector[][] {
  const sentences = rowsOfSentences(sources.map(({ length }) => length));
  const withExperts = (layer: number, x: Rows): Rows => {
    const index = settings.moe_encoder_after.indexOf(layer);
    if (settings.num_experts === 0 || index < 0) return x;
    return expertLayer(parameters, `encoder.moe${layer}`, index, x, settings, pass);
  };
  const table = parameters.matrix(settings.share_embeddings ? "embedding" : "encoder.embedding");
  const embedded = pass.dropout(lookUp(table, sources, sentences), settings.dropout);
  let x = bySentence(embedded, sentences, (positions) => bidirectionalLstm(parameters, "encoder.lstm1", positions));
  x = withExperts(1, x);
  for (let layer = 2; layer <= settings.encoder_layers; layer++) {
    const input = pass.dropout(x, settings.dropout);
    const output = bySentence(input, sentences, (positions) => lstm(parameters, `encoder.lstm${layer}`, positions));
    x = x.map((before, position) => add(output[position]!, before));
    x = withExperts(layer, x);
  }
  return sentences.map((places) => places.map((place) => x[place]!));
}

/** The vector of every position's piece, by row. */
export function lookUp(
  table: Parameters<typeof row>[0],
  texts: readonly ArrayLike<number>[],
  sentences: readonly (readonly number[])[],
): Rows {
  const vectors: Vector[] = [];
  sentences.forEach((places, sentence) => {
    places.forEach((place, t) => {
      vectors[place] = row(table, texts[sentence]![t]!);
    });
  });
  return vectors;
}
