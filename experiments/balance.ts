/** Do the balance losses do what they are for? The rows of table 6 of Shazeer et al. 2017: weights of the losses of importance and load. */
import { numberList, readOptions } from "../bench/options.ts";
import type { ChartSeries } from "../src/report/charts/svg-chart.ts";
import {
  type Experiment,
  type ResultOf,
  type RunPlan,
  type RunResult,
  resultsOf,
  sharedDefaults,
} from "./experiment.ts";
import {
  expertSettings,
  languageModelDefaults,
  languageModelNotes,
  languageModelSettings,
  prepareLanguageText,
} from "./language-model-runs.ts";
import type { OpenExperiment } from "./main.ts";
import { markdownTable } from "./markdown.ts";
import { readShared } from "./read-shared.ts";
import { estimate, formatEstimate, formatFixed } from "./statistics.ts";
import { strictBalance } from "./strict-balance.ts";

const defaults = { ...sharedDefaults, ...languageModelDefaults, experts: 256 } as const;

/** Weights of the importance and the load loss, and the paper's figures for 256 experts: perplexity, CVs, busiest over mean. */
export const table6 = [
  { importance: 0, load: 0, paper: [39.8, 3.04, 3.01, 17.8] },
  { importance: 0.2, load: 0, paper: [35.6, 0.06, 0.17, 1.47] },
  { importance: 0, load: 0.2, paper: [35.7, 0.22, 0.04, 1.15] },
  { importance: 0.1, load: 0.1, paper: [35.6, 0.06, 0.05, 1.14] },
  { importance: 0.01, load: 0.01, paper: [35.7, 0.48, 0.11, 1.37] },
  { importance: 1, load: 1, paper: [35.7, 0.03, 0.02, 1.07] },
] as const;

/** Rows that the paper doesn't have: which of two strong losses it is that costs. */
const oneStrongLoss = [
  { importance: 1, load: 0 },
  { importance: 0, load: 1 },
] as const;

/** The row of strictly balanced gates, which need no such losses (appendix F). */
export const STRICT = "strictly-balanced";

interface Row {
  name: string;
  /** First columns of the table. */
  labels: string[];
  settings: Partial<RunPlan["settings"]>;
}

const rows: readonly Row[] = [
  ...[...table6, ...oneStrongLoss].map(({ importance, load }) => ({
    name: `importance-${importance}-load-${load}`,
    labels: [String(importance), String(load)],
    settings: { importance_loss_weight: importance, load_loss_weight: load },
  })),
  {
    name: STRICT,
    labels: ["strictly", "balanced"],
    settings: { gating: "strictly_balanced", importance_loss_weight: 0, load_loss_weight: 0 },
  },
];

export const open: OpenExperiment = (argv): Experiment => {
  const options = readOptions(argv, defaults);
  const shared = readShared(options, "balance");
  const seeds = numberList("seeds", options.seeds);
  const base = languageModelSettings(options, shared);
  const runs = rows.flatMap(({ name, settings }) =>
    seeds.map((seed): RunPlan => {
      const experts = expertSettings(options.experts, options);
      return { row: name, seed, settings: { ...base, seed, ...experts, ...settings } };
    }),
  );
  return {
    options: shared,
    runs,
    prepare: () => prepareLanguageText(shared, options.vocab),
    report: (resultOf) => ({
      title: "Balance losses: table 6 in shape",
      question: `Shazeer et al. 2017, table 6, asks what the two balance losses do to perplexity and to how evenly experts are used. Here with ${options.experts} experts, ${options.k} for each position, and steps enough to tell the rows apart, not to converge.`,
      body: body(runs, resultOf, options.experts),
      charts: {
        perplexity: {
          title: "Validation perplexity",
          xLabel: "step",
          yLabel: "per wordpiece, logarithmic",
          yScale: "logarithmic",
          series: curves(runs, resultOf, ({ curve }) =>
            curve.map(({ step, perplexity }) => ({ x: step, y: perplexity })),
          ),
        },
        load: {
          title: "CV of load in training",
          xLabel: "step",
          yLabel: "standard deviation over mean of the experts' positions, logarithmic",
          yScale: "logarithmic",
          series: curves(runs, resultOf, ({ trainBalance }) =>
            trainBalance.map(({ step, experts }) => ({ x: step, y: first(experts)?.loadVariation ?? Number.NaN })),
          ),
        },
      },
    }),
  };
};

