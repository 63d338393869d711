/** The best target pieces of each source piece, from lexicons of both directions. */
import type { Lexicon } from "../alignment/lexicon.ts";

/** A list of target pieces for each source piece. */
export interface CandidateRows {
  /** [pieces + 1] the row of source piece s has the places [starts[s], starts[s + 1]). */
  starts: Int32Array<ArrayBuffer>;
  /** [places] target pieces, the most probable first */
  targets: Int32Array<ArrayBuffer>;
  /** [places] their share of the links that the source piece is expected to have */
  probabilities: Float32Array<ArrayBuffer>;
}

/** Which target pieces a row keeps. */
export interface RowOptions {
  /** So many, the best ones. */
  best: number;
  /** Those with this share of the links or more. */
  threshold: number;
}

/**
 * Both lexicons say how many links they expect between a source and a target piece; a row is ordered by the mean of the two, the lower
 * id first where it is equal. The empty words link nothing.
 */
export function candidateRows(
  forward: Lexicon,
  backward: Lexicon,
  eosId: number,
  { best, threshold }: RowOptions,
): CandidateRows {
  const { pieces } = forward;
  const generatedBy = transposed(backward);
  const links = new Float64Array(pieces);
  const starts = new Int32Array(pieces + 1);
  const targets: number[] = [];
  const probabilities: number[] = [];
  for (let source = 0; source < pieces; source++) {
    const linked: number[] = [];
    let total = 0;
    const add = (target: number, count: number) => {
      if (target === eosId || count === 0) return;
      if (links[target] === 0) linked.push(target);
      links[target]! += count;
      total += count;
    };
    if (source !== eosId) {
      for (let at = source * forward.width, end = at + forward.entries[source]!; at < end; at++) {
        add(forward.ids[at]!, forward.probabilities[at]! * forward.totals[source]!);
      }
      for (let at = generatedBy.starts[source]!; at < generatedBy.starts[source + 1]!; at++) {
        add(generatedBy.targets[at]!, generatedBy.counts[at]!);
      }
    }
    linked.sort((a, b) => links[b]! - links[a]! || a - b);
    for (const target of linked.slice(0, best)) {
      if (links[target]! < threshold * total) break;
      targets.push(target);
      probabilities.push(links[target]! / total);
    }
    for (const target of linked) links[target] = 0;
    starts[source + 1] = targets.length;
  }
  return { starts, targets: Int32Array.from(targets), probabilities: Float32Array.from(probabilities) };
}

/** The links of a target-to-source lexicon by source piece, targets ascending. */
function transposed({ pieces, width, ids, probabilities, entries, totals }: Lexicon) {
  const starts = new Int32Array(pieces + 1);
  const each = (visit: (source: number, target: number, count: number) => void) => {
    for (let target = 0; target < pieces; target++) {
      for (let at = target * width, end = at + entries[target]!; at < end; at++) {
        visit(ids[at]!, target, probabilities[at]! * totals[target]!);
      }
    }
  };
  each((source) => starts[source + 1]!++);
  for (let source = 0; source < pieces; source++) starts[source + 1]! += starts[source]!;
  const next = starts.slice();
  const targets = new Int32Array(starts[pieces]!);
  const counts = new Float64Array(starts[pieces]!);
  each((source, target, count) => {
    const at = next[source]!++;
    targets[at] = target;
    counts[at] = count;
  });
  return { starts, targets, counts };
}
