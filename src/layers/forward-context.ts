/** What a forward pass needs beside its inputs: whether it trains, and a fresh random stream for each use of noise. */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { RandomStream } from "../base/random.ts";
import { dropout } from "../ops/dropout.ts";
import type { ExpertUpdate } from "../ops/expert-ffn-update.ts";

/** Streams of one pass start here, clear of those that initialise parameters. */
const TRAINING_STREAMS = 2 ** 40;
const STREAMS_PER_PASS = 256;

/**
 * Adds up a vector over all the batches that make one step together: of other workers, or of other parts of a batch.
 * The gradient goes to this batch's own part, so that the gradients of all of them add up to that of the whole.
 */
export type SumOverBatches = (own: Tensor1D) => Tensor1D;

const alone: SumOverBatches = (own) => own;

export class ForwardContext {
  readonly training: boolean;
  /** A training pass run again later, with the same noise: only what it tells `sumOverBatches` matters. */
  readonly rehearsal: boolean;
  /** For losses on sums over positions that are not sums of losses, such as those of balance. */
  readonly sumOverBatches: SumOverBatches;
  /** Where the backward pass of experts is also their optimiser's step. */
  readonly expertUpdate: ExpertUpdate | undefined;
  private readonly seed: number;
  private stream: number;

  private constructor(
    training: boolean,
    seed: number,
    stream: number,
    sumOverBatches: SumOverBatches,
    rehearsal: boolean,
    expertUpdate?: ExpertUpdate,
  ) {
    this.training = training;
    this.rehearsal = rehearsal;
    this.sumOverBatches = sumOverBatches;
    this.expertUpdate = expertUpdate;
    this.seed = seed;
    this.stream = stream;
  }

  /** `pass` numbers the forward passes of a run: the same seed and pass give the same noise. */
  static forTraining(
    seed: number,
    pass: number,
    sumOverBatches: SumOverBatches = alone,
    expertUpdate?: ExpertUpdate,
  ): ForwardContext {
    const stream = TRAINING_STREAMS + pass * STREAMS_PER_PASS;
    return new ForwardContext(true, seed, stream, sumOverBatches, false, expertUpdate);
  }

  /** The noise of `forTraining`, before the pass that is differentiated. */
  static forRehearsal(seed: number, pass: number, sumOverBatches: SumOverBatches): ForwardContext {
    return new ForwardContext(true, seed, TRAINING_STREAMS + pass * STREAMS_PER_PASS, sumOverBatches, true);
  }

  static readonly evaluation = new ForwardContext(false, 0, 0, alone, false);

  nextStream(): RandomStream {
    return { seed: this.seed, stream: this.stream++ };
  }

  /** Dropout in training, the identity otherwise. */
  dropout<T extends Tensor>(x: T, rate: number): T {
    return this.training && rate > 0 ? (dropout(x, rate, this.nextStream()) as T) : x;
  }
}
