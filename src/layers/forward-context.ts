/** What a forward pass needs beside its inputs: whether it trains, and a fresh random stream for each use of noise. */
import type { Tensor } from "@tensorflow/tfjs";
import type { RandomStream } from "../base/random.ts";
import { dropout } from "../ops/dropout.ts";

/** Streams of one pass start here, clear of those that initialise parameters. */
const TRAINING_STREAMS = 2 ** 40;
const STREAMS_PER_PASS = 256;

export class ForwardContext {
  readonly training: boolean;
  private readonly seed: number;
  private stream: number;

  private constructor(training: boolean, seed: number, stream: number) {
    this.training = training;
    this.seed = seed;
    this.stream = stream;
  }

  /** `pass` numbers the forward passes of a run: the same seed and pass give the same noise. */
  static forTraining(seed: number, pass: number): ForwardContext {
    return new ForwardContext(true, seed, TRAINING_STREAMS + pass * STREAMS_PER_PASS);
  }

  static readonly evaluation = new ForwardContext(false, 0, 0);

  nextStream(): RandomStream {
    return { seed: this.seed, stream: this.stream++ };
  }

  /** Dropout in training, the identity otherwise. */
  dropout<T extends Tensor>(x: T, rate: number): T {
    return this.training && rate > 0 ? (dropout(x, rate, this.nextStream()) as T) : x;
  }
}
