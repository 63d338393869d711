/** A uniform sample of lines of unknown number (reservoir sampling, Vitter 1985, algorithm R). */
import { Random } from "../../base/random.ts";

export class LineSample {
  private readonly limit: number;
  private readonly random: Random;
  private readonly kept: string[] = [];
  private seen = 0;

  constructor(limit: number, seed: number) {
    this.limit = limit;
    this.random = new Random(seed);
  }

  add(line: string): void {
    this.seen++;
    if (this.kept.length < this.limit) this.kept.push(ownCopy(line));
    else {
      const place = this.random.integer(this.seen);
      if (place < this.limit) this.kept[place] = ownCopy(line);
    }
  }

  /** The lines of the sample, which is empty afterwards. */
  takeAll(): string[] {
    return this.kept.splice(0);
  }
}

/** A line is a slice of a larger text, which it would keep in memory. */
function ownCopy(line: string): string {
  return Buffer.from(line, "utf16le").toString("utf16le");
}
