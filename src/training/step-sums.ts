/**
 * Sums of vectors over all batches of one accumulated step, such as importance and load: CV² of the sums is another loss than
 * the mean of the batches' CV². The sums must be known before the first gradient, so every batch is run twice.
 */
import * as tf from "@tensorflow/tfjs";
import type { SumOverBatches } from "../layers/forward-context.ts";
import type { Communicator } from "../parallel/communicator.ts";

export class StepSums {
  /** Each batch's own vectors, in the order in which its forward pass asks for their sums. */
  private readonly own: Float32Array[][] = [];
  /** Sums over all batches of all ranks, once they are shared. */
  private shared: Float32Array[] | undefined;

  /** For a first forward pass of the next batch: notes its vectors. */
  record(): SumOverBatches {
    const vectors: Float32Array[] = [];
    this.own.push(vectors);
    return (own) => {
      vectors.push(own.dataSync<"float32">().slice());
      return own;
    };
  }

  /** Once every batch of this rank was recorded: adds up those of all ranks. */
  share(ranks: Communicator): void {
    const [first = []] = this.own;
    const totals = first.map((vector, call) =>
      Float32Array.from(vector, (_, i) => this.own.reduce((sum, vectors) => sum + vectors[call]![i]!, 0)),
    );
    const all = new Float32Array(totals.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    const places = totals.map((vector) => {
      all.set(vector, at);
      at += vector.length;
      return all.subarray(at - vector.length, at);
    });
    ranks.allReduce(all).wait();
    this.shared = places;
  }

  /** For the pass that is differentiated, once every batch was recorded: adds what the other batches had, as constants. */
  replay(batch: number): SumOverBatches {
    let call = 0;
    return (own) => {
      if (this.shared !== undefined) {
        const [total, recorded] = [this.shared[call]!, this.own[batch]![call]!];
        call++;
        return withOthers(own, total, recorded);
      }
      const vectors = this.own.filter((_, other) => other !== batch).map((vectors) => vectors[call]!);
      call++;
      const others = Float32Array.from({ length: own.size }, (_, i) => vectors.reduce((sum, v) => sum + v[i]!, 0));
      return tf.add<tf.Tensor1D>(own, tf.tensor1d(others));
    };
  }
}

/** For steps of one batch a rank: each vector's sum over all ranks, at once. */
export function sumOverRanks(ranks: Communicator): SumOverBatches {
  return (own) => {
    const values = own.dataSync<"float32">().slice();
    const total = values.slice();
    ranks.allReduce(total).wait();
    return withOthers(own, total, values);
  };
}

/** A vector and, as constants, what others add to it. */
function withOthers(own: tf.Tensor1D, total: Float32Array, recorded: Float32Array): tf.Tensor1D {
  return tf.add<tf.Tensor1D>(own, tf.tensor1d(total.map((sum, i) => sum - recorded[i]!)));
}
