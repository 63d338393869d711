/** Writes an experiment's page: tables in Markdown between two marks, charts as SVG, figures as JSON. Text outside the marks stays. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceBetweenMarkers } from "../bench/peers-table.ts";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { svgChart } from "../src/report/charts/svg-chart.ts";
import type { Experiment, Page, ResultOf, RunPlan, RunResult } from "./experiment.ts";

/** Returns the path of the page. `command` is how the runs were made. */
export async function writePage(experiment: Experiment, resultOf: ResultOf, command: string): Promise<string> {
  const { options, runs } = experiment;
  const page = await experiment.report(resultOf);
  const path = join(options.out, `${options.name}.md`);
  const charts = Object.entries(page.charts).flatMap(([ending, chart]) => {
    const file = `${options.name}-${ending}.svg`;
    const svg = svgChart(chart);
    if (svg === undefined) {
      rmSync(join(options.out, file), { force: true });
      return [];
    }
    writeFileAtomic(join(options.out, file), svg);
    return [`![${chart.title}](${file})`];
  });
  const results = [page.body, ...charts, circumstances(runs, resultOf, command)].join("\n\n");
  const document = existsSync(path) ? readFileSync(path, "utf8") : emptyPage(page);
  writeFileAtomic(path, replaceBetweenMarkers(document, "results", `\n${results}\n`));
  const found = runs.flatMap((plan) => resultOf(plan) ?? []).map(figuresAlone);
  writeFileAtomic(join(options.out, `${options.name}.json`), `${JSON.stringify(found, undefined, 1)}\n`);
  return path;
}

function emptyPage({ title, question }: Page): string {
  return `# ${title}\n\n${question}\n\n<!-- results:begin -->\n<!-- results:end -->\n`;
}

/** Translations stay with the run; the page's JSON holds what was measured. */
function figuresAlone({ translations: _, references: __, ...figures }: RunResult): Partial<RunResult> {
  return figures;
}

/** Missing runs, machine, dates, command, settings. */
function circumstances(runs: readonly RunPlan[], resultOf: ResultOf, command: string): string {
  const results = runs.flatMap((plan) => resultOf(plan) ?? []);
  const missing = runs.filter((plan) => resultOf(plan) === undefined);
  const lines = ["## How it was run", ""];
  if (missing.length > 0) {
    const names = missing.map(({ row, seed }) => `${row} (seed ${seed})`).join(", ");
    lines.push(`**Not run yet: ${names}.** Tables and charts show the other runs.`, "");
  }
  lines.push("```sh", command, "```", "");
  if (results.length > 0) {
    const days = [...new Set(results.map(({ finished }) => finished.slice(0, 10)))].sort();
    const period = days.length > 1 ? `${days[0]} to ${days.at(-1)}` : days[0];
    const machines = [...new Set(results.map(({ machine }) => machine))];
    lines.push(`${period}. ${machines.join("; ")}. Node.js ${process.versions.node}.`, "");
  }
  const { common, own } = settingsByRow(runs);
  lines.push("Settings of all runs:", "", "```yaml", ...yamlLines(common), "```", "");
  lines.push("Of one row:", "");
  for (const [row, settings] of own) {
    const texts = yamlLines(settings).map((line) => `\`${line}\``);
    lines.push(...listItem(`${row}:`, texts.length === 0 ? ["none of its own"] : texts));
  }
  return lines.join("\n");
}

/** An item of a Markdown list, its words in lines of at most 120 characters. */
function listItem(head: string, words: readonly string[]): string[] {
  const lines = [`- ${head}`];
  for (const word of words) {
    if (lines.at(-1)!.length + 1 + word.length > 120) lines.push(" ");
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines;
}

type Settings = Readonly<Record<string, unknown>>;

/** What all runs share, and what each row has beside; seeds are in the tables. */
function settingsByRow(runs: readonly RunPlan[]): { common: Settings; own: Map<string, Settings> } {
  const rows = new Map<string, Settings>();
  for (const { row, settings } of runs) {
    const { seed: _, ...rest } = settings as Settings;
    rows.set(row, rest);
  }
  const all = [...rows.values()];
  const isCommon = (key: string, value: unknown) =>
    all.every((settings) => JSON.stringify(settings[key]) === JSON.stringify(value));
  const pick = (settings: Settings, common: boolean) =>
    Object.fromEntries(Object.entries(settings).filter(([key, value]) => isCommon(key, value) === common));
  return {
    common: pick(all[0]!, true),
    own: new Map([...rows].map(([row, settings]) => [row, pick(settings, false)])),
  };
}

/** One line a key; maps and lists in YAML's flow style. */
function yamlLines(settings: Settings): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}: ${flow(value)}`);
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}: ${flow(each)}`)
    .join(", ")}}`;
}
