/** `npm run experiment -- NAME [options]`: trains an experiment's runs and writes their page; the same command again goes on. */
import { join } from "node:path";
import { formatError, NmtError, TrainingError, UsageError } from "../src/base/errors.ts";
import { log } from "../src/base/logger.ts";
import { chosenRuns, type Experiment } from "./experiment.ts";
import { recordedResults, runAll } from "./run-all.ts";
import { writePage } from "./write-page.ts";

/** Each experiment reads its own options. */
export type OpenExperiment = (argv: readonly string[]) => Experiment;

const experiments: Record<string, () => Promise<{ open: OpenExperiment }>> = {
  balance: () => import("./balance.ts"),
  capacity: () => import("./capacity.ts"),
  translation: () => import("./translation.ts"),
};

async function main([name, ...argv]: readonly string[]): Promise<void> {
  const load = name === undefined ? undefined : experiments[name];
  if (name === undefined || load === undefined) {
    throw new UsageError(name === undefined ? "no experiment named" : `there is no experiment "${name}"`, {
      nextStep: `Use one of ${Object.keys(experiments).join(", ")}.`,
    });
  }
  const experiment = (await load()).open(argv);
  const { options, runs } = experiment;
  const places = { folder: join(options.work, name) };
  const chosen = chosenRuns(runs, options.only);
  const command = ["npm run experiment --", name, ...argv.filter((word) => word !== "--report-only")].join(" ");
  const write = async () => log.info(`results are in ${await writePage(experiment, recordedResults(places), command)}`);
  if (options.reportOnly) return write();
  experiment.prepare();
  const { failed, stopped } = await runAll(chosen, { ...places, ...options });
  await write();
  if (stopped) {
    log.info("stopped; the same command goes on from there");
    process.exitCode = 130;
  } else if (failed.length > 0) {
    throw new TrainingError(`${failed.length} of ${chosen.length} runs failed`, {
      where: failed.map((each) => each.log).join(", "),
      nextStep: "Read why at the end of these files; the same command runs them again.",
    });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = error instanceof NmtError ? 2 : 1;
}
