/** The language model of Shazeer et al. 2017, appendix C.1: every layer's output goes through dropout and is added to its input. */
import { lookUp } from "./encoder.ts";
import { deepExpert, expertLayer } from "./experts.ts";
import { lstm } from "./lstm.ts";
import type { DefinedParameters } from "./parameters.ts";
import { bySentence, type Pass, type Rows, rowsOfSentences } from "./pass.ts";
import type { LanguageModelSettings } from "./settings.ts";
import { add } from "./vector.ts";

/** inputs: `<s>` and the text's pieces → what the softmax reads, by sentence. */
export function readTexts(
  parameters: DefinedParameters,
  inputs: readonly ArrayLike<number>[],
  settings: LanguageModelSettings,
  pass: Pass,
): Rows[] {
  const { dropout, embedding_size, hidden_size } = settings;
  const sentences = rowsOfSentences(inputs.map(({ length }) => length));
  const withExperts = (layer: number, x: Rows): Rows => {
    const index = settings.moe_decoder_after.indexOf(layer);
    if (settings.num_experts === 0 || index < 0) return x;
    if (settings.expert_layers > 1) return deepExpert(parameters, `expert${layer}`, x, settings, pass);
    return expertLayer(parameters, `moe${layer}`, index, x, settings, pass);
  };
  let y = pass.dropout(lookUp(parameters.matrix("embedding"), inputs, sentences), dropout);
  for (let layer = 1; layer <= settings.decoder_layers; layer++) {
    const output = bySentence(y, sentences, (positions) => lstm(parameters, `lstm${layer}`, positions));
    const dropped = pass.dropout(output, dropout);
    // Embeddings of another width than the first layer's output can't be added to it.
    const isAdded = layer > 1 || embedding_size === hidden_size;
    y = isAdded ? y.map((below, position) => add(dropped[position]!, below)) : dropped;
    y = withExperts(layer, y);
  }
  return sentences.map((places) => places.map((place) => y[place]!));
}
