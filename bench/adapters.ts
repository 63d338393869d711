/**
 * Adapters beside full fine-tuning: a base of general text and a part of several domains', then for each domain all weights and an adapter trained on the
 * rest; BLEU of each on the domain's test set, the adapters switched in one process. Every run resumes, so the same command goes on after a stop.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { selectBackend } from "../src/backends/select.ts";
import { UsageError } from "../src/base/errors.ts";
import { untilStopped } from "../src/base/stop-signal.ts";
import { type Adapter, readAdapter } from "../src/checkpoint/adapter.ts";
import type { Config } from "../src/config/config.ts";
import { resolveConfig } from "../src/config/resolve.ts";
import type { ConfigInput } from "../src/config/schema.ts";
import { type Measured, measureCorpus } from "../src/inference/measure-corpus.ts";
import { loadTranslationModel } from "../src/inference/open-model.ts";
import { trainingReporter } from "../src/training/run-recorder.ts";
import { runTraining } from "../src/training/run-training.ts";
import { heldOutCorpora } from "../src/training/validation/validation-corpora.ts";
import { type CorpusPaths, prepareTexts } from "./adapters/texts.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";

const defaults = {
  ...{ general: "data/tatoeba/en-de", domains: "", work: ".bench/adapters" },
  // Share of the domains' training text that the base is trained on; fine-tuning has the rest.
  shared: 0.25,
  ...{ "base-steps": 5000, steps: 300, "learning-rate": 0.0005, rank: 27, "adapter-learning-rate": 0.003 },
  ...{ beam: 5, threads: 0, seed: 1 },
} as const;

type Options = ReturnType<typeof readOptions<typeof defaults>>;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const folder = (name: string) => join(options.work, name);
  const texts = prepareTexts(options.general, options.domains, options.shared, folder("text"));
  const base = folder("base");
  const parameters = await train({ ...baseSettings(texts.base, options), save_model: base });
  const runs = texts.domains.map((domain) => {
    const [full, adapter] = [folder(`${domain.name}-full`), folder(`${domain.name}-adapter`)];
    return { domain, full, adapter, settings: domainSettings(domain, base, options) };
  });
  for (const { settings, full, adapter } of runs) {
    await train({ ...settings, learning_rate: options["learning-rate"], save_model: full });
    const own = { adapter: { rank: options.rank }, learning_rate: options["adapter-learning-rate"] };
    await train({ ...settings, ...own, save_model: adapter });
  }
  const rows: Row[] = [];
  for (const { domain, settings, full, adapter } of runs) {
    const config = resolveConfig({ ...settings, save_model: full });
    const [before, all] = [await measured(config, base, options), await measured(config, full, options)];
    const adapted = await measured(config, base, options, adapter);
    const found = readAdapter(adapter);
    rows.push({
      ...{ domain: domain.name, bleu_base: rounded(before.bleu, 2), bleu_full: rounded(all.bleu, 2) },
      ...{ bleu_adapter: rounded(adapted.bleu, 2), difference: rounded(adapted.bleu - all.bleu, 2) },
      perplexity_base: rounded(before.wordPerplexity, 2),
      perplexity_full: rounded(all.wordPerplexity, 2),
      perplexity_adapter: rounded(adapted.wordPerplexity, 2),
      trained_percent: rounded((100 * sizeOf(found)) / parameters, 2),
      adapter_mb: rounded(statSync(found.path).size / 1e6, 2),
    });
  }
  return { parameters, rows };
};

/** What all runs have in common: a corpus, and BLEU left to the end. */
function commonSettings({ train, valid, test, languages: [source, target] }: CorpusPaths, options: Options) {
  const files = (path: string) => ({
    ...{ path_src: `${path}.${source}`, path_tgt: `${path}.${target}`, src_lang: source, tgt_lang: target },
  });
  return {
    data: { train: files(train), valid: files(valid), test: files(test) },
    ...{ seed: options.seed, threads: options.threads, dropout: 0.1, label_smoothing: 0.1 },
    ...{
      precision: "auto",
      batch_type: "tokens",
      batch_size: 2000,
      decay_method: "cosine",
      valid_max_sentences: 0,
      valid_samples: 0,
    },
    ...{ best_checkpoint_metric: "perplexity", early_stopping_criteria: "perplexity", keep_checkpoint: 1 },
  } satisfies Partial<ConfigInput>;
}

function baseSettings(corpus: CorpusPaths, options: Options): Omit<ConfigInput, "save_model"> {
  const steps = options["base-steps"];
  return {
    ...commonSettings(corpus, options),
    ...{ vocab_size: 6000, src_seq_length: 80, tgt_seq_length: 80, num_experts: 0 },
    ...{ hidden_size: 256, encoder_layers: 2, decoder_layers: 2, decoder_start: "bridge" },
    ...{ learning_rate: 0.002, warmup_steps: 200, train_steps: steps },
    ...{ valid_steps: 500, save_checkpoint_steps: 500 },
  };
}

function domainSettings(corpus: CorpusPaths, base: string, options: Options): Omit<ConfigInput, "save_model"> {
  const { steps } = options;
  const every = Math.max(1, Math.floor(steps / 6));
  return {
    ...commonSettings(corpus, options),
    ...{ train_from: base, warmup_steps: Math.min(30, steps), train_steps: steps },
    ...{ valid_steps: every, save_checkpoint_steps: 2 * every },
  };
}

/** Goes on with a run that was stopped; returns at once from one that is done. The number of the model's parameters. */
async function train(settings: ConfigInput): Promise<number> {
  const config = resolveConfig(settings);
  const backend = await selectBackend(config);
  const { reason, parameters } = await untilStopped((signal) =>
    runTraining(config, trainingReporter(config, backend), signal),
  );
  if (reason !== "stopped") return parameters;
  throw new UsageError("stopped", { where: config.saveModel, nextStep: "The same command goes on from there." });
}

/** On the test text of `config`. */
async function measured(
  config: Config,
  model: string,
  { beam, threads }: Options,
  adapter?: string,
): Promise<Measured> {
  const loaded = await loadTranslationModel(model, { threads, adapter });
  try {
    const [corpus] = await heldOutCorpora({ ...loaded.config, data: config.data }, loaded.wordpieces, "test", () => {});
    return await measureCorpus(loaded, corpus!, { beamSize: beam });
  } finally {
    loaded.model.dispose();
  }
}

function sizeOf({ matrices }: Adapter): number {
  return matrices.reduce((sum, { left, right }) => sum + left.length + right.length, 0);
}
