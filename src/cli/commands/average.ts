/** `nmt average`: a model whose weights are the mean of a training run's last checkpoints. */
import { existsSync, readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { NmtError, UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { averageCheckpoints } from "../../checkpoint/average.ts";
import { checkpointFiles, listCheckpoints } from "../../checkpoint/checkpoint-folder.ts";
import { modelPaths, openModelDirectory } from "../../checkpoint/model-directory.ts";
import { readSafetensors } from "../../checkpoint/read-safetensors.ts";
import { writeBestModel } from "../../checkpoint/write-checkpoint.ts";
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";

interface AverageArguments {
  model: string;
  output: string;
  last: number;
}

export const averageCommand: CommandModule<object, AverageArguments> = {
  command: "average",
  describe: "Average the last checkpoints of a training run into a model directory of its own",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("output", { type: "string", demandOption: true, describe: "Model directory to write" })
      .option("last", { type: "number", default: 5, describe: "How many checkpoints, the newest ones, of those kept" }),
  handler: ({ model, output, last }) => {
    if (!Number.isInteger(last) || last < 1) {
      throw new UsageError(`--last is ${last}`, { nextStep: "Give a whole number from 1 on." });
    }
    const { wordpieceModelPath, config } = openModelDirectory(model);
    const checkpoints = listCheckpoints(modelPaths(model).checkpoints).slice(-last);
    if (checkpoints.length === 0) {
      throw new UsageError("there are no checkpoints to average", {
        where: modelPaths(model).checkpoints,
        nextStep: "Average a directory that nmt train wrote and whose checkpoints folder is kept.",
      });
    }
    const target = modelPaths(output);
    if (existsSync(target.checkpoints)) {
      throw new UsageError("the output is a training run's directory", {
        where: output,
        nextStep: "Name a directory of its own after --output.",
      });
    }
    if (existsSync(target.weights) && !isAverageOf(output, config)) {
      throw new UsageError("the output has a model that is not an average of this training run", {
        where: target.weights,
        nextStep: "Name a directory of its own after --output, or move the model elsewhere.",
      });
    }
    const weights = averageCheckpoints(checkpoints.map(({ path }) => checkpointFiles(path).model));
    const steps = checkpoints.map(({ step }) => step);
    writeFileAtomic(target.config, readFileSync(modelPaths(model).config));
    writeFileAtomic(target.wordpieces, readFileSync(wordpieceModelPath));
    writeBestModel(output, steps.at(-1)!, weights, { averaged_steps: steps.join(",") });
    log.info(`averaged the checkpoints of steps ${steps.join(", ")} into ${output}`);
  },
};

/** Whether this command wrote a directory's weights from the checkpoints of the same run. */
function isAverageOf(directory: string, { saveModel }: Config): boolean {
  const { weights, config } = modelPaths(directory);
  try {
    const { metadata } = readSafetensors(weights);
    return metadata["averaged_steps"] !== undefined && loadConfig(config).saveModel === saveModel;
  } catch (error) {
    if (error instanceof NmtError) return false;
    throw error;
  }
}
