/** Tables and charts of the translation experiment. */
import { resolveConfig } from "../src/config/resolve.ts";
import { BLEU } from "../src/metrics/bleu.ts";
import { CHRF } from "../src/metrics/chrf.ts";
import { pairedTest } from "../src/metrics/paired-test.ts";
import { mteval13a } from "../src/metrics/tokenizers/mteval-13a.ts";
import type { Tokenizer } from "../src/metrics/tokenizers/tokenizer.ts";
import type { Chart, ChartSeries } from "../src/report/charts/svg-chart.ts";
import { type ResultOf, type RunPlan, type RunResult, resultsOf } from "./experiment.ts";
import { markdownTable } from "./markdown.ts";
import { operationsPerToken } from "./operations.ts";
import { estimate, formatDifference, formatEstimate, formatFixed, formatMillions, MISSING } from "./statistics.ts";
import { strictBalance } from "./strict-balance.ts";

export interface TranslationRuns {
  /** The first is the baseline. */
  variants: readonly string[];
  seeds: readonly number[];
  runs: readonly RunPlan[];
  resultOf: ResultOf;
  beam: number;
  /** Of BLEU. */
  tokenizer: Tokenizer;
}

interface Scores {
  bleu: number;
  chrf: number;
}

/** A system and the baseline of the same seed. */
export interface PairedDifference {
  seed: number;
  bleu: Difference;
  chrf: Difference;
}

interface Difference {
  /** System minus baseline. */
  difference: number;
  bootstrap: number;
  randomization: number;
}

const TESTS =
  "Each row compares the two runs of a seed on the same test sentences: paired bootstrap of 1,000 resamples, paired approximate randomization of 10,000 trials. Bootstrap and randomization are their p-values, of BLEU and of chrF. They tell how far test sentences explain a difference; the standard error tells how far seeds do.";

export function translationBody(given: TranslationRuns): string {
  const [baseline, ...others] = given.variants;
  const isStrict = given.variants.includes("strict");
  const isPrecision = others.length > 0 && given.variants.every((name) => name === "f32" || name === "bf16");
  return [
    "## Results",
    scoreTable(given),
    `Means ± standard errors over seeds. Test scores are of beam ${given.beam}: BLEU \`${signatureOf(given)}\`, chrF2. Perplexity is per wordpiece. Everything is measured with the weights of the lowest validation perplexity. All runs take the same number of steps, and their learning rates fall to the end of them. Operations are multiply-adds of the forward pass in training per source and per target token, without softmax and embeddings; attention counts its projections alone.`,
    ...others.map((variant) => comparison(given, baseline!, variant)),
    ...(others.length > 0 ? [TESTS] : []),
    ...(isPrecision ? others.map((variant) => lossRatio(given, baseline!, variant)) : []),
    ...(isStrict ? [strictBalance("strict", given.runs, given.resultOf)] : []),
  ].join("\n\n");
}

export function translationCharts(
  variants: readonly string[],
  runs: readonly RunPlan[],
  resultOf: ResultOf,
): Record<string, Chart> {
  const series = variants.flatMap((variant): ChartSeries[] =>
    resultsOf(variant, runs, resultOf).map(({ seed, curve }) => ({
      name: `${variant}, seed ${seed}`,
      points: curve.map(({ step, perplexity }) => ({ x: step, y: perplexity })),
    })),
  );
  const chart = { title: "Validation perplexity", xLabel: "step", yLabel: "per wordpiece, logarithmic" };
  return { perplexity: { ...chart, yScale: "logarithmic", series } };
}

function scoreTable({ variants, runs, resultOf, tokenizer }: TranslationRuns): string {
  return markdownTable(
    {
      ...{
        variant: "left",
        seeds: "left",
        parameters: "right",
        operations: "right",
        "training, s": "right",
      },
      ...{ "validation perplexity": "right", "test perplexity": "right", BLEU: "right", chrF: "right" },
    },
    variants.map((variant) => {
      const results = resultsOf(variant, runs, resultOf);
      const { settings } = runs.find(({ row }) => row === variant)!;
      const { source, target } = operationsPerToken(resolveConfig({ ...settings, save_model: variant }));
      const scores = results.map((result) => scoresOf(result, tokenizer));
      return [
        variant,
        results.map(({ seed }) => seed).join(", ") || MISSING,
        formatMillions(results[0]?.parameters ?? Number.NaN),
        `${formatMillions(source)} + ${formatMillions(target)}`,
        formatEstimate(
          results.map(({ trainSeconds }) => trainSeconds),
          0,
        ),
        formatEstimate(results.map(({ validPerplexity }) => validPerplexity)),
        formatEstimate(results.map(({ testPerplexity }) => testPerplexity)),
        formatEstimate(scores.map(({ bleu }) => bleu)),
        formatEstimate(scores.map(({ chrf }) => chrf)),
      ];
    }),
  );
}

