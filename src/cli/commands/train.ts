/** `nmt train --config F.yaml`: trains a model, or resumes the run in its model directory. */
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { nativeBackend } from "../../backends/native/backend.ts";
import { KernelProfile } from "../../backends/native/profile.ts";
import { selectBackend } from "../../backends/select.ts";
import { UsageError } from "../../base/errors.ts";
import { log, logToFile } from "../../base/logger.ts";
import { formatDuration } from "../../base/progress.ts";
import { untilStopped } from "../../base/stop-signal.ts";
import { loadConfig } from "../../config/load.ts";
import type { Communicator } from "../../parallel/communicator.ts";
import { threadsOfRank } from "../../parallel/processors.ts";
import { trainingReporter } from "../../training/run-recorder.ts";
import { type RunReporter, runTraining } from "../../training/run-training.ts";
import { asRank } from "../as-rank.ts";
import { ensureCorpora } from "../ensure-corpora.ts";
import { configOptions, configOverrides } from "../options.ts";
import { formatProfile } from "./profile-table.ts";

interface TrainArguments {
  config: string;
  profile: boolean;
  [key: string]: unknown;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train",
  describe: "Train a model from a configuration; the same command again resumes",
  builder: (yargs) =>
    yargs
      .option("config", { type: "string", demandOption: true, describe: "YAML file; any of its keys is an option too" })
      .option("profile", {
        type: "boolean",
        default: false,
        describe: "At the end, show where a step's time went, by kernel",
      })
      .options(configOptions()) as never,
  handler: (args) => asRank((ranks) => train(args, ranks)),
};

async function train(args: TrainArguments, ranks: Communicator): Promise<void> {
  const config = loadConfig(args.config, configOverrides(args));
  if (ranks.rank === 0) await ensureCorpora(config);
  const threads = config.threads === 0 ? await threadsOfRank(ranks) : config.threads;
  const backend = await selectBackend({ ...config, threads });
  if (ranks.rank > 0) {
    // One terminal is enough for all: the others' messages go to files of their own.
    logToFile(join(config.saveModel, "ranks", `rank-${ranks.rank}.log`));
    await untilStopped((signal) => runTraining(config, silentReporter, signal, ranks));
    return;
  }
  const profile = args.profile ? startProfile() : undefined;
  const reporter = { ...trainingReporter(config, backend), ...(profile && profiling(profile)) };
  if (ranks.size > 1) log.info(describeJob(ranks));
  const result = await untilStopped((signal) => runTraining(config, reporter, signal, ranks));
  if (profile !== undefined) log.info(formatProfile(profile.report()));
  const { step, trainSeconds, best } = result.state;
  if (result.reason === "stopped") return;
  const score =
    best === undefined ? "" : `; best ${config.bestCheckpointMetric} ${best.value.toFixed(2)} at step ${best.step}`;
  log.info(`trained ${step} steps in ${formatDuration(trainSeconds)}${score}`);
  const isLanguageModel = config.task === "language_model";
  const next = isLanguageModel ? "score text with: nmt score --src FILE" : "translate with: nmt translate";
  const made =
    config.adapter === undefined
      ? `--model ${config.saveModel}`
      : `--model ${config.trainFrom} --adapter ${config.saveModel}`;
  log.info(`${next} ${made}`);
}

/** A rank of a job writes nothing that another one writes too. */
const silentReporter: RunReporter = {
  onMessage: (message) => log.info(message),
  onStart: () => {},
  onProgress: () => {},
  onValidation: () => {},
  onCheckpoint: () => {},
  onEnd: (_step, _reason, message) => log.info(message),
};

function describeJob({ size, hosts, transport }: Communicator): string {
  const machines = new Set(hosts).size;
  return `${size} ranks on ${machines === 1 ? "one machine" : `${machines} machines`}; ${transport}`;
}

/** Throws UsageError where the backend is not the one whose kernels can be counted. */
function startProfile(): KernelProfile {
  const addon = nativeBackend()?.addon;
  if (addon !== undefined) return new KernelProfile(addon);
  throw new UsageError("--profile counts the kernels of the native backend, which is not in use", {
    nextStep: "Use --backend native, or leave --profile out.",
  });
}

/** Steps alone are profiled, not validation; the first one, which fills pools and caches, is left out. */
function profiling(profile: KernelProfile): Pick<RunReporter, "onStepStart" | "onStepEnd"> {
  let steps = 0;
  return {
    onStepStart: () => profile.start(),
    onStepEnd: ({ dataWait }) => {
      profile.stop(dataWait);
      if (++steps === 1) profile.reset();
    },
  };
}
