/**
 * `npm run fuzz`: damaged files of every kind, and whether reading them ends in a typed error or a right result; with `--only server`,
 * malformed requests to a server, and whether each is refused.
 */
import { join } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { Progress } from "../../src/base/progress.ts";
import { formatGrid } from "../../src/metrics/score-grid.ts";
import { FORMATS } from "./formats.ts";
import { fuzzServer } from "./server/run.ts";
import { type FormatReport, fuzz } from "./supervise.ts";

const SERVER = "server";
const names = FORMATS.map(({ name }) => name);
const options = yargs(hideBin(process.argv))
  .scriptName("npm run fuzz --")
  .option("cases", { type: "number", default: 10_000, describe: "Damaged files, spread over the formats" })
  .option("seed", { type: "number", default: 1, describe: "Makes other files" })
  .option("only", { choices: [...names, SERVER], array: true, describe: "Formats, or the server alone" })
  .option("first", { type: "number", default: 0, describe: "Number of each format's first case, to repeat one" })
  .strict()
  .parseSync();

if (options.only?.includes(SERVER) === true) process.exit((await reportServer()) ? 0 : 1);
const chosen = options.only === undefined || options.only.length === 0 ? names : options.only;
const reports: FormatReport[] = [];
const began = performance.now();
const progress = new Progress({ label: "fuzzing", unit: "cases", total: options.cases });
let done = 0;
for (const [i, format] of chosen.entries()) {
  const share = (upTo: number) => Math.floor((options.cases * upTo) / chosen.length);
  const cases = share(i + 1) - share(i);
  const onCase = () => progress.update(++done);
  const module = join(import.meta.dirname, "formats.ts");
  reports.push(await fuzz({ module, format, seed: options.seed, first: options.first, cases, onCase }));
}
progress.end();

for (const { format, problems } of reports) {
  for (const { index, damage, problem } of problems.slice(0, 5)) {
    console.log(
      `${format}, case ${index} (${damage || "see --first"}):\n  ${problem?.trim().replaceAll("\n", "\n  ")}\n`,
    );
  }
}
const sum = (of: (report: FormatReport) => number) => reports.reduce((total, report) => total + of(report), 0);
const column = (title: string, of: (report: FormatReport) => number) => ({
  title,
  align: "right" as const,
  cells: [...reports.map(of), sum(of)].map(String),
});
console.log(
  formatGrid([
    { title: "format", align: "right", cells: [...reports.map(({ format }) => format), "all"] },
    column("cases", ({ cases }) => cases),
    column("typed errors", ({ typedErrors }) => typedErrors),
    column("accepted", ({ accepted }) => accepted),
    column("problems", ({ problems }) => problems.length),
  ]),
);
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s, seed ${options.seed}`);
process.exitCode = sum(({ problems }) => problems.length) === 0 ? 0 : 1;

/** Whether there were no problems. */
async function reportServer(): Promise<boolean> {
  const began = performance.now();
  const progress = new Progress({ label: "fuzzing", unit: "cases", total: options.cases });
  let done = 0;
  const { seed, first, cases } = options;
  const report = await fuzzServer({ seed, first, cases, onCase: () => progress.update(++done) });
  progress.end();
  for (const problem of report.problems.slice(0, 20)) console.log(problem);
  const kinds = Object.keys(report.outcomes).sort();
  const found = kinds.map((kind) => Object.entries(report.outcomes[kind]!).map(([what, count]) => `${what}: ${count}`));
  console.log(
    formatGrid([
      { title: "request", align: "right", cells: kinds },
      { title: "answers", align: "right", cells: found.map((each) => each.sort().join(", ")) },
    ]),
  );
  const [before, after] = report.holdings;
  console.log(
    `memory of JavaScript ${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MB, open files ${before.files} → ${after.files}`,
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${cases} requests, ${report.problems.length} problems, ${seconds} s, seed ${seed}`);
  return report.problems.length === 0;
}
