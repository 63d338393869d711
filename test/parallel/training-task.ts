/** Steps of a toy model on the ranks of a job: what each rank reads is its part of what one process would read in the same step. */
import type * as tf from "@tensorflow/tfjs";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import type { GatingKind } from "../../src/config/choices.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { MoeOptions } from "../../src/moe/moe-layer.ts";
import type { Communicator } from "../../src/parallel/communicator.ts";
import { type TrainStepResult, trainStep } from "../../src/training/train-step.ts";
import { trainingOptimizer } from "../../src/training/training-optimizer.ts";
import { reverseBatch, toyOptions } from "../model/toy-model.ts";

export interface TrainingInput {
  backend: "cpu" | "native";
  /** Without it there are no experts. */
  gating?: GatingKind;
  moe?: Partial<MoeOptions>;
  expertOptim: "adam" | "factored_adam";
  expertParallel: boolean;
  /** Batches of a step on all ranks together, and how many pairs each has. */
  batches: number;
  pairs: readonly number[];
  /** Most pieces of a sentence; 5 unless given. */
  longest?: number;
  /** Of noise; 7 unless given. */
  seed?: number;
  dropout?: number;
  maxGradNorm?: number;
}

export interface TrainingOutcome {
  results: TrainStepResult[];
  /** By name: this rank's values. */
  parameters: Record<string, number[]>;
  /** Names of those of which it has a part. */
  divided: string[];
  /** [steps][layers][experts] this rank's positions for each expert. */
  routed: number[][][];
}

const STEPS = 3;

export async function run(ranks: Communicator, input: TrainingInput): Promise<TrainingOutcome> {
  // Threads of one process share the addon's.
  for (let rank = 0; rank < ranks.size; rank++) {
    if (rank === ranks.rank) await selectBackend({ backend: input.backend, threads: 1 });
    ranks.barrier().wait();
  }
  const { expertParallel, expertOptim, maxGradNorm = 1 } = input;
  const divides = expertParallel && ranks.size > 1;
  const moe = { ...toyOptions.moe!, numExperts: 8, ...input.moe };
  const model = new Seq2Seq(
    {
      ...toyOptions,
      dropout: input.dropout ?? 0.1,
      moe: input.gating === undefined ? undefined : { ...moe, gating: input.gating },
      tieSoftmax: true,
    },
    { seed: 5, ...(divides && { expertRanks: ranks }) },
  );
  const adam = { adamBeta1: 0.9, adamBeta2: 0.98, adamEpsilon: 1e-6, maxGradNorm, expertOptim };
  const sum = (own: number) =>
    ranks
      .gatherNumbers(Float64Array.of(own))
      .wait()
      .reduce((total, [each]) => total + each!, 0);
  const optimizer = trainingOptimizer(adam, model.parameters, undefined, 0, ranks.size > 1 ? sum : undefined);
  const results: TrainStepResult[] = [];
  const routed: number[][][] = [];
  const own = input.batches / ranks.size;
  for (let step = 0; step < STEPS; step++) {
    const all = Array.from({ length: input.batches }, (_, i) =>
      reverseBatch(new Random(100 * step + i), input.pairs[i % input.pairs.length]!, 12, input.longest),
    );
    const batches = Array.from({ length: own }, (_, i) => all[i * ranks.size + ranks.rank]!);
    const options = {
      learningRate: 0.01,
      labelSmoothing: 0.1,
      seed: input.seed ?? 7,
      pass: step * input.batches,
      ranks,
    };
    results.push(trainStep(model, optimizer, batches, options));
    routed.push(model.moeLayers.map(({ balance }) => [...balance.load]));
    for (const { balance } of model.moeLayers) balance.reset();
  }
  const values = (variable: tf.Variable) => Array.from(variable.dataSync<"float32">());
  return {
    results,
    parameters: Object.fromEntries(model.parameters.map(({ name, variable }) => [name, values(variable)])),
    divided: model.parameters.filter(({ part }) => part !== undefined).map(({ name }) => name),
    routed,
  };
}
