/**
 * The matrices of an adapter while it is trained (Hu et al. 2021). The model's own variables hold W + scale · A B, so that every layer and
 * kernel works as ever; A and B get their gradients from that of the whole, and W itself is kept beside, never to change.
 */
import * as tf from "@tensorflow/tfjs";
import { CheckpointError, ConfigError } from "../../base/errors.ts";
import { adapterNames } from "../../checkpoint/adapter.ts";
import type { Config } from "../../config/config.ts";
import { uniform } from "../../layers/initializers.ts";
import type { Parameter, ParameterValues } from "../../layers/parameters.ts";
import { frozenBy } from "./frozen-parameters.ts";

/** Rows of the vocabulary and gates are no matrices of layers. */
const NOT_ADAPTED = /(^|\.)(embedding|output\.weights|gate\.\w+)$/;

interface Adapted {
  /** Of the model: W + scale · A B. */
  variable: tf.Variable;
  /** W, [rows, columns] or [matrices, rows, columns]. */
  weights: tf.Tensor;
  /** A [.., rows, rank] */
  left: { name: string; variable: tf.Variable };
  /** B [.., rank, columns]: zeros at the start, so that the model begins as it was. */
  right: { name: string; variable: tf.Variable };
}

/** Whether a parameter of that name is left as it is by an adapter of this configuration. */
export function keptByAdapter({ adapter, freeze }: Pick<Config, "adapter" | "freeze">): (name: string) => boolean {
  const isChosen = frozenBy(adapter?.parameters ?? []);
  const isFrozen = frozenBy(freeze);
  return (name) => NOT_ADAPTED.test(name) || isFrozen(name) || !isChosen(name);
}

export class AdapterParameters {
  readonly scale: number;
  private readonly adapted: readonly Adapted[];

  /**
   * Of the parameters that are trainable, new or as a checkpoint has them. Throws ConfigError where there are none, CheckpointError for a
   * checkpoint of another adapter.
   */
  constructor(
    parameters: readonly Parameter[],
    { rank, alpha = 2 * rank }: NonNullable<Config["adapter"]>,
    seed: number,
    stored?: ParameterValues,
  ) {
    this.scale = alpha / rank;
    const chosen = parameters.filter(({ variable }) => variable.trainable && variable.rank > 1);
    if (chosen.length === 0) {
      throw new ConfigError("adapter: its parameters name no matrix of the model's layers", {
        where: "section base, adapter",
        nextStep:
          "Leave adapter.parameters out, or use patterns such as decoder.*; embeddings and gates have no adapters.",
      });
    }
    this.adapted = chosen.map(({ name, variable }) => {
      const [rows, columns] = variable.shape.slice(-2) as [number, number];
      const matrices = variable.shape.slice(0, -2);
      const [a, b] = adapterNames(name);
      const make = (part: string, shape: number[], initial: () => tf.Tensor) => {
        const values = stored === undefined ? initial() : storedTensor(stored, part, shape);
        const made = { name: part, variable: tf.variable(values) };
        values.dispose();
        return made;
      };
      const leftShape = [...matrices, rows, rank];
      const rightShape = [...matrices, rank, columns];
      return {
        variable,
        weights: tf.keep(variable.clone()),
        left: make(a, leftShape, () => uniform(1 / Math.sqrt(rows))(leftShape, a, seed)),
        right: make(b, rightShape, () => tf.zeros(rightShape)),
      };
    });
    this.apply();
  }

  /** What is trained and saved, in the order of the model's parameters. */
  get all(): { name: string; variable: tf.Variable }[] {
    return this.adapted.flatMap(({ left, right }) => [left, right]);
  }

  get count(): number {
    return this.all.reduce((sum, { variable }) => sum + variable.size, 0);
  }

  /** Puts W + scale · A B into the model. */
  apply(): void {
    for (const { variable, weights, left, right } of this.adapted) {
      tf.tidy(() => {
        const product = tf.matMul(left.variable as tf.Tensor, right.variable as tf.Tensor);
        variable.assign(tf.add(weights, tf.mul(product, this.scale)));
      });
    }
  }

  /** Gradients of A and B by variable name, from those of the model's parameters; the caller disposes of them. */
  gradients(ofModel: tf.NamedTensorMap): tf.NamedTensorMap {
    const own: tf.NamedTensorMap = {};
    for (const { variable, left, right } of this.adapted) {
      const gradient = ofModel[variable.name];
      if (gradient === undefined) continue;
      const [dLeft, dRight] = tf.tidy(() => [
        tf.mul(tf.matMul(gradient, right.variable as tf.Tensor, false, true), this.scale),
        tf.mul(tf.matMul(left.variable as tf.Tensor, gradient, true, false), this.scale),
      ]);
      own[left.variable.name] = dLeft!;
      own[right.variable.name] = dRight!;
    }
    return own;
  }

  dispose(): void {
    for (const { weights, left, right } of this.adapted) tf.dispose([weights, left.variable, right.variable]);
  }
}

function storedTensor(stored: ParameterValues, name: string, shape: number[]): tf.Tensor {
  const found = stored.get(name);
  if (found !== undefined && String(found.shape) === String(shape)) return tf.tensor(found.data.slice(), shape);
  const problem = found === undefined ? "is missing" : `has shape [${found.shape.join(", ")}]`;
  throw new CheckpointError(`${name} ${problem}, where this adapter needs [${shape.join(", ")}]`, {
    nextStep: "Use the adapter's configuration as it was, or train into another save_model directory.",
  });
}
