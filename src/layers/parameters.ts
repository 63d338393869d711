/** The named parameters of a model, in the order of their creation. */
import * as tf from "@tensorflow/tfjs";
import { NmtError } from "../base/errors.ts";
import { floatTensor } from "../ops/tensor.ts";
import type { Initializer } from "./initializers.ts";

export interface Parameter {
  name: string;
  variable: tf.Variable;
}

/** Values of parameters by name, as a checkpoint gives them. */
export type ParameterValues = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

export class Parameters {
  private readonly seed: number;
  private readonly stored: ParameterValues | undefined;
  private readonly byName = new Map<string, tf.Variable>();

  /** New parameters drawn from `seed`, or those of a checkpoint, whose names and shapes the caller has compared. */
  constructor(seed: number, stored?: ParameterValues) {
    this.seed = seed;
    this.stored = stored;
  }

  create<T extends tf.Tensor>(name: string, shape: number[], initializer: Initializer): T {
    if (this.byName.has(name)) throw new NmtError(`two parameters are called ${name}`);
    const stored = this.stored?.get(name);
    const size = shape.reduce((product, length) => product * length, 1);
    const values = this.stored === undefined ? initializer(size, name, this.seed) : stored?.data;
    if (values === undefined || values.length !== size) {
      const found = stored === undefined ? "is missing" : `has shape [${stored.shape.join(", ")}]`;
      throw new NmtError(`parameter ${name} ${found}, where the model needs [${shape.join(", ")}]`);
    }
    const initial = floatTensor(values, shape);
    const variable = tf.variable(initial);
    initial.dispose();
    this.byName.set(name, variable);
    return variable as unknown as T;
  }

  get all(): Parameter[] {
    return [...this.byName].map(([name, variable]) => ({ name, variable }));
  }

  /** How many numbers the model has. */
  get count(): number {
    return this.all.reduce((sum, { variable }) => sum + variable.size, 0);
  }

  dispose(): void {
    for (const variable of this.byName.values()) variable.dispose();
    this.byName.clear();
  }
}
