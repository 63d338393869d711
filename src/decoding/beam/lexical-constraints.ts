/** Terms that a translation must have, and how much of them a hypothesis has already. */

/** How many pieces of each term the hypothesis has or has begun at its end: [terms]. Never changed in place. */
export type ConstraintProgress = Int32Array;

/** The terms of one sentence. A term is met once its pieces stand together anywhere; one that is given twice need not come twice. */
export class LexicalConstraints {
  /** [terms][pieces] */
  readonly terms: readonly Int32Array[];
  /** [terms][pieces] the longest beginning of the term that also ends its first t + 1 pieces (Knuth, Morris and Pratt 1977) */
  private readonly borders: readonly Int32Array[];

  /** Each term has a piece at least. */
  constructor(terms: readonly Int32Array[]) {
    const distinct = new Map(terms.map((term) => [term.join(), term]));
    this.terms = [...distinct.values()];
    this.borders = this.terms.map(bordersOf);
  }

  /** That of a hypothesis without pieces. */
  begin(): ConstraintProgress {
    return new Int32Array(this.terms.length);
  }

  /** That of a hypothesis one piece longer. */
  advance(progress: ConstraintProgress, piece: number): ConstraintProgress {
    return progress.map((matched, i) => {
      const term = this.terms[i]!;
      return matched === term.length ? matched : longerMatch(term, this.borders[i]!, matched, piece);
    });
  }

  /**
   * Pieces with which the hypothesis gets every term for certain: to the end of the term that it has most of, and then those that are missing one
   * after another. One of the wanted pieces always makes them fewer. 0 where every term is there.
   */
  missing(progress: ConstraintProgress): number {
    let pieces = 0;
    let begun = 0;
    progress.forEach((matched, i) => {
      const { length } = this.terms[i]!;
      if (matched === length) return;
      pieces += length;
      begun = Math.max(begun, matched);
    });
    return pieces - begun;
  }

  /** The pieces that go on with the terms that are missing. */
  wanted(progress: ConstraintProgress): number[] {
    return this.terms.flatMap((term, i) => (progress[i]! < term.length ? [term[progress[i]!]!] : []));
  }
}

function bordersOf(term: Int32Array): Int32Array {
  const borders = new Int32Array(term.length);
  for (let t = 1; t < term.length; t++) borders[t] = longerMatch(term, borders, borders[t - 1]!, term[t]!);
  return borders;
}

/** Pieces of the term at the end of a text that had `matched` of them there, after one more piece. */
function longerMatch(term: Int32Array, borders: Int32Array, matched: number, piece: number): number {
  let length = matched;
  while (length > 0 && term[length] !== piece) length = borders[length - 1]!;
  return term[length] === piece ? length + 1 : length;
}
