/** What was computed lately, so that who types on does not wait again for the sentences before. */

export class Memo<Value> {
  private readonly most: number;
  /** The least recently used first. */
  private readonly values = new Map<string, Value>();

  /** Keeps so many values. */
  constructor(most: number) {
    this.most = most;
  }

  /** The values of the keys, in order; `compute` gets those keys that are not known, each once, and gives their values in that order. */
  async get(
    keys: readonly string[],
    compute: (unknown: readonly string[]) => Promise<readonly Value[]>,
  ): Promise<Value[]> {
    const found = new Map<string, Value>();
    const unknown: string[] = [];
    for (const key of new Set(keys)) {
      if (this.values.has(key)) found.set(key, this.values.get(key)!);
      else unknown.push(key);
    }
    if (unknown.length > 0) {
      const computed = await compute(unknown);
      unknown.forEach((key, i) => {
        found.set(key, computed[i]!);
      });
    }
    for (const [key, value] of found) this.keep(key, value);
    return keys.map((key) => found.get(key)!);
  }

  private keep(key: string, value: Value): void {
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size > this.most) this.values.delete(this.values.keys().next().value!);
  }
}
