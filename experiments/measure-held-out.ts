/** A trained model on text it was never trained on: perplexity and translations of the test text, what each expert takes of validation and test text. */

import { log } from "../src/base/logger.ts";
import type { Config } from "../src/config/config.ts";
import { loadLanguageModelLayers, loadSeq2Seq } from "../src/inference/open-layers.ts";
import type { TrainableModel } from "../src/model/trainable-model.ts";
import type { MoeLayer } from "../src/moe/moe-layer.ts";
import type { WordpieceModel } from "../src/text/wordpiece-model.ts";
import { translateHeldOut } from "../src/training/validation/translate-corpus.ts";
import { validate } from "../src/training/validation/validate.ts";
import { heldOutCorpora } from "../src/training/validation/validation-corpora.ts";
import type { HeldOutUse, RunResult } from "./experiment.ts";

type HeldOutFigures = Pick<RunResult, "testPerplexity" | "heldOutUse" | "translations" | "references">;

/** Translates with a beam where `beamSize` is given. The model directory's best weights are used. */
export async function measureHeldOut(
  directory: string,
  config: Config,
  beamSize: number | undefined,
): Promise<HeldOutFigures> {
  const { backend, threads, precision } = config;
  const engine = { backend, threads, precision };
  if (config.task === "language_model") {
    const { model, wordpieces } = await loadLanguageModelLayers(directory, engine);
    try {
      return await likelihoodAndUse(model, config, wordpieces);
    } finally {
      model.dispose();
    }
  }
  const loaded = await loadSeq2Seq(directory, engine);
  try {
    const figures = await likelihoodAndUse(loaded.model, config, loaded.wordpieces);
    if (beamSize === undefined) return figures;
    const [corpus] = await heldOutCorpora(config, loaded.wordpieces, "test", log.warn);
    const { translations } = await translateHeldOut(loaded, corpus!, { beamSize });
    return { ...figures, translations, references: corpus!.references };
  } finally {
    loaded.model.dispose();
  }
}

async function likelihoodAndUse(
  model: TrainableModel,
  config: Config,
  wordpieces: WordpieceModel,
): Promise<HeldOutFigures> {
  const counts = model.moeLayers.map((layer) => ({ layer, ...watched(layer) }));
  const likelihoodOf = async (part: "valid" | "test") => {
    // Nothing is translated here, so no tokenizer matters.
    const corpora = await heldOutCorpora(config, wordpieces, part, () => {});
    return validate(model, corpora, config.validBatchSize, async () => []);
  };
  const { perplexity } = await likelihoodOf("test");
  await likelihoodOf("valid");
  const heldOutUse = Object.fromEntries(counts.map(({ layer, counted }) => [layer.name, useOf(layer, counted)]));
  return { testPerplexity: perplexity, heldOutUse };
}

interface Counted {
  positions: number;
  untaken: number;
}

/** Counts the positions that come to a layer from now on, and those that no expert takes. */
function watched(layer: MoeLayer): { counted: Counted } {
  const counted: Counted = { positions: 0, untaken: 0 };
  layer.countsEvaluation = true;
  layer.balance.reset();
  layer.observer = ({ gates, starts }) => {
    counted.positions += starts === undefined ? gates.shape[0] : starts.length - 1;
    starts?.forEach((start, i) => {
      if (i > 0 && start === starts[i - 1]) counted.untaken++;
    });
  };
  return { counted };
}

function useOf(layer: MoeLayer, { positions, untaken }: Counted): HeldOutUse {
  const shares = Array.from(layer.balance.load, (load) => load / positions);
  layer.observer = undefined;
  return { ...layer.balance.report(), positions, shares, untaken: untaken / positions };
}
