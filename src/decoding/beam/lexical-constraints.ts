/** Terms that a translation must have, and how much of them a hypothesis has already. */

/** How many pieces of each wording the hypothesis has or has begun at its end: [wordings of all terms]. Never changed in place. */
export type ConstraintProgress = Int32Array;

/** A way to say a term. */
interface Wording {
  /** Place of its term. */
  term: number;
  pieces: Int32Array;
  /** [pieces] the longest beginning that also ends its first t + 1 pieces (Knuth, Morris and Pratt 1977) */
  borders: Int32Array;
}

/** The terms of one sentence. A term is met once the pieces of one of its wordings stand together anywhere; one that is given twice need not come twice. */
export class LexicalConstraints {
  private readonly wordings: readonly Wording[];
  /** [terms] pieces of its shortest wording */
  private readonly shortest: readonly number[];

  /** [terms][wordings][pieces]; a term has a wording at least, and each of them a piece. */
  constructor(terms: readonly (readonly Int32Array[])[]) {
    const distinct = [...new Map(terms.map((wordings) => [wordings.join("|"), wordings])).values()];
    this.wordings = distinct.flatMap((wordings, term) =>
      wordings.map((pieces) => ({ term, pieces, borders: bordersOf(pieces) })),
    );
    this.shortest = distinct.map((wordings) => Math.min(...wordings.map(({ length }) => length)));
  }

  /** That of a hypothesis without pieces. */
  begin(): ConstraintProgress {
    return new Int32Array(this.wordings.length);
  }

  /** That of a hypothesis one piece longer. */
  advance(progress: ConstraintProgress, piece: number): ConstraintProgress {
    return progress.map((matched, i) => {
      const { pieces, borders } = this.wordings[i]!;
      return matched === pieces.length ? matched : longerMatch(pieces, borders, matched, piece);
    });
  }

  /**
   * Pieces with which the hypothesis gets every term for certain: to the end of the wording with which it gains most, and then the shortest of those
   * that are missing one after another. One of the wanted pieces always makes them fewer. 0 where every term is there.
   */
  missing(progress: ConstraintProgress): number {
    const met = this.met(progress);
    const pieces = this.shortest.reduce((sum, length, term) => (met.has(term) ? sum : sum + length), 0);
    let gained = 0;
    progress.forEach((matched, i) => {
      const { term, pieces: all } = this.wordings[i]!;
      if (!met.has(term)) gained = Math.max(gained, this.shortest[term]! - (all.length - matched));
    });
    return pieces - gained;
  }

  /** The pieces that go on with the wordings of terms that are missing. */
  wanted(progress: ConstraintProgress): number[] {
    const met = this.met(progress);
    return this.wordings.flatMap(({ term, pieces }, i) => (met.has(term) ? [] : [pieces[progress[i]!]!]));
  }

  private met(progress: ConstraintProgress): ReadonlySet<number> {
    const met = new Set<number>();
    this.wordings.forEach(({ term, pieces }, i) => {
      if (progress[i] === pieces.length) met.add(term);
    });
    return met;
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
