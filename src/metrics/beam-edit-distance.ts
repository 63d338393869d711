/**
 * Word edit distance near the diagonal (Tercom's beam), with the alignment that TER's shift search starts from.
 * All edits cost 1. Of equal paths: match or substitution first, then deletion, then insertion.
 */

/** Half-width of the beam around the diagonal. */
const BEAM = 25;
const FAR = 1 << 29;

const MATCH = 0;
const SUBSTITUTE = 1;
const DELETE = 2;
const INSERT = 3;

/** How the words of a hypothesis and a reference correspond. */
export interface Alignment {
  distance: number;
  /** 1 where the word takes part in an edit. [hypothesis words] */
  hypothesisErrors: Uint8Array;
  /** [reference words] */
  referenceErrors: Uint8Array;
  /** The last hypothesis word consumed when a reference word has been produced, −1 for none. [reference words] */
  positions: Int32Array;
}

export class BeamEditDistance {
  private readonly reference: Int32Array;
  private readonly hypothesisLength: number;
  private readonly ratio: number;
  private readonly beam: number;
  /** Distance of the first i hypothesis words to the first j reference words: [hypothesis + 1, reference + 1]. */
  private readonly costs: Int32Array;
  private readonly edits: Uint8Array;
  private row: Int32Array;
  private nextRow: Int32Array;

  /** For hypotheses of one length against one reference. */
  constructor(hypothesisLength: number, reference: Int32Array) {
    this.reference = reference;
    this.hypothesisLength = hypothesisLength;
    this.ratio = hypothesisLength === 0 ? 1 : reference.length / hypothesisLength;
    this.beam = BEAM < this.ratio / 2 ? Math.ceil(this.ratio / 2 + BEAM) : BEAM;
    const stride = reference.length + 1;
    this.costs = new Int32Array((hypothesisLength + 1) * stride).fill(FAR);
    this.edits = new Uint8Array((hypothesisLength + 1) * stride);
    for (let j = 0; j < stride; j++) {
      this.costs[j] = j;
      this.edits[j] = INSERT;
    }
    this.row = new Int32Array(stride);
    this.nextRow = new Int32Array(stride);
  }

  /** Aligns `words` and keeps the table, from which `distanceWithin` goes on. */
  align(words: Int32Array): Alignment {
    this.fillTable(words);
    const { reference, edits } = this;
    const stride = reference.length + 1;
    const hypothesisErrors = new Uint8Array(words.length);
    const referenceErrors = new Uint8Array(reference.length);
    const positions = new Int32Array(reference.length);
    for (let i = words.length, j = reference.length; i > 0 || j > 0; ) {
      const edit = edits[i * stride + j]!;
      const wrong = edit === MATCH ? 0 : 1;
      if (edit !== DELETE) {
        j--;
        referenceErrors[j] = wrong;
        positions[j] = i - 1;
      }
      if (edit !== INSERT) {
        i--;
        hypothesisErrors[i] = wrong;
      }
    }
    return { distance: this.costs.at(-1)!, hypothesisErrors, referenceErrors, positions };
  }

  /**
   * The distance of `words`, which equal the aligned words before position `from`, if it is at most `limit`;
   * otherwise any number above `limit`. Only cells that a path of at most `limit` edits can pass are computed.
   */
  distanceWithin(words: Int32Array, from: number, limit: number): number {
    const { reference, hypothesisLength } = this;
    const width = reference.length;
    const surplus = width - hypothesisLength;
    const slack = (limit - Math.abs(surplus)) >> 1;
    if (slack < 0) return FAR;
    const lowest = Math.min(0, surplus) - slack;
    const highest = Math.max(0, surplus) + slack;
    let { row, nextRow } = this;
    row.set(this.costs.subarray(from * (width + 1), (from + 1) * (width + 1)));
    for (let i = from + 1; i <= hypothesisLength; i++) {
      const start = Math.max(this.beamStart(i), i + lowest);
      const end = Math.min(this.beamEnd(i), i + highest + 1);
      const word = words[i - 1]!;
      let least = FAR;
      let left = FAR;
      nextRow.fill(FAR);
      for (let j = start; j < end; j++) {
        let cost = row[j]! + 1;
        if (j > 0) {
          const diagonal = row[j - 1]! + (word === reference[j - 1]! ? 0 : 1);
          if (diagonal < cost) cost = diagonal;
          if (left + 1 < cost) cost = left + 1;
        }
        nextRow[j] = cost;
        left = cost;
        const atLeast = cost + Math.abs(surplus - j + i);
        if (atLeast < least) least = atLeast;
      }
      if (least > limit) return FAR;
      [row, nextRow] = [nextRow, row];
    }
    return row[width]!;
  }

  private fillTable(words: Int32Array): void {
    const { reference, costs, edits } = this;
    const stride = reference.length + 1;
    for (let i = 1; i <= words.length; i++) {
      const at = i * stride;
      const end = this.beamEnd(i);
      for (let j = this.beamStart(i); j < end; j++) {
        let cost = FAR;
        let edit = DELETE;
        if (j > 0) {
          const same = words[i - 1] === reference[j - 1];
          cost = costs[at - stride + j - 1]! + (same ? 0 : 1);
          edit = same ? MATCH : SUBSTITUTE;
        }
        if (costs[at - stride + j]! + 1 < cost) {
          cost = costs[at - stride + j]! + 1;
          edit = DELETE;
        }
        if (j > 0 && costs[at + j - 1]! + 1 < cost) {
          cost = costs[at + j - 1]! + 1;
          edit = INSERT;
        }
        costs[at + j] = cost;
        edits[at + j] = edit;
      }
    }
  }

  private beamStart(i: number): number {
    return Math.max(0, Math.floor(i * this.ratio) - this.beam);
  }

  /** One past the last column of row i; the last row reaches the end. */
  private beamEnd(i: number): number {
    if (i === this.hypothesisLength) return this.reference.length + 1;
    return Math.min(this.reference.length + 1, Math.floor(i * this.ratio) + this.beam);
  }
}
