/** The best finished hypotheses of one sentence: complete ones before those that were cut, then by score. */

/** A finished hypothesis, still as a node of the batch's History. */
export interface Finished {
  /** Its last piece. */
  node: number;
  /** log P over the length penalty, plus the coverage penalty. */
  score: number;
  /** log P, natural logarithm. */
  logProbability: number;
  /** Ended by `</s>`, not cut at its maximum length. */
  complete: boolean;
}

/** At most `limit` hypotheses, best first. */
export class FinishedList {
  /** Best first; equal scores in the order they were found. */
  readonly best: Finished[] = [];
  /** How many have been found, kept or not. */
  count = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Keeps it if it is among the best. */
  add(hypothesis: Finished): void {
    this.count++;
    let at = this.best.length;
    while (at > 0 && ranksBefore(hypothesis, this.best[at - 1]!)) at--;
    if (at >= this.limit) return;
    this.best.splice(at, 0, hypothesis);
    if (this.best.length > this.limit) this.best.pop();
  }

  /** True if the list is full and a complete hypothesis of this score would not get in. */
  excludes(score: number): boolean {
    const last = this.best[this.limit - 1];
    return last?.complete === true && last.score >= score;
  }
}

function ranksBefore(hypothesis: Finished, other: Finished): boolean {
  return hypothesis.complete === other.complete ? hypothesis.score > other.score : hypothesis.complete;
}
