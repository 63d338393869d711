/** Shows a training run on the terminal and writes its records: JSON lines, TensorBoard events, sample translations. */
import type { SelectedBackend } from "../backends/select.ts";
import { log } from "../base/logger.ts";
import { formatCount, formatDuration } from "../base/progress.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";
import type { Config } from "../config/config.ts";
import type { BalanceReport } from "../moe/expert-balance.ts";
import { logScalars } from "../report/log-scalars.ts";
import { type JsonValue, type LogEntry, RunLog } from "../report/run-log.ts";
import { EventFile } from "../report/tensorboard.ts";
import { writeSamples } from "../report/validation-samples.ts";
import type { Progress } from "./report-window.ts";
import type { RunReporter } from "./run-training.ts";
import type { Validation } from "./validation/validate.ts";

/**
 * What `nmt train` says and keeps of a run: messages on standard error, and in `save_model` log.jsonl, TensorBoard's events and samples of validation.
 *
 * @example
 * import { loadConfig, runTraining, selectBackend, trainingReporter } from "gnmt-moe";
 *
 * const config = loadConfig("train.yaml");
 * const reporter = trainingReporter(config, await selectBackend(config));
 * await runTraining(config, reporter, new AbortController().signal);
 */
export function trainingReporter(config: Config, backend: SelectedBackend): RunReporter {
  let runLog: RunLog | undefined;
  let events: EventFile | undefined;
  const record = (entry: LogEntry) => {
    runLog?.write(entry);
    events?.scalars(entry.step, logScalars(entry));
  };
  return {
    onMessage: (message) => log.info(message),
    onStart: ({ step, validated = -1, parameters, optimizerStateBytes, vocabularySize, ranks }) => {
      runLog = new RunLog(modelPaths(config.saveModel).log, step, validated);
      events = new EventFile(config.saveModel, step);
      const model = `${formatCount(parameters)} parameters, ${vocabularySize} wordpieces`;
      const moments = `${formatCount(optimizerStateBytes / 2 ** 20)} MiB of optimiser state`;
      const experts = config.numExperts <= 1 ? "dense" : `${config.numExperts} experts per layer`;
      log.info(
        `${step === 0 ? "training" : `resuming after step ${step}`}: ${model}, ${moments}, ${experts}; ${describe(backend)}`,
      );
      record({
        event: "start",
        step,
        parameters,
        optimizerStateBytes,
        vocabularySize,
        backend: backend.backend,
        detail: backend.detail,
        ...(ranks !== undefined && { ranks: { ...ranks, hosts: [...ranks.hosts] } }),
      });
    },
    onProgress: (progress) => {
      log.info(progressLine(progress));
      record({ event: "train", ...(progress as unknown as Record<string, JsonValue>), step: progress.step });
    },
    onValidation: (step, validation, isBest) => {
      log.info(validationLine(step, validation, isBest));
      for (const { name, samples } of validation.corpora) {
        for (const { source, reference, translation } of samples.slice(0, config.validSamples)) {
          log.info(
            `  ${validation.corpora.length > 1 ? `[${name}] ` : ""}${source}\n    → ${translation}\n    = ${reference}`,
          );
        }
      }
      if (config.task === "translation") writeSamples(config.saveModel, step, validation.corpora);
      const { perplexity, wordPerplexity, bleu, retained } = validation;
      const corpora = validation.corpora.map(({ samples: _, ...figures }) => figures);
      const kept = retained === undefined ? {} : { retained: { ...retained } };
      record({ event: "validation", step, perplexity, wordPerplexity, bleu, ...kept, isBest, corpora });
    },
    onCheckpoint: (step) => record({ event: "checkpoint", step }),
    onEnd: (step, reason, message) => {
      log.info(message);
      record({ event: "end", step, reason, message });
    },
  };
}

function describe({ backend, detail }: SelectedBackend): string {
  return `${backend} backend (${detail})`;
}

function progressLine(progress: Progress): string {
  const { step, done, loss, perplexity, targetTokensPerSecond, learningRate, gradientNorm, secondsLeft, experts } =
    progress;
  const { alignmentLoss, communication } = progress;
  const parts = [
    `step ${step}`,
    `${(100 * done).toFixed(0).padStart(2)} %`,
    `loss ${loss.toFixed(3)}`,
    `ppl ${perplexity.toFixed(2)}`,
    ...(alignmentLoss === undefined ? [] : [`align ${alignmentLoss.toFixed(3)}`]),
    `lr ${learningRate.toExponential(1)}`,
    `norm ${gradientNorm.toFixed(2)}`,
    `${Math.round(targetTokensPerSecond).toLocaleString("en")} tokens/s`,
    ...(communication === undefined ? [] : [communicationText(communication)]),
    `${Number.isFinite(secondsLeft) ? formatDuration(secondsLeft) : "?"} left`,
  ];
  for (const [name, report] of Object.entries(experts)) parts.push(`${name} ${balance(report)}`);
  return parts.join(" | ");
}

/** Of the time, and of that how much computing has hidden. */
function communicationText({ share, hidden }: NonNullable<Progress["communication"]>): string {
  return `ranks ${(100 * share).toFixed(0)} % (${(100 * hidden).toFixed(0)} % hidden)`;
}

/** CV of importance and of load, the busiest expert's load over the mean, gate entropy, and share of dead experts where there are any; then how far inference would choose the same. */
function balance(report: BalanceReport): string {
  const { importanceVariation, loadVariation, maximumLoad, gateEntropy, deadShare, choiceAgreement } = report;
  const parts = [
    `cv ${importanceVariation.toFixed(2)}/${loadVariation.toFixed(2)}`,
    `max ${maximumLoad.toFixed(1)}`,
    `entropy ${gateEntropy.toFixed(2)}`,
  ];
  if (choiceAgreement !== undefined) parts.push(`agree ${(100 * choiceAgreement).toFixed(0)} %`);
  if (deadShare > 0) parts.push(`dead ${(100 * deadShare).toFixed(0)} %`);
  return parts.join(" ");
}

function validationLine(step: number, validation: Validation, isBest: boolean): string {
  const { perplexity, wordPerplexity, bleu, corpora } = validation;
  const tokenizers = [...new Set(corpora.map(({ tokenizer }) => tokenizer))].join(", ");
  const score = Number.isNaN(bleu) ? "" : `, BLEU ${bleu.toFixed(2)} (${tokenizers})`;
  const perplexities = `perplexity ${perplexity.toFixed(2)}${score}, ${wordPerplexity.toFixed(2)} per word`;
  return `validation at step ${step}: ${perplexities}${retainedPart(validation)}${isBest ? " (best)" : ""}`;
}

/** Of the corpora that are not to be forgotten. */
function retainedPart({ retained }: Validation): string {
  if (retained === undefined) return "";
  const score = Number.isNaN(retained.bleu) ? "" : `, BLEU ${retained.bleu.toFixed(2)}`;
  return `; retained: perplexity ${retained.perplexity.toFixed(2)}${score}`;
}
