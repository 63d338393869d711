/** What a forward pass needs beside its inputs: whether it trains, and a fresh random stream for each use of noise. */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { RandomStream } from "../base/random.ts";
import { passStream } from "../base/random-streams.ts";
import { dropout } from "../ops/dropout.ts";
import type { ExpertUpdate } from "../ops/expert-ffn-update.ts";
import type { RowGradients } from "../ops/row-gradients.ts";

/**
 * Adds up a vector over all the batches that make one step together: of other workers, or of other parts of a batch.
 * The gradient goes to this batch's own part, so that the gradients of all of them add up to that of the whole.
 */
export type SumOverBatches = (own: Tensor1D) => Tensor1D;

const alone: SumOverBatches = (own) => own;

/** What passes of one training step share; each may be absent. */
export interface StepParts {
  /** For losses on sums over positions that are not sums of losses, such as those of balance. */
  sumOverBatches?: SumOverBatches | undefined;
  /** Where the backward pass of experts is also their optimiser's step. */
  expertUpdate?: ExpertUpdate | undefined;
  /** Where the gradients of embeddings go, if not into tables. */
  rowGradients?: RowGradients | undefined;
}

/** One forward pass: its kind, its noise, and what it shares with others of the step. */
export class ForwardContext {
  /** Whether there is dropout, gate noise and balance loss. */
  readonly training: boolean;
  /** A training pass run again later, with the same noise: only what it tells `sumOverBatches` matters. */
  readonly rehearsal: boolean;
  readonly sumOverBatches: SumOverBatches;
  readonly expertUpdate: ExpertUpdate | undefined;
  readonly rowGradients: RowGradients | undefined;
  private readonly seed: number;
  private stream: number;

  private constructor(seed: number, stream: number, kind: { training: boolean; rehearsal: boolean }, parts: StepParts) {
    this.training = kind.training;
    this.rehearsal = kind.rehearsal;
    this.sumOverBatches = parts.sumOverBatches ?? alone;
    this.expertUpdate = parts.expertUpdate;
    this.rowGradients = parts.rowGradients;
    this.seed = seed;
    this.stream = stream;
  }

  /** `pass` numbers the forward passes of a run: the same seed and pass give the same noise. */
  static forTraining(seed: number, pass: number, parts: StepParts = {}): ForwardContext {
    return new ForwardContext(seed, passStream(pass), { training: true, rehearsal: false }, parts);
  }

  /** The noise of `forTraining`, before the pass that is differentiated. */
  static forRehearsal(seed: number, pass: number, sumOverBatches: SumOverBatches): ForwardContext {
    return new ForwardContext(seed, passStream(pass), { training: true, rehearsal: true }, { sumOverBatches });
  }

  /** Of every evaluation: no noise, no losses of gates. */
  static readonly evaluation = new ForwardContext(0, 0, { training: false, rehearsal: false }, {});

  /** Random numbers that no other use of the run has. */
  nextStream(): RandomStream {
    return { seed: this.seed, stream: this.stream++ };
  }

  /** Dropout in training, the identity otherwise. */
  dropout<T extends Tensor>(x: T, rate: number): T {
    return this.training && rate > 0 ? (dropout(x, rate, this.nextStream()) as T) : x;
  }
}
