/**
 * Sums of vectors over all batches of one accumulated step, such as importance and load: CV² of the sums is another loss than
 * the mean of the batches' CV². The sums must be known before the first gradient, so every batch is run twice.
 */
import * as tf from "@tensorflow/tfjs";
import type { SumOverBatches } from "../layers/forward-context.ts";

export class StepSums {
  /** Each batch's own vectors, in the order in which its forward pass asks for their sums. */
  private readonly own: Float32Array[][] = [];

  /** For a first forward pass of the next batch: notes its vectors. */
  record(): SumOverBatches {
    const vectors: Float32Array[] = [];
    this.own.push(vectors);
    return (own) => {
      vectors.push(own.dataSync<"float32">().slice());
      return own;
    };
  }

  /** For the pass that is differentiated, once every batch was recorded: adds what the other batches had, as constants. */
  replay(batch: number): SumOverBatches {
    let call = 0;
    return (own) => {
      const vectors = this.own.filter((_, other) => other !== batch).map((vectors) => vectors[call]!);
      call++;
      const others = Float32Array.from({ length: own.size }, (_, i) => vectors.reduce((sum, v) => sum + v[i]!, 0));
      return tf.add<tf.Tensor1D>(own, tf.tensor1d(others));
    };
  }
}
