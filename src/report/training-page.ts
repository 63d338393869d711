/** The report of a training run as a page: key figures, learning curves, balance of experts, translations over time, configuration. */
import { formatCount, formatDuration } from "../base/progress.ts";
import { balanceFigures } from "./balance-figures.ts";
import { chartScript } from "./charts/chart-script.ts";
import { type LineChartOptions, lineChart, type Series } from "./charts/line-chart.ts";
import { type Markup, markup } from "./markup.ts";
import { formatNumber, formatShare, formatWhole } from "./numbers.ts";
import { page } from "./page.ts";
import { isObject, type LogEntry, namedCorpora } from "./run-log.ts";
import { type StepSamples, samplesSection } from "./samples-section.ts";

export interface TrainingReport {
  /** Of the model directory. */
  name: string;
  log: readonly LogEntry[];
  samples: readonly StepSamples[];
  /** Titles and YAML, a block for each section of the configuration. */
  configuration: readonly { title: string; yaml: string }[];
}

export function trainingPage(report: TrainingReport): string {
  const { name, log, samples, configuration } = report;
  const train = log.filter(({ event }) => event === "train");
  const validations = log.filter(({ event }) => event === "validation");
  const lastStep = log.reduce((last, { step }) => Math.max(last, step), 0);
  const draw = (options: LineChartOptions) => lineChart({ ...options, lastStep }) ?? [];
  const learning = learningCharts(train, validations).flatMap(draw);
  const balance = balanceCharts(train).flatMap(draw);
  const body = markup`${tiles(log, train, validations)}
<h2>Learning curves</h2>
${learning.length === 0 ? markup`<p>Nothing has been logged yet: the first figures come after <code>report_every</code> steps.</p>` : markup`<div class="charts">${learning}</div>`}
${
  balance.length > 0 &&
  markup`<h2>Balance of the experts</h2>
<p class="note">How evenly the mixture-of-experts layers use their experts, over the batches between two reports.</p>
<div class="charts">${balance}</div>`
}
${samplesSection(samples)}
<h2>Configuration</h2>
${configuration.map(({ title, yaml }) => markup`<details><summary>${title}</summary><pre>${yaml}</pre></details>`)}`;
  return page({ title: `Training of ${name}`, lead: lead(log, train), body, script: chartScript });
}

function lead(log: readonly LogEntry[], train: readonly LogEntry[]): Markup {
  const start = log.findLast(({ event }) => event === "start");
  if (start === undefined) return markup`This run has not started yet.`;
  const time = timesOf(log).at(-1);
  const resumes = log.filter(({ event, step }) => event === "start" && step > 0).length;
  return markup`${stateOf(log, train)}${time !== undefined && `, last entry ${time.slice(0, 16).replace("T", " ")} UTC`}. ${resumes > 0 && `Resumed ${resumes === 1 ? "once" : `${resumes} times`}. `}${String(start["backend"] ?? "unknown")} backend (${String(start["detail"] ?? "no details")}).`;
}

/** The last end counts only where no start comes after it; a log of a run that was killed has none. */
function stateOf(log: readonly LogEntry[], train: readonly LogEntry[]): string {
  const { event, reason } = log.findLast(({ event }) => event === "start" || event === "end")!;
  const done = numberOf(train.at(-1), "done");
  if (event === "end" && (reason === "steps" || reason === "minutes")) return "Finished";
  if (event === "end" && reason === "early-stopping") return "Finished early, without improvement";
  if (event === "end" && reason === "not-finite") return "Failed: the loss or a gradient was not a finite number";
  const share = `${formatShare(done)} of the training done`;
  if (event === "end") return Number.isFinite(done) ? `Stopped, ${share}` : "Stopped";
  return done >= 1 ? "Finished" : Number.isFinite(done) ? share : "Started";
}

