/**
 * Counts of the n-grams a segment's hypothesis shares with its references, order by order.
 * Every n-gram gets a number: that of the pair (number of its first n − 1 symbols, last symbol). Counting is then
 * integers in flat arrays; no n-gram is ever spelled out.
 */

export class SegmentNgrams {
  /** Sequences end to end; `starts[s] … starts[s + 1]` is sequence s, sequence 0 the hypothesis. */
  private symbols = new Int32Array(1024);
  private starts = new Int32Array(8);
  private sequences = 0;
  private order = 0;
  /** Different n-grams of the current order. */
  distinct = 0;
  /** Number of the n-gram that starts at each place. [symbols] */
  private numbers = new Int32Array(1024);
  private hypothesisCounts = new Int32Array(1024);
  private referenceCounts = new Int32Array(1024);
  /** Open addressing: slot → number of the n-gram, −1 when free; the n-gram's pair is at `pairs[2 × number]`. */
  private slots = new Int32Array(4096);
  private pairs = new Int32Array(2048);

  /** Begins a segment; the first `nextOrder()` makes unigrams. */
  load(hypothesis: ArrayLike<number>, references: readonly ArrayLike<number>[]): void {
    const total = references.reduce((sum, reference) => sum + reference.length, hypothesis.length);
    this.reserve(total, references.length + 1);
    this.sequences = 0;
    this.starts[0] = 0;
    this.append(hypothesis);
    for (const reference of references) this.append(reference);
    this.numbers.fill(0, 0, total);
    this.order = 0;
  }

  /** Numbers the n-grams of the next order and counts the hypothesis's own. */
  nextOrder(): void {
    this.order++;
    this.distinct = 0;
    const total = this.starts[this.sequences]!;
    const slotCount = 2 ** Math.ceil(Math.log2(2 * total + 2));
    this.slots.fill(-1, 0, slotCount);
    for (let s = 0; s < this.sequences; s++) {
      const end = this.starts[s + 1]! - this.order + 1;
      for (let i = this.starts[s]!; i < end; i++) {
        this.numbers[i] = this.numberOf(this.numbers[i]!, this.symbols[i + this.order - 1]!, slotCount - 1);
      }
    }
    this.hypothesisCounts.fill(0, 0, this.distinct);
    this.referenceCounts.fill(0, 0, this.distinct);
    for (let i = 0; i < this.total(0); i++) this.hypothesisCounts[this.numbers[i]!]!++;
  }

  /** How many n-grams of the current order a sequence has; sequence 0 is the hypothesis, r + 1 is reference r. */
  total(sequence: number): number {
    return Math.max(0, this.starts[sequence + 1]! - this.starts[sequence]! - this.order + 1);
  }

  /** The numbers, below `distinct`, of a sequence's n-grams of the current order, from its first to its last. */
  numbersOf(sequence: number): Int32Array {
    const start = this.starts[sequence]!;
    return this.numbers.subarray(start, start + this.total(sequence));
  }

  /** N-grams shared with reference `r`: Σ min(hypothesis count, reference count). */
  matches(r: number): number {
    const start = this.starts[r + 1]!;
    const end = start + this.total(r + 1);
    let shared = 0;
    for (let i = start; i < end; i++) {
      const number = this.numbers[i]!;
      if (++this.referenceCounts[number]! <= this.hypothesisCounts[number]!) shared++;
    }
    for (let i = start; i < end; i++) this.referenceCounts[this.numbers[i]!] = 0;
    return shared;
  }

  /** N-grams shared with the references together: Σ min(hypothesis count, largest count in any one reference). */
  clippedMatches(): number {
    if (this.sequences === 2) return this.matches(0);
    const largest = new Int32Array(this.distinct);
    for (let s = 1; s < this.sequences; s++) {
      const end = this.starts[s]! + this.total(s);
      for (let i = this.starts[s]!; i < end; i++) {
        const number = this.numbers[i]!;
        const count = ++this.referenceCounts[number]!;
        if (count > largest[number]!) largest[number] = count;
      }
      for (let i = this.starts[s]!; i < end; i++) this.referenceCounts[this.numbers[i]!] = 0;
    }
    let shared = 0;
    for (let number = 0; number < this.distinct; number++) {
      shared += Math.min(this.hypothesisCounts[number]!, largest[number]!);
    }
    return shared;
  }

  private numberOf(prefix: number, symbol: number, mask: number): number {
    let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca77);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.slots[slot]!;
      if (number === -1) {
        this.slots[slot] = this.distinct;
        this.pairs[2 * this.distinct] = prefix;
        this.pairs[2 * this.distinct + 1] = symbol;
        return this.distinct++;
      }
      if (this.pairs[2 * number] === prefix && this.pairs[2 * number + 1] === symbol) return number;
    }
  }

  private append(sequence: ArrayLike<number>): void {
    const start = this.starts[this.sequences]!;
    this.symbols.set(sequence, start);
    this.starts[++this.sequences] = start + sequence.length;
  }

  private reserve(symbols: number, sequences: number): void {
    if (symbols > this.symbols.length) {
      const size = 2 ** Math.ceil(Math.log2(symbols));
      this.symbols = new Int32Array(size);
      this.numbers = new Int32Array(size);
      this.hypothesisCounts = new Int32Array(size);
      this.referenceCounts = new Int32Array(size);
      this.pairs = new Int32Array(2 * size);
      this.slots = new Int32Array(4 * size);
    }
    if (sequences + 1 > this.starts.length) this.starts = new Int32Array(2 * sequences);
  }
}
