/** How fast text is translated while there is more of it than can be translated at once; what an idle server does says nothing. */

/** Milliseconds of such time that are needed for a figure, and after which older ones count half. */
const [LEAST_TIME, HALF_LIFE] = [500, 5000];

export class Throughput {
  private readonly now: () => number;
  private last: number | undefined;
  private time = 0;
  private characters = 0;

  /** `now`: milliseconds of a clock. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** To be told of every batch that ends: UTF-16 units of its lines, and whether further lines wait. */
  done(characters: number, isFull: boolean): void {
    const now = this.now();
    if (this.last !== undefined) {
      this.time += now - this.last;
      this.characters += characters;
      if (this.time > HALF_LIFE) {
        this.time /= 2;
        this.characters /= 2;
      }
    }
    // Time in which nothing waited is not counted, nor what was done in it.
    this.last = isFull ? now : undefined;
  }

  /** UTF-16 units a second; undefined before the server has been full for a while. */
  get speed(): number | undefined {
    return this.time < LEAST_TIME ? undefined : (1000 * this.characters) / this.time;
  }
}
