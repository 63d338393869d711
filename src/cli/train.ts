/** `nmt train --config F.yaml`: trains a model, or resumes the run in its model directory. */
import type { CommandModule } from "yargs";
import { selectBackend } from "../backends/select.ts";
import { log } from "../base/logger.ts";
import { formatDuration } from "../base/progress.ts";
import { loadConfig } from "../config/load.ts";
import { runTraining } from "../training/run-training.ts";
import { configOptions, configOverrides } from "./options.ts";
import { untilStopped } from "./stop-signal.ts";
import { trainingReporter } from "./training-report.ts";

interface TrainArguments {
  config: string;
  [key: string]: unknown;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train",
  describe: "Train a model from a configuration; the same command again resumes",
  builder: (yargs) =>
    yargs
      .option("config", { type: "string", demandOption: true, describe: "YAML file; any of its keys is an option too" })
      .options(configOptions()) as never,
  handler: async (args) => {
    const config = loadConfig(args.config, configOverrides(args));
    const backend = await selectBackend(config);
    const result = await untilStopped((signal) => runTraining(config, trainingReporter(config, backend), signal));
    const { step, trainSeconds, best } = result.state;
    if (result.reason === "stopped") {
      log.info(`stopped and saved at step ${step}; the same command goes on from there`);
      return;
    }
    const score =
      best === undefined ? "" : `; best ${config.bestCheckpointMetric} ${best.value.toFixed(2)} at step ${best.step}`;
    log.info(`trained ${step} steps in ${formatDuration(trainSeconds)}${score}`);
    log.info(`translate with: nmt translate --model ${config.saveModel}`);
  },
};
