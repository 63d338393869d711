/** What a rank holds of a model that is new, and of one that is read from a checkpoint which all ranks have written together. */
import * as tf from "@tensorflow/tfjs";
import { selectBackend } from "../../src/backends/select.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { Communicator } from "../../src/parallel/communicator.ts";
import type { DividedValues } from "../../src/parallel/divided-values.ts";
import { readRun, saveRun } from "../../src/training/run-files.ts";
import { freshState } from "../../src/training/trainer-state.ts";
import { trainingOptimizer } from "../../src/training/training-optimizer.ts";
import { toyOptions } from "../model/toy-model.ts";

export interface Held {
  /** This rank's values of what is divided, by name, and how many experts there are. */
  divided: Record<string, { of: number; begin: number; values: number[] }>;
  /** Names of what is whole. */
  whole: string[];
  /** Bytes of all tensors of the model and its optimiser. */
  bytes: number;
  /** The same of the model that was read back. */
  read: { divided: Held["divided"]; bytes: number };
  /** Names of tensors of the checkpoint of which all was read, and of which a part was. */
  readWhole: string[];
  readInParts: string[];
}

const adam = { adamBeta1: 0.9, adamBeta2: 0.98, adamEpsilon: 1e-6, maxGradNorm: 1 };

export async function run(ranks: Communicator, folder: string): Promise<Held> {
  for (let rank = 0; rank < ranks.size; rank++) {
    if (rank === ranks.rank) await selectBackend({ backend: "cpu", threads: 1 });
    ranks.barrier().wait();
  }
  // Five inner units and three hidden ones: parts begin anywhere within a block of random numbers.
  const options = { ...toyOptions, moe: { ...toyOptions.moe!, numExperts: 6, expertHiddenSize: 5 } };
  const source = { seed: 5, ...(ranks.size > 1 && { expertRanks: ranks }) };
  const before = tf.memory().numBytes;
  const model = new Seq2Seq(options, source);
  const optimizer = trainingOptimizer({ ...adam, expertOptim: "factored_adam" }, model.parameters);
  const bytes = tf.memory().numBytes - before;
  const state = { ...freshState(), step: 1 };
  await saveRun(folder, model.parameters, optimizer, state, 1, ranks);
  const resumed = (await readRun(folder, ranks))!;
  const [readWhole, readInParts] = [new Set<string>(), new Set<string>()];
  const watched = (values: ReadonlyMap<string, DividedValues>) =>
    new Map([...values].map(([name, value]) => [name, new Watched(name, value, readWhole, readInParts)]));
  const again = new Seq2Seq(options, { ...source, stored: watched(resumed.parameters) });
  const moments = watched(resumed.moments);
  trainingOptimizer({ ...adam, expertOptim: "factored_adam" }, again.parameters, moments, 1);
  return {
    divided: dividedOf(model),
    whole: model.parameters.filter(({ part }) => part === undefined).map(({ name }) => name),
    bytes,
    read: { divided: dividedOf(again), bytes: tf.memory().numBytes - before - bytes },
    readWhole: [...readWhole],
    readInParts: [...readInParts],
  };
}

class Watched implements DividedValues {
  readonly shape: readonly number[];
  private readonly name: string;
  private readonly values: DividedValues;
  private readonly whole: Set<string>;
  private readonly inParts: Set<string>;

  constructor(name: string, values: DividedValues, whole: Set<string>, inParts: Set<string>) {
    this.shape = values.shape;
    this.name = name;
    this.values = values;
    this.whole = whole;
    this.inParts = inParts;
  }

  get data(): Float32Array {
    this.whole.add(this.name);
    return this.values.data;
  }

  part(of: { begin: number; length: number }): Float32Array {
    this.inParts.add(this.name);
    return this.values.part!(of);
  }
}

function dividedOf(model: Seq2Seq): Held["divided"] {
  const divided = model.parameters.filter(({ part }) => part !== undefined);
  return Object.fromEntries(
    divided.map(({ name, variable, part }) => {
      return [name, { of: part!.of, begin: part!.begin, values: [...variable.dataSync<"float32">()] }];
    }),
  );
}
