/** Runs of an experiment, each in a process of its own, several side by side; those with a result are not run again. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { log } from "../src/base/logger.ts";
import { formatDuration } from "../src/base/progress.ts";
import { threadCount } from "../src/base/threads.ts";
import { type ResultOf, type RunPlan, type RunResult, runName } from "./experiment.ts";
import { type RunOrder, STOPPED } from "./run-order.ts";

/** Folder of one experiment's runs and results. */
export interface RunPlaces {
  folder: string;
}

export interface RunOptions extends RunPlaces {
  /** Of all runs together; 0 for all cores. */
  threads: number;
  parallel: number;
}

export interface RunsOutcome {
  /** Names of runs that ended with an error, with the path of what they wrote. */
  failed: { name: string; log: string }[];
  /** A signal asked for an end. */
  stopped: boolean;
}

/** Reads recorded results; those of other settings have other names. */
export function recordedResults({ folder }: RunPlaces): ResultOf {
  return (plan) => {
    const path = resultPath(folder, plan);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as RunResult) : undefined;
  };
}

/** Runs what has no result yet. A run that fails doesn't keep others from running. */
export async function runAll(plans: readonly RunPlan[], options: RunOptions): Promise<RunsOutcome> {
  const { folder, parallel } = options;
  const waiting = plans.filter((plan) => !existsSync(resultPath(folder, plan)));
  log.info(`${plans.length - waiting.length} of ${plans.length} runs are done`);
  const outcome: RunsOutcome = { failed: [], stopped: false };
  const threads = Math.max(1, Math.floor(threadCount(options.threads) / Math.max(1, parallel)));
  const worker = async () => {
    for (let plan = waiting.shift(); plan !== undefined && !outcome.stopped; plan = waiting.shift()) {
      await runOne(plan, folder, threads, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  return outcome;
}

async function runOne(plan: RunPlan, folder: string, threads: number, outcome: RunsOutcome): Promise<void> {
  const name = runName(plan);
  const directory = join(folder, "runs", name);
  const order: RunOrder = { plan, directory, threads, result: resultPath(folder, plan) };
  const orderPath = join(folder, "orders", `${name}.json`);
  const output = join(folder, "logs", `${name}.txt`);
  writeFileAtomic(orderPath, `${JSON.stringify(order, undefined, 1)}\n`);
  log.info(`${plan.row}, seed ${plan.seed}: running; ${output} tells how far it is`);
  const started = performance.now();
  const code = await spawnChild(orderPath, output, outcome);
  if (code === 0) {
    log.info(`${plan.row}, seed ${plan.seed}: done in ${formatDuration((performance.now() - started) / 1000)}`);
  } else if (code === STOPPED) outcome.stopped = true;
  else if (!outcome.stopped) outcome.failed.push({ name, log: output });
}

/** Resolves to the exit code, or null where a signal ended the process. */
async function spawnChild(orderPath: string, output: string, outcome: RunsOutcome): Promise<number | null> {
  mkdirSync(join(output, ".."), { recursive: true });
  const file = openSync(output, "a");
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "child.ts"), orderPath], {
    stdio: ["ignore", file, file],
  });
  closeSync(file);
  const pass = (signal: NodeJS.Signals) => {
    outcome.stopped = true;
    // A terminal's Ctrl-C reaches the child by itself; a second one would end it without saving.
    if (signal === "SIGTERM") child.kill("SIGTERM");
  };
  process.on("SIGINT", pass).on("SIGTERM", pass);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
  } finally {
    process.off("SIGINT", pass).off("SIGTERM", pass);
  }
}

function resultPath(folder: string, plan: RunPlan): string {
  return join(folder, "results", `${runName(plan)}.json`);
}
