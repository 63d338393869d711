/** What the validation scores of a run are measured with, and which earlier ones that makes incomparable. */
import { createHash } from "node:crypto";
import type { Criterion } from "../../config/choices.ts";
import type { Config } from "../../config/config.ts";
import type { TrainerState } from "../trainer-state.ts";
import { type BestScore, type Measurement, measuredOtherwise } from "./best-score.ts";
import type { ValidationCorpus } from "./validate.ts";

type MeasuringKeys = Pick<
  Config,
  "validBeamSize" | "validMaxSentences" | "bestCheckpointMetric" | "earlyStoppingCriteria" | "retainCorpora"
>;

/** Of scores by one criterion: perplexity depends on nothing that only BLEU depends on. */
function measurementOf(
  criterion: Criterion,
  config: Pick<Config, "validBeamSize" | "validMaxSentences" | "retainCorpora">,
  corpora: readonly ValidationCorpus[],
): Measurement {
  const apart = corpora.flatMap(({ name }, i) => (config.retainCorpora.includes(name) ? [i + 1] : []));
  const all = { metric: criterion, text: textHash(corpora), ...(apart.length > 0 && { retained: apart.join(", ") }) };
  if (criterion === "perplexity") return all;
  return {
    ...all,
    tokenizer: corpora.map(({ tokenizer }) => tokenizer.signature).join(", "),
    decoding: `beam ${config.validBeamSize}, ${config.validMaxSentences} sentences`,
  };
}

/** Of the contents, not of the files: the same text elsewhere measures the same. */
function textHash(corpora: readonly ValidationCorpus[]): string {
  const hash = createHash("sha256");
  for (const { targetLanguage, sourceTexts, references } of corpora) {
    hash.update(JSON.stringify([targetLanguage, sourceTexts.length, references.length]));
    for (const line of [...sourceTexts, ...references]) hash.update(`${line}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

export interface Measurements {
  /** Of the score that chooses the best weights. */
  best: Measurement;
  /** Of the score that early stopping watches. */
  stopping: Measurement;
}

export function measurementsOf(config: MeasuringKeys, corpora: readonly ValidationCorpus[]): Measurements {
  return {
    best: measurementOf(config.bestCheckpointMetric, config, corpora),
    stopping: measurementOf(config.earlyStoppingCriteria, config, corpora),
  };
}

/** Forgets a best score, and patience used, that were measured otherwise than now. Returns a line for each. */
export function forgetIncomparable(state: TrainerState, now: Measurements): string[] {
  const notes: string[] = [];
  if (state.best !== undefined) {
    const changed = measuredOtherwise(state.best.measuredWith, now.best);
    if (changed.length > 0) {
      notes.push(`${score(state.best)} was measured otherwise (${changed.join(", ")}): the best score starts anew`);
      state.best = undefined;
      delete state.retained;
    }
  }
  if (state.stopping === undefined) state.stale = 0;
  else {
    const changed = measuredOtherwise(state.stopping.measuredWith, now.stopping);
    if (changed.length > 0) {
      if (state.stale > 0) {
        notes.push(`early stopping watches a score measured otherwise (${changed.join(", ")}): patience starts anew`);
      }
      state.stopping = undefined;
      state.stale = 0;
    }
  }
  return notes;
}

function score({ step, value, measuredWith }: BestScore): string {
  const metric = measuredWith?.["metric"] ?? "score";
  return `the best ${metric} so far, ${Number(value).toFixed(2)} at step ${step},`;
}
