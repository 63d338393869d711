/** More experts, same operations (Shazeer et al. 2017, §5.1 and appendix C): dense models of equal operations against more and more experts. */
import { numberList, readOptions } from "../bench/options.ts";
import { UsageError } from "../src/base/errors.ts";
import { resolveConfig } from "../src/config/resolve.ts";
import type { ChartSeries } from "../src/report/charts/svg-chart.ts";
import { type Experiment, type ResultOf, type RunPlan, resultsOf, sharedDefaults } from "./experiment.ts";
import {
  expertSettings,
  type LanguageModelOptions,
  languageModelDefaults,
  languageModelNotes,
  languageModelSettings,
  prepareLanguageText,
} from "./language-model-runs.ts";
import type { OpenExperiment } from "./main.ts";
import { markdownTable } from "./markdown.ts";
import { operationsPerToken } from "./operations.ts";
import { readShared } from "./read-shared.ts";
import { estimate, formatEstimate, formatFixed, formatMillions, MISSING } from "./statistics.ts";

const defaults = { ...sharedDefaults, ...languageModelDefaults, experts: "4,16,64,256" } as const;

interface Row {
  name: string;
  /** 0 for a dense model. */
  experts: number;
  settings: Partial<RunPlan["settings"]>;
}

export const open: OpenExperiment = (argv): Experiment => {
  const options = readOptions(argv, defaults);
  const shared = readShared(options, "capacity");
  const seeds = numberList("seeds", options.seeds);
  const base = languageModelSettings(options, shared);
  const rows = capacityRows(numberList("experts", options.experts), options);
  const runs = rows.flatMap(({ name, settings }) =>
    seeds.map((seed): RunPlan => ({ row: name, seed, settings: { ...base, seed, ...settings } })),
  );
  return {
    options: shared,
    runs,
    prepare: () => prepareLanguageText(shared, options.vocab),
    report: (resultOf) => ({
      title: "Capacity: more experts, same operations",
      question: `Shazeer et al. 2017, §5.1, holds the operations per token fixed and adds experts: perplexity falls with parameters alone. Here with LSTMs of ${options.hidden} units, on text in several languages; ${options.k} experts for each position, and dense models of the same operations.`,
      body: body(rows, runs, seeds, resultOf),
      charts: {
        experts: expertsChart(rows, runs, resultOf),
        curves: {
          title: "Validation perplexity",
          xLabel: "step",
          yLabel: "per wordpiece, logarithmic",
          yScale: "logarithmic",
          series: rows.flatMap(({ name }): ChartSeries | [] => {
            const [first] = resultsOf(name, runs, resultOf);
            return first === undefined
              ? []
              : { name, points: first.curve.map(({ step, perplexity }) => ({ x: step, y: perplexity })) };
          }),
        },
      },
    }),
  };
};

/** Dense models whose operations come nearest to those of k experts, then the mixtures. */
export function capacityRows(experts: readonly number[], options: LanguageModelOptions): Row[] {
  const { k, hidden, "expert-hidden": expertHidden } = options;
  const tooFew = experts.find((count) => count < k);
  if (tooFew !== undefined) {
    throw new UsageError(`--experts has ${tooFew}, and each position uses ${k}`, {
      nextStep: `Give numbers from ${k} on, or a smaller --k.`,
    });
  }
  const oneExpert = { ...expertSettings(1, options), gating: "dense", importance_loss_weight: 0 } as const;
  const layers = Math.max(2, 1 + Math.round((2 * hidden * (k - 1)) / expertHidden));
  const lstms = Math.max(1, Math.round((k * expertHidden) / (4 * hidden)));
  return [
    { name: "MoE-1-Wide", experts: 0, settings: { ...oneExpert, expert_hidden_size: k * expertHidden } },
    { name: "MoE-1-Deep", experts: 0, settings: { ...oneExpert, expert_layers: layers } },
    { name: `${2 + lstms}xLSTM-${hidden}`, experts: 0, settings: { decoder_layers: 2 + lstms } },
    ...experts.map((count) => ({
      name: `MoE-${count}`,
      experts: count,
      settings: { ...expertSettings(count, options), importance_loss_weight: 0.1, load_loss_weight: 0.1 },
    })),
  ];
}

function body(rows: readonly Row[], runs: readonly RunPlan[], seeds: readonly number[], resultOf: ResultOf): string {
  const table = markdownTable(
    {
      ...{ model: "left", parameters: "right", operations: "right", "training, s": "right" },
      ...(Object.fromEntries(seeds.map((seed) => [`seed ${seed}`, "right"])) as Record<string, "right">),
      ...(seeds.length > 1 && { "mean ± standard error": "right" as const }),
      "CV(load)": "right",
    },
    rows.map(({ name }) => {
      const plans = runs.filter(({ row }) => row === name);
      const results = resultsOf(name, runs, resultOf);
      const { settings } = plans[0]!;
      const { target } = operationsPerToken(resolveConfig({ ...settings, save_model: name }));
      const perplexities = results.map(({ testPerplexity }) => testPerplexity);
      const loads = results.flatMap(({ trainBalance }) =>
        Object.values(trainBalance.at(-1)?.experts ?? {}).map(({ loadVariation }) => loadVariation),
      );
      return [
        name,
        formatMillions(results[0]?.parameters ?? Number.NaN),
        formatMillions(target),
        results.length === 0 ? MISSING : estimate(results.map(({ trainSeconds }) => trainSeconds)).mean.toFixed(0),
        ...plans.map((plan) => formatFixed(resultOf(plan)?.testPerplexity)),
        ...(seeds.length > 1 ? [formatEstimate(perplexities)] : []),
        name.startsWith("MoE-1-") ? MISSING : formatEstimate(loads),
      ];
    }),
  );
  return [
    "## Results",
    table,
    "Below each seed is its test perplexity. Operations are multiply-adds of the forward pass in training, gates and their noise included, softmax and embeddings not (appendix C.1). CV(load) is over the training batches before the last report. Training seconds are those of steps alone.",
    languageModelNotes,
  ].join("\n\n");
}

function expertsChart(rows: readonly Row[], runs: readonly RunPlan[], resultOf: ResultOf) {
  const perplexity = (name: string) =>
    estimate(resultsOf(name, runs, resultOf).map(({ testPerplexity }) => testPerplexity)).mean;
  const sizes = rows.filter(({ experts }) => experts > 0).sort((a, b) => a.experts - b.experts);
  const [least, most] = [sizes[0]!.experts, sizes.at(-1)!.experts];
  const dense = rows.filter(({ experts }) => experts === 0);
  return {
    title: "Test perplexity by the number of experts, operations equal",
    xLabel: "experts, logarithmic",
    yLabel: "per wordpiece, mean over seeds",
    xScale: "logarithmic" as const,
    xTicks: sizes.map(({ experts }) => experts),
    series: [
      { name: "mixtures", points: sizes.map(({ name, experts }) => ({ x: experts, y: perplexity(name) })) },
      ...dense.map(({ name }) => ({
        name,
        isReference: true,
        points: [least, most].map((x) => ({ x, y: perplexity(name) })),
      })),
    ],
  };
}
