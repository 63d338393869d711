/** Limits how many asynchronous tasks run at once; the others wait in the order they came. */

/**
 * Turns for tasks.
 *
 * @example
 * const turns = new Turns(2);
 * const texts = await turns.takeAll(paths.map((path) => () => readFile(path, "utf8"))); // two files at a time
 */
export class Turns {
  private free: number;
  private readonly queue: (() => void)[] = [];

  /** At most `limit` tasks at once, 1 or more. */
  constructor(limit: number) {
    this.free = limit;
  }

  /** Runs the task once its turn has come, and hands its turn on. Settles as the task does. */
  async take<T>(task: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((resolve) => this.queue.push(resolve));
    else this.free--;
    try {
      return await task();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }

  /** The results in the order of the tasks. After a failure no further task starts; rejects with it when those under way have ended. */
  async takeAll<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
    const results = new Array<T>(tasks.length);
    let failure: { error: unknown } | undefined;
    const run = async (index: number): Promise<void> => {
      if (failure !== undefined) return;
      try {
        results[index] = await tasks[index]!();
      } catch (error) {
        failure ??= { error };
      }
    };
    await Promise.all(tasks.map((_, index) => this.take(() => run(index))));
    if (failure !== undefined) throw failure.error;
    return results;
  }
}
