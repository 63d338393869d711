/** Rules against saying the same again: a penalty on pieces, n-grams that may not come twice, and loops. */
import type { GrowingHypothesis, LogitsProcessor } from "./processor.ts";

/** Multiplies the log-probability of each piece that the hypothesis has already (Keskar et al. 2019, §4.1). */
export class RepetitionPenalty implements LogitsProcessor {
  private readonly penalty: number;

  /** Above 1 makes repeated pieces less probable. */
  constructor(penalty: number) {
    this.penalty = penalty;
  }

  process(logProbabilities: Float32Array, { pieces }: GrowingHypothesis): void {
    for (const piece of new Set(pieces)) logProbabilities[piece]! *= this.penalty;
  }
}

/** Forbids the piece that would repeat an n-gram of the hypothesis (Paulus et al. 2018, §2.5). */
export class NgramBlock implements LogitsProcessor {
  private readonly order: number;
  private readonly ignored: ReadonlySet<number>;

  /** N-grams of `order` pieces, 1 or more; those with a piece of `ignored` may come again. */
  constructor(order: number, ignored: Iterable<number> = []) {
    this.order = order;
    this.ignored = new Set(ignored);
  }

  process(logProbabilities: Float32Array, { pieces }: GrowingHypothesis): void {
    const context = this.order - 1;
    const last = pieces.length - context;
    for (let start = 0; start < last; start++) {
      const next = pieces[start + context]!;
      if (this.repeats(pieces, start, last, context) && !this.ignored.has(next)) {
        logProbabilities[next] = Number.NEGATIVE_INFINITY;
      }
    }
  }

  /** Whether the `length` pieces from `start` are those from `last`, none of them ignored. */
  private repeats(pieces: readonly number[], start: number, last: number, length: number): boolean {
    for (let i = 0; i < length; i++) {
      if (pieces[start + i] !== pieces[last + i] || this.ignored.has(pieces[last + i]!)) return false;
    }
    return true;
  }
}

/** Forbids the piece that would end one repetition too many of what was said just before: "very very very", "a b a b a b". */
export class LoopBlock implements LogitsProcessor {
  private readonly most: number;

  /** A run of pieces may come `most` times in a row, 1 or more. */
  constructor(most: number) {
    this.most = most;
  }

  process(logProbabilities: Float32Array, { pieces }: GrowingHypothesis): void {
    const length = pieces.length + 1;
    for (let period = 1; period * (this.most + 1) <= length; period++) {
      const first = length - period * (this.most + 1);
      let at = pieces.length - 1;
      while (at - period >= first && pieces[at] === pieces[at - period]) at--;
      if (at - period < first) logProbabilities[pieces[pieces.length - period]!] = Number.NEGATIVE_INFINITY;
    }
  }
}