function tiles(
  log: readonly LogEntry[],
  train: readonly LogEntry[],
  validations: readonly LogEntry[],
): Markup | undefined {
  const start = log.findLast(({ event }) => event === "start");
  const last = train.at(-1);
  const best = validations.findLast(({ isBest }) => isBest === true) ?? validations.at(-1);
  const bleu = numberOf(best, "bleu");
  const shown: [string, string, string][] = [];
  const add = (title: string, value: number, text: string, note: string) => {
    if (Number.isFinite(value)) shown.push([title, text, note]);
  };
  const at = best === undefined ? "" : `best, step ${formatWhole(best.step)}`;
  add("Validation BLEU", bleu, bleu.toFixed(1), at);
  add("Validation perplexity", numberOf(best, "perplexity"), formatNumber(numberOf(best, "perplexity")), at);
  add("Training loss", numberOf(last, "loss"), formatNumber(numberOf(last, "loss")), "nats per target token, last");
  add("Steps", last?.step ?? Number.NaN, formatWhole(log.at(-1)?.step ?? 0), elapsed(log));
  const speed = numberOf(last, "targetTokensPerSecond");
  add("Speed", speed, formatCount(speed), "target tokens a second, last");
  const parameters = numberOf(start, "parameters");
  add(
    "Parameters",
    parameters,
    formatCount(parameters),
    `${formatWhole(numberOf(start, "vocabularySize"))} wordpieces`,
  );
  if (shown.length === 0) return undefined;
  return markup`<dl class="tiles">${shown.map(([title, value, note]) => markup`<div><dt>${title}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>`;
}

/** From the first entry to the last, pauses included. */
function elapsed(log: readonly LogEntry[]): string {
  const times = timesOf(log);
  const seconds = (Date.parse(times.at(-1) ?? "") - Date.parse(times[0] ?? "")) / 1000;
  return Number.isFinite(seconds) ? `${formatDuration(seconds)} from first to last entry` : "";
}

/** ISO 8601 */
function timesOf(log: readonly LogEntry[]): string[] {
  return log.flatMap(({ time }) => (typeof time === "string" ? time : []));
}

function learningCharts(train: readonly LogEntry[], validations: readonly LogEntry[]): LineChartOptions[] {
  const validation = (key: string, title: string): Series[] => [
    { name: title, points: curve(validations, key), isSparse: true },
    ...corpusSeries(validations, key),
  ];
  return [
    { title: "Loss", note: "with label smoothing, nats per target token", series: [of(train, "loss", "training")] },
    {
      title: "Perplexity",
      note: "per target token, logarithmic",
      scale: "logarithmic",
      series: [of(train, "perplexity", "training"), ...validation("perplexity", "validation")],
    },
    {
      title: "Perplexity per word",
      note: "of validation text, logarithmic",
      scale: "logarithmic",
      series: validation("wordPerplexity", "validation"),
    },
    { title: "BLEU", note: "of validation translations", series: validation("bleu", "mean"), least: 0 },
    { title: "Learning rate", note: "", series: [of(train, "learningRate", "learning rate")], least: 0 },
    {
      title: "Gradient norm",
      note: "before clipping, logarithmic",
      scale: "logarithmic",
      series: [of(train, "gradientNorm", "gradient norm")],
    },
    {
      title: "Alignment",
      note: "cost of attention beside given alignments, per target token that has one",
      series: [of(train, "alignmentLoss", "training")],
    },
    {
      title: "Speed",
      note: "tokens a second",
      series: [of(train, "targetTokensPerSecond", "target"), of(train, "sourceTokensPerSecond", "source")],
      least: 0,
    },
  ];
}

/** One series a corpus, where there are several. */
function corpusSeries(validations: readonly LogEntry[], key: string): Series[] {
  const names = new Set(validations.flatMap((entry) => namedCorpora(entry).map(({ name }) => name)));
  if (names.size < 2) return [];
  return [...names].map((name) => ({
    name,
    isSparse: true,
    points: validations.map((entry) => {
      const corpus = namedCorpora(entry).find((each) => each.name === name);
      return { x: entry.step, y: finite(corpus?.[key]) };
    }),
  }));
}

function balanceCharts(train: readonly LogEntry[]): LineChartOptions[] {
  const reports = train.map(({ step, experts }) => ({ step, experts: isObject(experts) ? experts : {} }));
  const layers = [...new Set(reports.flatMap(({ experts }) => Object.keys(experts)))];
  const reported = (key: string) =>
    reports.some(({ experts }) => Object.values(experts).some((report) => isObject(report) && key in report));
  const shown = balanceFigures.filter(({ key, optional }) => optional !== true || reported(key));
  return shown.map(({ key, title, meaning, isShare }) => ({
    title,
    note: meaning,
    least: 0,
    ...(isShare === true ? { format: formatShare } : {}),
    series: layers.map((name) => ({
      name,
      points: reports.map(({ step, experts }) => {
        const report = experts[name];
        return { x: step, y: isObject(report) ? finite(report[key]) : Number.NaN };
      }),
    })),
  }));
}

function of(entries: readonly LogEntry[], key: string, name: string): Series {
  return { name, points: curve(entries, key) };
}

function curve(entries: readonly LogEntry[], key: string): Series["points"] {
  return entries.map((entry) => ({ x: entry.step, y: numberOf(entry, key) }));
}

function numberOf(entry: LogEntry | undefined, key: string): number {
  return finite(entry?.[key]);
}

function finite(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}
