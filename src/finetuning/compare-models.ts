/** What a run changed: the model before and after on the same held-out text. */

import type { Config } from "../config/config.ts";
import { type Measured, measureCorpus } from "../inference/measure-corpus.ts";
import type { InferenceOptions } from "../inference/open-model.ts";
import { loadTranslationModel } from "../inference/open-model.ts";
import { heldOutCorpora } from "../training/validation/validation-corpora.ts";

/** A test corpus with both models' scores. */
export interface Comparison {
  /** In the configuration. */
  name: string;
  sentences: number;
  /** Undefined where the model did not know the language. */
  before: Measured | undefined;
  after: Measured;
}

/** A model directory, and an adapter beside it. */
export interface ComparedModel {
  model: string;
  adapter?: string;
}

/** The test corpora of `data`, translated by both models as `nmt translate` does. */
export async function compareModels(
  before: ComparedModel,
  after: ComparedModel,
  data: Config["data"],
  engine: InferenceOptions,
  onMessage: (message: string) => void,
): Promise<Comparison[]> {
  const earlier = await measured(before, data, engine, () => {});
  const later = await measured(after, data, engine, onMessage);
  return [...later].map(([name, { sentences, scores }]) => ({
    name,
    sentences,
    before: earlier.get(name)?.scores,
    after: scores!,
  }));
}

async function measured(
  { model, adapter }: ComparedModel,
  data: Config["data"],
  engine: InferenceOptions,
  onMessage: (message: string) => void,
): Promise<Map<string, { sentences: number; scores: Measured | undefined }>> {
  const loaded = await loadTranslationModel(model, { ...engine, adapter });
  try {
    const { wordpieces } = loaded;
    const config = { ...loaded.config, data };
    const found = new Map<string, { sentences: number; scores: Measured | undefined }>();
    for (const corpus of await heldOutCorpora(config, wordpieces, "test", onMessage)) {
      const { tgtLang } = data[corpus.name]!;
      const { targets } = loaded.languages;
      const knows = tgtLang === undefined || targets.length === 0 || targets.includes(tgtLang);
      const scores = knows ? await measureCorpus(loaded, corpus) : undefined;
      found.set(corpus.name, { sentences: corpus.references.length, scores });
    }
    return found;
  } finally {
    loaded.model.dispose();
  }
}
