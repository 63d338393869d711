/** A model made better for a text: cut, mixed with general text, trained from the model, and measured beside it. Resumes by itself. */
import { join } from "node:path";
import { selectBackend } from "../backends/select.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { log } from "../base/logger.ts";
import { trainingReporter } from "../training/run-recorder.ts";
import { type RunReporter, type RunResult, runTraining } from "../training/run-training.ts";
import { type Comparison, compareModels } from "./compare-models.ts";
import type { FinetuneOptions } from "./finetune-options.ts";
import { planFinetuning } from "./plan.ts";

/** How a fine-tuning ended. */
export interface FinetuneResult {
  run: RunResult;
  /** Of the text learnt, then of general text; empty where the run was stopped before its end. */
  comparisons: Comparison[];
  /** False where every step lost too much general text, so that the weights are those it began with. */
  changed: boolean;
}

/** Name of the file with the comparison, in the model directory. */
const REPORT = "finetune.json";

/**
 * Fine-tunes a model into `output`, a model directory as any other; the same options go on with a run that was stopped or killed. Writes
 * `finetune.json` there at its end. Throws as `runTraining` does, and UsageError for options that cannot be.
 *
 * @example
 * import { finetune } from "gnmt-moe";
 *
 * const files = { data: ["manual.en", "manual.de"], general: ["news.en", "news.de"] };
 * const { comparisons } = await finetune({ model: "models/general", output: "models/manual", ...files });
 * for (const { name, before, after } of comparisons) console.log(name, before?.bleu, after.bleu);
 */
export async function finetune(
  options: FinetuneOptions,
  signal: AbortSignal = new AbortController().signal,
  reporterFor: typeof trainingReporter = trainingReporter,
): Promise<FinetuneResult> {
  const { config, text, general } = await planFinetuning(options, log.info);
  const reporter: RunReporter = reporterFor(config, await selectBackend(config));
  const { train, valid, test } = text;
  reporter.onMessage(
    `text: ${train.pairs} pairs to learn, ${valid.pairs} to stop by and ${test.pairs} to measure with`,
  );
  const measured = general.valid.length > 0 ? "measured, and bounded by retain_within" : "not measured";
  reporter.onMessage(
    general.pairs === 0
      ? `no general text is mixed in (--general names some); what the model forgets is ${measured}`
      : `general text: ${general.pairs} pairs in ${general.train.length} corpora; what the model forgets is ${measured}`,
  );
  const run = await runTraining(config, reporter, signal);
  if (run.reason === "stopped") return { run, comparisons: [], changed: run.steps > 0 };
  const engine = { backend: config.backend, threads: config.threads };
  const { model, output, adapter } = options;
  const after = adapter === undefined ? { model: output } : { model, adapter: output };
  const comparisons = await compareModels({ model }, after, config.data, engine, reporter.onMessage);
  const { best } = run.state;
  const changed = best === undefined || best.step > 0;
  writeFileAtomic(
    join(options.output, REPORT),
    `${JSON.stringify({ model: options.model, steps: run.state.step, best: best?.step, comparisons }, null, 2)}\n`,
  );
  return { run, comparisons, changed };
}
