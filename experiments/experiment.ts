/** What an experiment is: runs that follow from its options, the data they need, and the page their results make. */
import { createHash } from "node:crypto";
import { UsageError } from "../src/base/errors.ts";
import type { ConfigInput } from "../src/config/schema.ts";
import type { BalanceReport } from "../src/moe/expert-balance.ts";
import type { Chart } from "../src/report/charts/svg-chart.ts";

/** Options that every experiment takes; empty texts and zeros mean what `sharedOptions` says. */
export const sharedDefaults = {
  /** Folder of the corpora; `../shared/data` where that is, otherwise `data`. */
  data: "",
  /** Folder for prepared text, models and results. */
  work: ".experiments",
  /** Folder of the page, its charts and its JSON file. */
  out: "docs/experiments",
  /** File name of the page; the experiment's own. */
  name: "",
  seeds: "1",
  /** Rows to train, with commas between; all. */
  only: "",
  /** Training minutes of a run, instead of steps. */
  minutes: 0,
  /** Of all runs together; 0 for all cores. */
  threads: 0,
  /** Runs side by side. */
  parallel: 1,
  precision: "f32",
  /** Trains nothing. */
  "report-only": false,
} as const;

export interface RunPlan {
  /** Row of the table; a file name. */
  row: string;
  seed: number;
  /** Without `save_model` and `threads`. */
  settings: Omit<ConfigInput, "save_model" | "threads">;
  /** Translates the test set with a beam of this size; absent for language models. */
  beamSize?: number;
}

/** What the experts of one layer took of held-out text. */
export interface HeldOutUse extends BalanceReport {
  positions: number;
  /** [experts] share of the positions that each expert took */
  shares: number[];
  /** Share of the positions that no expert took. */
  untaken: number;
}

export interface CurvePoint {
  step: number;
  perplexity: number;
}

/** One trained run; every perplexity is per wordpiece. */
export interface RunResult {
  row: string;
  seed: number;
  settings: RunPlan["settings"];
  finished: string;
  machine: string;
  threads: number;
  steps: number;
  bestStep: number;
  /** Steps alone, without validation, checkpoints and preparing text. */
  trainSeconds: number;
  parameters: number;
  maxMemoryGiB: number;
  /** Of the validation text, by step. */
  curve: CurvePoint[];
  /** By layer and step: over the training batches since the report before. */
  trainBalance: { step: number; experts: Record<string, BalanceReport> }[];
  /** Of the best weights on the validation text. */
  validPerplexity: number;
  /** Of the best weights on the test text. */
  testPerplexity: number;
  /** By layer, on the test text. */
  heldOutUse: Record<string, HeldOutUse>;
  translations?: string[];
  references?: string[];
}

/** Results of a run by its plan; undefined while there is none. */
export type ResultOf = (plan: RunPlan) => RunResult | undefined;

/** Results of a row's runs, of those that have one. */
export function resultsOf(row: string, runs: readonly RunPlan[], resultOf: ResultOf): RunResult[] {
  return runs.filter((plan) => plan.row === row).flatMap((plan) => resultOf(plan) ?? []);
}

export interface Page {
  title: string;
  /** What is asked, above the results. */
  question: string;
  /** Markdown: tables, and how their figures came about. */
  body: string;
  /** By the end of the file name: `NAME-perplexity.svg`. */
  charts: Record<string, Chart>;
}

export interface Experiment {
  options: SharedOptions;
  runs: RunPlan[];
  /** Writes the text and the wordpieces that the runs name. */
  prepare(): void;
  report(resultOf: ResultOf): Page | Promise<Page>;
}

export interface SharedOptions {
  data: string;
  work: string;
  out: string;
  name: string;
  only: string[];
  threads: number;
  parallel: number;
  reportOnly: boolean;
}

/** A short text that changes with anything that changes a run. */
export function fingerprint({ settings, beamSize }: RunPlan): string {
  return createHash("sha256")
    .update(JSON.stringify([settings, beamSize]))
    .digest("hex")
    .slice(0, 8);
}

/** Name of a run's folder and of its result. */
export function runName(plan: RunPlan): string {
  return `${plan.row}-seed${plan.seed}-${fingerprint(plan)}`;
}

/** The runs of the rows that `--only` names. Throws UsageError for a row that isn't there. */
export function chosenRuns(runs: readonly RunPlan[], only: readonly string[]): RunPlan[] {
  const rows = [...new Set(runs.map(({ row }) => row))];
  const unknown = only.find((row) => !rows.includes(row));
  if (unknown !== undefined) {
    throw new UsageError(`--only names no row "${unknown}"`, { nextStep: `Rows are ${rows.join(", ")}.` });
  }
  return runs.filter(({ row }) => only.length === 0 || only.includes(row));
}

/** The part of the settings that says how long a run trains. */
export function budget({ steps, minutes }: { steps: number; minutes: number }): {
  train_steps: number;
  train_minutes: number;
} {
  return minutes > 0 ? { train_steps: 0, train_minutes: minutes } : { train_steps: steps, train_minutes: 0 };
}
