/** How fast text is translated while there is more of it than can be translated at once; what an idle server does says nothing. */

/** Milliseconds of such time that are needed for a figure, and after which older ones count half. */
const [LEAST_TIME, HALF_LIFE] = [500, 5000];
/** Lines that wait where there is enough to do: with fewer, batches are small, and so is what comes of them. */
const ENOUGH = 16;
/**
 * Milliseconds for which a figure holds without another. A server that refuses texts because it was slow, when other programs had the machine, gets
 * too few of them to be measured anew: it has to take them at some time to see whether it still is.
 */
const HOLDS = 10_000;

export class Throughput {
  private readonly now: () => number;
  private last: number | undefined;
  private measuredAt = 0;
  private time = 0;
  private characters = 0;

  /** `now`: milliseconds of a clock. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** To be told of every batch that ends: UTF-16 units of its lines, and how many lines wait. */
  done(characters: number, waiting: number): void {
    const now = this.now();
    this.forget(now);
    if (this.last !== undefined) {
      this.measuredAt = now;
      this.time += now - this.last;
      this.characters += characters;
      if (this.time > HALF_LIFE) {
        this.time /= 2;
        this.characters /= 2;
      }
    }
    // Time in which too little waited is not counted, nor what was done in it.
    this.last = waiting >= ENOUGH ? now : undefined;
  }

  /** UTF-16 units a second; undefined where the server has not been full for a while of late. */
  get speed(): number | undefined {
    this.forget(this.now());
    return this.time < LEAST_TIME ? undefined : (1000 * this.characters) / this.time;
  }

  private forget(now: number): void {
    if (now - this.measuredAt <= HOLDS) return;
    this.time = 0;
    this.characters = 0;
  }
}