function body(runs: readonly RunPlan[], resultOf: ResultOf, experts: number): string {
  const given = rows.map((row) => ({ row, results: resultsOf(row.name, runs, resultOf) }));
  const ours = markdownTable(
    {
      ...{ "w imp.": "right", "w load": "right", perplexity: "right" },
      ...{ "CV(imp.)": "right", "CV(load)": "right", max: "right", dead: "right" },
      agree: "right",
      ...{ "held CV(imp.)": "right", "held CV(load)": "right", "held max": "right" },
    },
    given.map(({ row, results }) => {
      const trained = results.flatMap(({ trainBalance }) => first(trainBalance.at(-1)?.experts) ?? []);
      const held = results.flatMap(({ heldOutUse }) => first(heldOutUse) ?? []);
      return [
        ...row.labels,
        formatEstimate(results.map(({ testPerplexity }) => testPerplexity)),
        formatEstimate(trained.map(({ importanceVariation }) => importanceVariation)),
        formatEstimate(trained.map(({ loadVariation }) => loadVariation)),
        formatEstimate(trained.map(({ maximumLoad }) => maximumLoad)),
        trained.length === 0 ? formatFixed(undefined) : String(deadExperts(trained, experts)),
        formatEstimate(trained.flatMap(({ choiceAgreement }) => choiceAgreement ?? [])),
        formatEstimate(held.map(({ importanceVariation }) => importanceVariation)),
        formatEstimate(held.map(({ loadVariation }) => loadVariation)),
        formatEstimate(held.map(({ maximumLoad }) => maximumLoad)),
      ];
    }),
  );
  const paper = markdownTable(
    {
      ...{ "w imp.": "right", "w load": "right", perplexity: "right" },
      ...{ "CV(imp.)": "right", "CV(load)": "right", max: "right" },
    },
    table6.map(({ importance, load, paper: figures }) => [importance, load, ...figures].map(String)),
  );
  const results = given.flatMap((each) => each.results);
  return [
    "## Results",
    ours,
    `${seedText(results)}CV is the standard deviation over the mean, over ${experts} experts. The busiest expert is max times the mean; dead ones took nothing. The middle columns are sums over the training batches of ${windowText(results)}, with the gates' noise; the held ones, of held-out text, are sums over the validation and test lines, without it. Load is counted: the number of positions that an expert took. Agree: of the choices that training makes or that the same weights would make in evaluation, the share that both make.`,
    languageModelNotes,
    strictBalance(STRICT, runs, resultOf),
    "### The paper\n\nIts rows, of 256 experts on the one-billion-word text:",
    paper,
  ].join("\n\n");
}

/** Rounded mean over seeds. */
function deadExperts(reports: readonly { deadShare: number }[], experts: number): number {
  return Math.round(experts * estimate(reports.map(({ deadShare }) => deadShare)).mean);
}

function seedText(results: readonly RunResult[]): string {
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  if (seeds.length === 0) return "";
  return seeds.length > 1 ? `Means ± standard errors over seeds ${seeds.join(", ")}. ` : `Seed ${seeds[0]}. `;
}

function windowText(results: readonly RunResult[]): string {
  const steps = results[0]?.trainBalance.map(({ step }) => step) ?? [];
  const [from, to] = steps.slice(-2);
  return from === undefined || to === undefined ? "the last report" : `the last ${to - from} steps to step ${to}`;
}

/** One series a row, of its first seed that has a result. */
function curves(
  runs: readonly RunPlan[],
  resultOf: ResultOf,
  points: (result: RunResult) => ChartSeries["points"],
): ChartSeries[] {
  return rows.flatMap(({ name, labels }) => {
    const [result] = resultsOf(name, runs, resultOf);
    return result === undefined ? [] : { name: labels.join(" / "), points: points(result) };
  });
}

/** The model's one mixture-of-experts layer. */
function first<T>(layers: Readonly<Record<string, T>> | undefined): T | undefined {
  return Object.values(layers ?? {})[0];
}
