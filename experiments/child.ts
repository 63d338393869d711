/** The process of one run: trains, or resumes, then measures the best weights on held-out text and writes the result. */
import { readFileSync, rmSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { selectBackend } from "../src/backends/select.ts";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { formatError } from "../src/base/errors.ts";
import { untilStopped } from "../src/base/stop-signal.ts";
import { modelPaths } from "../src/checkpoint/model-directory.ts";
import { resolveConfig } from "../src/config/resolve.ts";
import { readRunLog } from "../src/report/run-log.ts";
import { trainingReporter } from "../src/training/run-recorder.ts";
import { runTraining } from "../src/training/run-training.ts";
import type { RunResult } from "./experiment.ts";
import { curveOf, trainBalanceOf } from "./log-figures.ts";
import { measureHeldOut } from "./measure-held-out.ts";
import { type RunOrder, STOPPED } from "./run-order.ts";

/** `path`: a file that holds a RunOrder. */
async function main(path: string): Promise<void> {
  const { plan, directory, result, threads } = JSON.parse(readFileSync(path, "utf8")) as RunOrder;
  const config = resolveConfig({ ...plan.settings, save_model: directory, threads }, path);
  const backend = await selectBackend(config);
  const training = await untilStopped((signal) => runTraining(config, trainingReporter(config, backend), signal));
  if (training.reason === "stopped") {
    process.exitCode = STOPPED;
    return;
  }
  const maxMemoryGiB = process.resourceUsage().maxRSS / 2 ** 20;
  const { step, trainSeconds, best } = training.state;
  const log = readRunLog(modelPaths(directory).log);
  const curve = curveOf(log);
  const bestStep = best?.step ?? step;
  const finished: RunResult = {
    row: plan.row,
    seed: plan.seed,
    settings: plan.settings,
    finished: new Date().toISOString(),
    machine: `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${backend.backend} backend (${backend.detail})`,
    threads,
    steps: step,
    bestStep,
    trainSeconds,
    parameters: training.parameters,
    maxMemoryGiB,
    curve,
    trainBalance: trainBalanceOf(log),
    validPerplexity: curve.find((point) => point.step === bestStep)?.perplexity ?? Number.NaN,
    ...(await measureHeldOut(directory, config, plan.beamSize)),
  };
  writeFileAtomic(result, `${JSON.stringify(finished)}\n`);
  // Best weights, wordpieces and log stay; what only training needs is large.
  for (const name of ["checkpoints", "data"]) rmSync(join(directory, name), { recursive: true, force: true });
}

try {
  await main(process.argv[2]!);
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
