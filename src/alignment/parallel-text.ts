/** A parallel text as piece ids, in memory, as lexicons and alignments are learnt from it. */

/** The sentences of one side, one after the other; each ends with `</s>`. */
export interface EncodedSentences {
  /** [positions] */
  ids: Int32Array;
  /** [sentences + 1] sentence n has the positions [starts[n], starts[n + 1]). */
  starts: Int32Array;
}

/** Line by line, both sides. */
export interface ParallelText {
  /** As the model reads it: language tag where it has tags, pieces, `</s>`. */
  source: EncodedSentences;
  /** Pieces and `</s>`. */
  target: EncodedSentences;
}

/** Collects pairs of sentences whose number is not known before. */
export class ParallelTextBuilder {
  private readonly source: SentenceCollector;
  private readonly target: SentenceCollector;

  constructor(eosId: number) {
    this.source = new SentenceCollector(eosId);
    this.target = new SentenceCollector(eosId);
  }

  get pairs(): number {
    return this.source.sentences;
  }

  /** Pieces of both sides, without `</s>`. */
  add(source: ArrayLike<number>, target: ArrayLike<number>): void {
    this.source.add(source);
    this.target.add(target);
  }

  /** The pairs so far. */
  text(): ParallelText {
    return { source: this.source.all(), target: this.target.all() };
  }
}

class SentenceCollector {
  private readonly eosId: number;
  private readonly starts = [0];
  private ids = new Int32Array(1024);

  constructor(eosId: number) {
    this.eosId = eosId;
  }

  get sentences(): number {
    return this.starts.length - 1;
  }

  add(pieces: ArrayLike<number>): void {
    const from = this.starts.at(-1)!;
    const to = from + pieces.length + 1;
    if (to > this.ids.length) {
      const larger = new Int32Array(2 * to);
      larger.set(this.ids.subarray(0, from));
      this.ids = larger;
    }
    this.ids.set(pieces, from);
    this.ids[to - 1] = this.eosId;
    this.starts.push(to);
  }

  all(): EncodedSentences {
    return { ids: this.ids.slice(0, this.starts.at(-1)), starts: Int32Array.from(this.starts) };
  }
}
