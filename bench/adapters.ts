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
import { resolveConfig } from "../src/config/resolve.ts";
import type { ConfigInput } from "../src/config/schema.ts";
import { type Measured, measureCorpus } from "../src/inference/measure-corpus.ts";
import { loadTranslationModel } from "../src/inference/open-model.ts";
import { trainingReporter } from "../src/training/run-recorder.ts";
import { runTraining } from "../src/training/run-training.ts";
import { heldOutCorpora } from "../src/training/validation/validation-corpora.ts";
import { baseRun, domainRuns } from "./adapters/runs.ts";
import { type Difference, spread } from "./adapters/spread.ts";
import { prepareTexts } from "./adapters/texts.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { numberList, readOptions } from "./options.ts";

const defaults = {
  ...{ general: "data/tatoeba/en-de", domains: "", work: ".bench/adapters" },
  // Share of the domains' training text that the base is trained on; fine-tuning has the rest, or so many pairs of it.
  ...{ shared: 0.25, pairs: 0 },
  ...{ "base-steps": 5000, hidden: 256, vocab: 6000, "batch-size": 2000 },
  ...{ steps: 300, "learning-rate": 0.0005, rank: 27, "adapter-learning-rate": 0.003 },
  // What is held out to choose settings by, or what is to be reported.
  on: "test",
  ...{ seeds: "1", beam: 5, threads: 0 },
} as const;

type Options = ReturnType<typeof readOptions<typeof defaults>>;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const seeds = numberList("seeds", options.seeds);
  const { general, domains, shared, pairs, work } = options;
  const texts = prepareTexts(general, domains, { share: shared, pairs, folder: join(work, "text") });
  const base = baseRun(texts, options);
  const parameters = await train(base);
  const runs = domainRuns(texts, seeds, options);
  for (const { full, adapter } of runs) {
    await train(full);
    await train(adapter);
  }
  const rows: Row[] = [];
  const differences: Difference[] = [];
  for (const { domain, seed, full, adapter } of runs) {
    const before = await measured(full, base.save_model, options);
    const all = await measured(full, full.save_model, options);
    const adapted = await measured(full, base.save_model, options, adapter.save_model);
    const found = readAdapter(adapter.save_model);
    differences.push({ domain: domain.name, difference: adapted.bleu - all.bleu });
    rows.push({
      ...{ domain: domain.name, seed, bleu_base: rounded(before.bleu, 2), bleu_full: rounded(all.bleu, 2) },
      ...{ bleu_adapter: rounded(adapted.bleu, 2), difference: rounded(adapted.bleu - all.bleu, 2) },
      perplexity_base: rounded(before.wordPerplexity, 2),
      perplexity_full: rounded(all.wordPerplexity, 2),
      perplexity_adapter: rounded(adapted.wordPerplexity, 2),
      trained_percent: rounded((100 * sizeOf(found)) / parameters, 2),
      adapter_mb: rounded(statSync(found.path).size / 1e6, 2),
    });
  }
  return { parameters, rows, over_seeds: spread(differences) };
};

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

/** On the held-out text of `settings`. */
async function measured(
  settings: ConfigInput,
  model: string,
  { on, beam, threads }: Options,
  adapter?: string,
): Promise<Measured> {
  const { data } = resolveConfig(settings);
  const loaded = await loadTranslationModel(model, { threads, adapter });
  try {
    const role = on === "valid" ? "valid" : "test";
    const [corpus] = await heldOutCorpora({ ...loaded.config, data }, loaded.wordpieces, role, () => {});
    return await measureCorpus(loaded, corpus!, { beamSize: beam });
  } finally {
    loaded.model.dispose();
  }
}

function sizeOf({ matrices }: Adapter): number {
  return matrices.reduce((sum, { left, right }) => sum + left.length + right.length, 0);
}
