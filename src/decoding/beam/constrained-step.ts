/**
 * One step of beam search under lexical constraints: the beam is shared among hypotheses by how much of the terms they have (Post and Vilar
 * 2018), vectorised as by Hu et al. 2019. Each sentence is decided from its own rows alone.
 */
import type { StepCandidates } from "../../model/decoder-state.ts";
import { type BeamStep, type BeamStepOptions, type Beams, notFinite, type Successors } from "./beam-step.ts";
import type { ConstraintProgress, LexicalConstraints } from "./lexical-constraints.ts";

/** What a constrained step depends on besides its beams. */
export interface ConstrainedStepOptions extends BeamStepOptions {
  /** [sentences] */
  constraints: readonly LexicalConstraints[];
  /** [rows] */
  progress: readonly ConstraintProgress[];
  /** [sentences] pieces that may still follow the one to be chosen. */
  room: ArrayLike<number>;
}

/** A hypothesis one piece longer. */
interface Candidate {
  parent: number;
  piece: number;
  score: number;
  /** Pieces of terms that are missing. */
  missing: number;
  /** Whether they are more than may still come. */
  isLate: boolean;
  /** Better candidates with as many missing. */
  rank: number;
}

/**
 * Candidates are the best pieces of each row and those that go on with its terms; `</s>` only where every term is there. They are taken in
 * turns from the best of each number of missing pieces, the lowest first, until `beamSize` go on. Without terms it is `beamStep`.
 * `candidates` has the distribution, and the `beamSize` + 1 best pieces.
 */
export function constrainedStep(beams: Beams, candidates: StepCandidates, options: ConstrainedStepOptions): BeamStep {
  const { beamSize, eosId } = options;
  const live: Candidate[] = [];
  const ended: Candidate[] = [];
  const offsets = { live: [0], ended: [0] };
  for (let s = 0; s + 1 < beams.offsets.length; s++) {
    const chosen: Candidate[] = [];
    let rank = 0;
    for (const candidate of inTurns(candidatesOf(s, beams, candidates, options))) {
      if (chosen.length === beamSize) break;
      if (candidate.piece !== eosId) chosen.push(candidate);
      else if (rank < beamSize) ended.push(candidate);
      rank++;
    }
    live.push(...chosen.sort((a, b) => b.score - a.score));
    offsets.live.push(live.length);
    offsets.ended.push(ended.length);
  }
  return { live: successors(live, offsets.live), ended: successors(ended, offsets.ended) };
}

/** Those of sentence s, best first; ties go to the better parent. */
function candidatesOf(
  s: number,
  { scores, offsets }: Beams,
  { ids, distribution }: StepCandidates,
  options: ConstrainedStepOptions,
): Candidate[] {
  const { eosId, endAllowed, progress, room } = options;
  const constraints = options.constraints[s]!;
  const rows = scores.length;
  const count = ids.length / rows;
  const size = distribution!.length / rows;
  const found: Candidate[] = [];
  for (let row = offsets[s]!; row < offsets[s + 1]!; row++) {
    const own = progress[row]!;
    const pieces = new Set([...ids.subarray(row * count, (row + 1) * count), ...constraints.wanted(own)]);
    for (const piece of pieces) {
      const score = scores[row]! + distribution![row * size + piece]!;
      if (Number.isNaN(score)) throw notFinite();
      const isEnd = piece === eosId;
      if (score === Number.NEGATIVE_INFINITY || (isEnd && !(endAllowed && constraints.missing(own) === 0))) continue;
      const missing = isEnd ? 0 : constraints.missing(constraints.advance(own, piece));
      found.push({ parent: row, piece, score, missing, isLate: missing > room[s]! && !isEnd, rank: 0 });
    }
  }
  return found.sort((a, b) => b.score - a.score);
}

/** In the order in which they are taken. */
function inTurns(candidates: Candidate[]): Candidate[] {
  const ranks = new Map<number, number>();
  for (const candidate of candidates) {
    candidate.rank = ranks.get(candidate.missing) ?? 0;
    ranks.set(candidate.missing, candidate.rank + 1);
  }
  return candidates.sort(
    (a, b) => Number(a.isLate) - Number(b.isLate) || a.rank - b.rank || a.missing - b.missing || b.score - a.score,
  );
}

function successors(candidates: readonly Candidate[], offsets: readonly number[]): Successors {
  return {
    scores: Float64Array.from(candidates, ({ score }) => score),
    offsets: Int32Array.from(offsets),
    parents: Int32Array.from(candidates, ({ parent }) => parent),
    pieces: Int32Array.from(candidates, ({ piece }) => piece),
  };
}