function scoresOf({ translations = [], references = [] }: RunResult, tokenize: Tokenizer): Scores {
  return {
    bleu: new BLEU({ tokenize }).corpusScore(translations, [references]).score,
    chrf: new CHRF().corpusScore(translations, [references]).score,
  };
}

function signatureOf({ runs, resultOf, tokenizer }: TranslationRuns): string {
  const [result] = runs.flatMap((plan) => resultOf(plan) ?? []);
  if (result?.translations === undefined) return tokenizer.signature;
  return new BLEU({ tokenize: tokenizer }).corpusScore(result.translations, [result.references!]).signature;
}

/** Both tests of one system against the baseline. */
export function pairedDifference(
  seed: number,
  baseline: RunResult,
  system: RunResult,
  tokenize: Tokenizer = mteval13a,
): PairedDifference {
  const systems = [
    { name: "baseline", hypotheses: baseline.translations! },
    { name: "system", hypotheses: system.translations! },
  ];
  const tests = (["bootstrap", "randomization"] as const).map((method) =>
    pairedTest(systems, [new BLEU({ tokenize }), new CHRF()], [baseline.references!], { method }),
  );
  const of = (metric: number): Difference => {
    const [bootstrap, randomization] = tests.map((comparisons) => comparisons[metric]!.results);
    const difference = bootstrap![1]!.score - bootstrap![0]!.score;
    // The tests count differences larger than the real one; of none at all that says nothing.
    return {
      difference,
      bootstrap: difference === 0 ? 1 : bootstrap![1]!.pValue!,
      randomization: difference === 0 ? 1 : randomization![1]!.pValue!,
    };
  };
  return { seed, bleu: of(0), chrf: of(1) };
}

function comparison({ seeds, runs, resultOf, tokenizer }: TranslationRuns, baseline: string, variant: string): string {
  const of = (row: string, seed: number) => {
    const plan = runs.find((each) => each.row === row && each.seed === seed);
    return plan === undefined ? undefined : resultOf(plan);
  };
  const pairs = seeds.flatMap((seed) => {
    const [first, second] = [of(baseline, seed), of(variant, seed)];
    return first === undefined || second === undefined
      ? []
      : { first, second, ...pairedDifference(seed, first, second, tokenizer) };
  });
  const heading = `### ${variant} against ${baseline}`;
  if (pairs.length === 0) return `${heading}\n\nNo seed has both runs yet.`;
  const pText = (p: number) => p.toFixed(4);
  const table = markdownTable(
    {
      ...{
        seed: "right",
        "test perplexity": "right",
        BLEU: "right",
        bootstrap: "right",
        randomization: "right",
      },
      ...{ chrF: "right", "bootstrap (chrF)": "right", "randomization (chrF)": "right" },
    },
    pairs.map(({ seed, first, second, bleu, chrf }) => [
      String(seed),
      formatDifference(second.testPerplexity - first.testPerplexity, 3),
      formatDifference(bleu.difference),
      ...[pText(bleu.bootstrap), pText(bleu.randomization)],
      formatDifference(chrf.difference),
      ...[pText(chrf.bootstrap), pText(chrf.randomization)],
    ]),
  );
  const mean = (values: readonly number[], digits = 2) => {
    const { mean: value, standardError } = estimate(values);
    const error = Number.isFinite(standardError) ? ` ± ${standardError.toFixed(digits)}` : "";
    return `${formatDifference(value, digits)}${error}`;
  };
  return [
    heading,
    table,
    `Mean difference: perplexity ${mean(
      pairs.map(({ first, second }) => second.testPerplexity - first.testPerplexity),
      3,
    )}, BLEU ${mean(pairs.map(({ bleu }) => bleu.difference))}, chrF ${mean(pairs.map(({ chrf }) => chrf.difference))}.`,
  ].join("\n\n");
}

/** Mean losses of two precisions, in nats per wordpiece, and their ratio. */
export function lossRatio({ runs, resultOf }: TranslationRuns, baseline: string, variant: string): string {
  const losses = (row: string, which: "validPerplexity" | "testPerplexity") =>
    resultsOf(row, runs, resultOf).map((result) => Math.log(result[which]));
  const rows = (["validPerplexity", "testPerplexity"] as const).map((which) => {
    const [first, second] = [losses(baseline, which), losses(variant, which)];
    const ratio = first.length === 0 || second.length === 0 ? Number.NaN : estimate(second).mean / estimate(first).mean;
    const name = which === "validPerplexity" ? "validation" : "test";
    return [name, formatEstimate(first, 4), formatEstimate(second, 4), formatFixed(ratio, 5)];
  });
  const columns = {
    loss: "left",
    [baseline]: "right",
    [variant]: "right",
    [`${variant} / ${baseline}`]: "right",
  } as const;
  return `### Loss\n\n${markdownTable(columns, rows)}\n\nMean negative log-likelihood, nats per wordpiece, without label smoothing; each run is measured in the precision it was trained in.`;
}
