/** How much of given translations a shortlist lets through: a reference's pieces that are candidates of its source. */
import type { Shortlist } from "./shortlist.ts";

export interface Coverage {
  sentences: number;
  /** Pieces of the references, `</s>` not counted. */
  pieces: number;
  /** Those that are candidates of their own sentence. */
  covered: number;
  /** Sentences of which all pieces are. */
  whole: number;
  /** Mean number of candidates of a sentence. */
  candidates: number;
}

/** Each sentence with candidates of its own. `source` is as the model reads it, `target` pieces alone. */
export function measureCoverage(
  shortlist: Shortlist,
  pairs: Iterable<{ source: Int32Array; target: Int32Array }>,
): Coverage {
  const coverage: Coverage = { sentences: 0, pieces: 0, covered: 0, whole: 0, candidates: 0 };
  for (const { source, target } of pairs) {
    const candidates = shortlist.candidates([source]);
    const isCandidate = new Set(candidates);
    const covered = target.filter((piece) => isCandidate.has(piece)).length;
    coverage.sentences++;
    coverage.pieces += target.length;
    coverage.covered += covered;
    if (covered === target.length) coverage.whole++;
    coverage.candidates += candidates.length;
  }
  coverage.candidates /= Math.max(1, coverage.sentences);
  return coverage;
}

/** Mean number of candidates of a batch, of which all sentences see the same ones. */
export function meanOfBatches(shortlist: Shortlist, batches: readonly (readonly Int32Array[])[]): number {
  const counts = batches.map((sources) => shortlist.candidates(sources).length);
  return counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
}
