/** The optimiser of an adapter: steps of its own matrices by the gradients of those they are added to. */
import * as tf from "@tensorflow/tfjs";
import type { Optimizer } from "../../optim/optimizer.ts";
import type { AdapterParameters } from "./adapter-parameters.ts";

export class AdapterOptimizer implements Optimizer {
  private readonly adapter: AdapterParameters;
  private readonly own: Optimizer;

  /** `own` has moments of the adapter's matrices. */
  constructor(adapter: AdapterParameters, own: Optimizer) {
    this.adapter = adapter;
    this.own = own;
  }

  expertUpdate(): undefined {}

  rowGradients(): undefined {}

  step(gradients: tf.NamedTensorMap, learningRate: number, lossScale = 1): number {
    const ofAdapter = this.adapter.gradients(gradients);
    const norm = this.own.step(ofAdapter, learningRate, lossScale);
    tf.dispose(ofAdapter);
    if (Number.isFinite(norm)) this.adapter.apply();
    return norm;
  }

  state(): { name: string; variable: tf.Variable }[] {
    return this.own.state();
  }

  dispose(): void {
    this.own.dispose();
    this.adapter.dispose();
  }
}
