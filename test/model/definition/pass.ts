/**
 * One forward pass: its noise, and the losses that layers add. Noise comes from numbered random streams in the order of use, the lowest
 * layer of the encoder first; with no seed the pass is one of evaluation, without noise. `src/base/random.ts` makes the streams' numbers.
 */
import { philoxNormal, philoxUint32 } from "../../../src/base/random.ts";
import { constant, multiply, type Vector } from "./vector.ts";

/** Streams of pass p of a run begin at 2⁴⁰ + 256 p. */
const firstStream = 2 ** 40;
const streamsOfPass = 256;

/** Vectors of a batch's positions, by row: time-major, in each step the sentences by falling length. */
export type Rows = readonly Vector[];

export class Pass {
  readonly training: boolean;
  /** Of mixture-of-experts layers, weighted, in the order of the layers. */
  readonly balance: Vector[] = [];
  /** Scores of source positions for each target position, by sentence; their softmax is the attention. */
  readonly attentionScores: Vector[][] = [];
  private readonly seed: number;
  private stream: number;

  constructor(noise?: { seed: number; pass: number }) {
    this.training = noise !== undefined;
    this.seed = noise?.seed ?? 0;
    this.stream = firstStream + streamsOfPass * (noise?.pass ?? 0);
  }

  /** Keeps an entry, divided by 1 − rate, where its word of the stream is at least rate · 2³²; others are 0. */
  dropout(rows: Rows, rate: number): Rows {
    if (!this.training || rate === 0) return rows;
    const width = rows[0]!.size;
    const words = philoxUint32(this.nextStream(), rows.length * width);
    return rows.map((row, at) => {
      const kept = Array.from(
        words.subarray(at * width, (at + 1) * width),
        (word) => word >= Math.floor(rate * 2 ** 32),
      );
      return multiply(row, constant(kept.map((keep) => (keep ? 1 / (1 - rate) : 0))));
    });
  }

  /** Standard normal numbers [rows][width]. */
  normal(rows: number, width: number): Float64Array[] {
    const numbers = philoxNormal(this.nextStream(), rows * width);
    return Array.from({ length: rows }, (_, row) =>
      Float64Array.from(numbers.subarray(row * width, (row + 1) * width)),
    );
  }

  private nextStream(): { seed: number; stream: number } {
    return { seed: this.seed, stream: this.stream++ };
  }
}

/** The row of each sentence's positions: `rowsOfSentences([2, 3])` is [[1, 3], [0, 2, 4]]. */
export function rowsOfSentences(lengths: readonly number[]): number[][] {
  const byLength = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const rows: number[][] = lengths.map(() => []);
  let next = 0;
  for (let t = 0; t < Math.max(...lengths); t++) {
    for (const sentence of byLength) if (t < lengths[sentence]!) rows[sentence]!.push(next++);
  }
  return rows;
}

/** Runs `f` on each sentence's vectors, and puts its results at the same rows. */
export function bySentence(
  rows: Rows,
  sentences: readonly (readonly number[])[],
  f: (positions: Rows, sentence: number) => Rows,
): Rows {
  const results: Vector[] = new Array(rows.length);
  sentences.forEach((places, sentence) => {
    const result = f(
      places.map((place) => rows[place]!),
      sentence,
    );
    places.forEach((place, t) => {
      results[place] = result[t]!;
    });
  });
  return results;
}
