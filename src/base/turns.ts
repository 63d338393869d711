/** Limits how many tasks are under way at once; the others wait in the order they came. */

/**
 * Turns for tasks.
 *
 * @example
 * const turns = new Turns(2);
 * await Promise.all(files.map((file) => turns.take(() => readFile(file)))); // two files at a time
 */
export class Turns {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  /** `most` tasks at once, 1 or more. */
  constructor(most: number) {
    this.free = most;
  }

  /** Runs the task when its turn has come. Its result or error is the promise's. */
  async take<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}
