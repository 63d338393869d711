/** The pieces of all hypotheses of a batch as one tree of backpointers; a hypothesis is a path from its node to the root. */
import type { StepAttention } from "../../model/decoder-state.ts";

/** The node before the first piece. */
export const ROOT = -1;

/** A tree of pieces; nodes are numbered from 0. */
export class History {
  /** [nodes] piece, parent node and the decoder row that predicted the piece */
  private pieces = new Int32Array(1024);
  private parents = new Int32Array(1024);
  private rows = new Int32Array(1024);
  /** [nodes] log P of the pieces up to a node's */
  private logProbabilities = new Float64Array(1024);
  private nodes = 0;
  /** [steps] */
  private readonly attention: StepAttention[] = [];

  /** Adds a piece predicted by decoder row `row` after `parent`, `logProbability` being that of all pieces so far; returns its node. */
  append(parent: number, piece: number, row: number, logProbability: number): number {
    if (this.nodes === this.pieces.length) this.grow();
    const node = this.nodes++;
    this.pieces[node] = piece;
    this.parents[node] = parent;
    this.rows[node] = row;
    this.logProbabilities[node] = logProbability;
    return node;
  }

  /** Keeps a copy of the attention of the step whose pieces are appended next. */
  keepAttention({ weights, offsets }: StepAttention): void {
    this.attention.push({ weights: weights.slice(), offsets: offsets.slice() });
  }

  /** Pieces from the first to `node`'s: [pieces]. */
  piecesTo(node: number): Int32Array {
    return this.path(node).map((at) => this.pieces[at]!);
  }

  /** log P of each of those pieces given the ones before: [pieces]. */
  scoresTo(node: number): Float64Array {
    return Float64Array.from(this.path(node), (at) => {
      const parent = this.parents[at]!;
      return this.logProbabilities[at]! - (parent === ROOT ? 0 : this.logProbabilities[parent]!);
    });
  }

  /** The attention each of those pieces was predicted with: [pieces][source positions]. */
  attentionTo(node: number): Float32Array[] {
    return Array.from(this.path(node), (at, step) => {
      const { weights, offsets } = this.attention[step]!;
      const row = this.rows[at]!;
      return weights.slice(offsets[row]!, offsets[row + 1]!);
    });
  }

  private path(node: number): Int32Array {
    let length = 0;
    for (let at = node; at !== ROOT; at = this.parents[at]!) length++;
    const path = new Int32Array(length);
    for (let at = node; at !== ROOT; at = this.parents[at]!) path[--length] = at;
    return path;
  }

  private grow(): void {
    this.pieces = doubled(this.pieces);
    this.parents = doubled(this.parents);
    this.rows = doubled(this.rows);
    const larger = new Float64Array(this.logProbabilities.length * 2);
    larger.set(this.logProbabilities);
    this.logProbabilities = larger;
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
