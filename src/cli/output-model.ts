/** The model directory that a command makes of another one. */
import { existsSync, statSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { type ModelPaths, modelPaths } from "../checkpoint/model-directory.ts";

/** Paths of a model to be written into `output`. Throws UsageError where there is one already. */
export function newModelPaths(output: string): ModelPaths {
  const paths = modelPaths(output);
  if (existsSync(paths.checkpoints) || existsSync(paths.weights)) {
    throw new UsageError("the output is a model already", {
      where: output,
      nextStep: "Name a new directory after --output.",
    });
  }
  return paths;
}

/** Logs how large each file is. */
export function logSizes(...paths: readonly string[]): void {
  for (const path of paths) log.info(`${path}: ${(statSync(path).size / 1e6).toFixed(1)} MB`);
}
