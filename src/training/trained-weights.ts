/** What a run trains, keeps in checkpoints and writes as its best: all parameters of a model, or an adapter beside them. */
import { CheckpointError } from "../base/errors.ts";
import { writeAdapter } from "../checkpoint/adapter.ts";
import { checkSameParameters } from "../checkpoint/match.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";
import { modelIdentity } from "../checkpoint/model-identity.ts";
import { orDiskFull } from "../checkpoint/write-checkpoint.ts";
import { writeBestModelTogether } from "../checkpoint/write-together.ts";
import type { Config } from "../config/config.ts";
import type { ParameterValues } from "../layers/parameters.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { Optimizer, OptimizerState } from "../optim/optimizer.ts";
import { alone } from "../parallel/alone.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { sumNumbers } from "../parallel/sum-numbers.ts";
import { namedArrays, type Saved } from "./run-files.ts";
import type { TrainerState } from "./trainer-state.ts";
import { trainingOptimizer } from "./training-optimizer.ts";
import { AdapterOptimizer } from "./transfer/adapter-optimizer.ts";
import { AdapterParameters, keptByAdapter } from "./transfer/adapter-parameters.ts";
import type { BaseModel } from "./transfer/base-model.ts";
import { checkFrozen, frozenBy } from "./transfer/frozen-parameters.ts";

export interface TrainedWeights {
  /** As checkpoints have them. */
  readonly saved: Saved;
  /** Of a new run, or one that goes on. */
  optimizer(moments: OptimizerState | undefined, steps: number): Optimizer;
  /** Writes the file that is translated with. */
  saveBest(directory: string, step: number): Promise<void>;
  /** A sentence on what is trained, where that is not all. */
  readonly note: string | undefined;
}

/** Names of parameters that a run leaves as they are. */
export function keptParameters(config: Config): (name: string) => boolean {
  return config.adapter === undefined ? frozenBy(config.freeze) : keptByAdapter(config);
}

/** The file of the best weights. */
export function bestPath({ adapter }: Pick<Config, "adapter">, directory: string): string {
  const { weights, adapter: ofAdapter } = modelPaths(directory);
  return adapter === undefined ? weights : ofAdapter;
}

/**
 * `stored` are a checkpoint's. Throws CheckpointError where they are of another model or adapter, or the adapter of another base, and ConfigError
 * for names that match nothing.
 */
export function trainedWeights(
  config: Config,
  model: TrainableModel,
  base: BaseModel | undefined,
  stored: ParameterValues | undefined,
  state: TrainerState,
  ranks: Communicator = alone,
): TrainedWeights {
  if (config.adapter !== undefined) return adapterWeights(config, config.adapter, model, base!, stored, state);
  const { parameters } = model;
  if (stored !== undefined) checkStored(parameters, stored, config.saveModel);
  return {
    saved: parameters,
    optimizer: (moments, steps) => {
      const sum = ranks.size === 1 ? undefined : (own: number) => sumNumbers(ranks, Float64Array.of(own))[0]!;
      return trainingOptimizer(config, parameters, moments, steps, sum);
    },
    saveBest: (directory, step) => writeBestModelTogether(ranks, directory, step, namedArrays(parameters)),
    note: checkFrozen(config.freeze, parameters),
  };
}

function adapterWeights(
  config: Config,
  options: NonNullable<Config["adapter"]>,
  model: TrainableModel,
  { weightsPath, directory: baseDirectory }: BaseModel,
  stored: ParameterValues | undefined,
  state: TrainerState,
): TrainedWeights {
  const identity = modelIdentity(weightsPath);
  state.base ??= identity;
  if (state.base !== identity) {
    throw new CheckpointError("the model of train_from is not the one that this adapter was begun beside", {
      where: weightsPath,
      nextStep: `Put back ${baseDirectory} as it was, or train into another save_model directory.`,
    });
  }
  const adapter = new AdapterParameters(model.parameters, options, config.seed, stored);
  const { all, count, scale } = adapter;
  if (stored !== undefined) checkStored(all, stored, config.saveModel);
  const share = ((100 * count) / model.parameterCount).toFixed(1);
  const adam = { ...config, expertOptim: "adam" } as const;
  return {
    saved: all,
    optimizer: (moments, steps) => new AdapterOptimizer(adapter, trainingOptimizer(adam, all, moments, steps)),
    saveBest: async (directory, step) => {
      const { adapter: path } = modelPaths(directory);
      orDiskFull(directory, step, () => writeAdapter(path, namedArrays(all), { base: identity, scale, step }));
    },
    note: `an adapter of rank ${options.rank} beside ${all.length / 2} parameters: ${count} numbers are trained, ${share} % of the model's`,
  };
}

/** Throws CheckpointError where a checkpoint has others, such as those of experts. */
function checkStored(parameters: Saved, stored: ParameterValues, directory: string): void {
  const own = parameters.map(({ name, variable: { shape }, part }) => {
    return { name, shape: part === undefined ? shape : [part.of, ...shape.slice(1)] };
  });
  const found = [...stored].map(([name, { shape }]) => ({ name, shape }));
  checkSameParameters(own, found, modelPaths(directory).checkpoints);
}
