/** The named parameters of a model, in the order of their creation. */
import * as tf from "@tensorflow/tfjs";
import { CheckpointError, NmtError } from "../base/errors.ts";
import { floatTensor } from "../ops/tensor.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { type DividedValues, valuesOf } from "../parallel/divided-values.ts";
import { type PartOf, partOf } from "../parallel/parts.ts";
import { type Initializer, uniform, uniformPart } from "./initializers.ts";

/** One named tensor that is trained. */
export interface Parameter {
  /** Name in checkpoints, `encoder.lstm1.forward.bias`. */
  name: string;
  /** One that is not `trainable` stays as it is. */
  variable: tf.Variable;
  /** Matrices of experts, [experts, rows, columns]. */
  expertMatrices: boolean;
  /** Of one whose first axis is divided among ranks: which of its `of` matrices the variable has. */
  part?: PartOf;
}

/** Values of parameters by name, as a checkpoint gives them. */
export type ParameterValues = ReadonlyMap<string, DividedValues>;

/** Where parameters take their first values from. */
export interface ParameterSource {
  /** Seed of initial values. */
  seed: number;
  /** A checkpoint's values; its names and shapes are compared as parameters are created. */
  stored?: ParameterValues | undefined;
  /** Without a checkpoint: values of a parameter, of `part` alone where that is given; undefined for those of its own initializer. */
  initial?: ((name: string, shape: readonly number[], part?: PartOf) => Float32Array | undefined) | undefined;
  /** Whether a parameter stays as it is. */
  frozen?: ((name: string) => boolean) | undefined;
  /** Draws weight matrices uniformly from ± this instead of by their fan-in. */
  weightRange?: number | undefined;
  /** Ranks that the experts of each layer are divided among; without it this process has all of them. */
  expertRanks?: Communicator | undefined;
}

/** Creates parameters, and holds them. */
export class Parameters {
  private readonly source: ParameterSource;
  private readonly byName = new Map<string, tf.Variable>();
  private readonly ofExperts = new Set<string>();
  private readonly parts = new Map<string, PartOf>();

  constructor(source: ParameterSource) {
    this.source = source;
  }

  /** A weight matrix, uniform in ± 1 / √fanIn unless the run sets another range. */
  weights<T extends tf.Tensor>(name: string, shape: number[], fanIn: number): T {
    return this.create(name, shape, uniform(this.source.weightRange ?? 1 / Math.sqrt(fanIn)));
  }

  /** A new parameter. Throws CheckpointError where the stored one is missing or has another shape. */
  create<T extends tf.Tensor>(name: string, shape: number[], initializer: Initializer): T {
    return this.add(name, this.given(name, shape) ?? initializer(shape, name, this.source.seed)) as T;
  }

  /** Ranks that routed experts are divided among, if they are. */
  get expertRanks(): Communicator | undefined {
    return this.source.expertRanks;
  }

  /**
   * Matrices of experts, [experts, rows, columns], uniform in ± `range`; `divided` among the ranks, this one has [its experts, rows, columns], and
   * never any numbers of the others.
   */
  expertMatrices(name: string, shape: [number, number, number], range: number, divided = false): tf.Tensor3D {
    this.ofExperts.add(name);
    const { expertRanks: ranks, seed } = this.source;
    if (!divided || ranks === undefined) return this.create<tf.Tensor3D>(name, shape, uniform(range));
    const [of, rows, columns] = shape;
    const part = { ...partOf(of, ranks.rank, ranks.size), of };
    this.parts.set(name, part);
    const own = [part.length, rows, columns];
    const initial = this.given(name, shape, part) ?? uniformPart(range, own, name, seed, part.begin * rows * columns);
    return this.add(name, initial) as tf.Tensor3D;
  }

  private add(name: string, initial: tf.Tensor): tf.Tensor {
    if (this.byName.has(name)) throw new NmtError(`two parameters are called ${name}`);
    const variable = tf.variable(initial, this.source.frozen?.(name) !== true);
    initial.dispose();
    this.byName.set(name, variable);
    return variable;
  }

  /** Values that are not its initializer's, if there are any; `shape` is that of the whole. */
  private given(name: string, shape: number[], part?: PartOf): tf.Tensor | undefined {
    const { stored, initial } = this.source;
    const own = part === undefined ? shape : [part.length, ...shape.slice(1)];
    if (stored === undefined) {
      const values = initial?.(name, shape, part);
      return values && floatTensor(values, own);
    }
    const found = stored.get(name);
    if (found !== undefined && tf.util.arraysEqual([...found.shape], shape)) {
      return floatTensor(valuesOf(found, part), own);
    }
    const problem = found === undefined ? "is missing" : `has shape [${found.shape.join(", ")}]`;
    throw new CheckpointError(`parameter ${name} ${problem}, where this model needs [${shape.join(", ")}]`, {
      nextStep: "Use the configuration the checkpoint was trained with, or train into another save_model directory.",
    });
  }

  /** In the order of creation. */
  get all(): Parameter[] {
    return [...this.byName].map(([name, variable]) => {
      const part = this.parts.get(name);
      return { name, variable, expertMatrices: this.ofExperts.has(name), ...(part !== undefined && { part }) };
    });
  }

  /** How many numbers the model has, on all ranks together. */
  get count(): number {
    return this.all.reduce((sum, { variable, part }) => {
      return sum + (part === undefined ? variable.size : tf.util.sizeFromShape([part.of, ...variable.shape.slice(1)]));
    }, 0);
  }

  /** Releases all of them. */
  dispose(): void {
    for (const variable of this.byName.values()) variable.dispose();
    this.byName.clear();
  }
}
