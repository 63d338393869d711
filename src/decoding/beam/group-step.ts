/** One step of diverse beam search (Vijayakumar et al. 2018): groups of a sentence choose in turn, and avoid pieces of the groups before them. */
import {
  type BeamStep,
  type BeamStepOptions,
  type Beams,
  beamStep,
  type Candidates,
  type Successors,
} from "./beam-step.ts";

/** What a step of groups depends on besides its beams. */
export interface GroupStepOptions extends BeamStepOptions {
  /** [groups] the sentence that each group of rows is of; those of one sentence lie together, in their order. */
  sentences: ArrayLike<number>;
  /** What is taken off a candidate's log-probability for each hypothesis of the groups before that chose the same piece now. */
  strength: number;
}

/**
 * `beams` have a group of rows for each group. Scores stay the model's own: diversity decides only what is kept. `</s>` is never avoided.
 * `candidates` has as many best pieces a row as all groups of a sentence keep, and one more, which is enough.
 */
export function groupStep(beams: Beams, candidates: Candidates, options: GroupStepOptions): BeamStep {
  const { sentences, strength, eosId } = options;
  const steps: BeamStep[] = [];
  let chosen = new Map<number, number>();
  for (let group = 0; group + 1 < beams.offsets.length; group++) {
    if (sentences[group] !== sentences[group - 1]) chosen = new Map();
    const penalty = (piece: number) => (piece === eosId ? 0 : strength * (chosen.get(piece) ?? 0));
    const step = stepOfGroup(group, beams, candidates, options, penalty);
    for (const piece of step.live.pieces) chosen.set(piece, (chosen.get(piece) ?? 0) + 1);
    steps.push(step);
  }
  return { live: joined(steps.map(({ live }) => live)), ended: joined(steps.map(({ ended }) => ended)) };
}

function stepOfGroup(
  group: number,
  { scores, offsets }: Beams,
  { ids, logProbabilities }: Candidates,
  options: BeamStepOptions,
  penalty: (piece: number) => number,
): BeamStep {
  const first = offsets[group]!;
  const rows = offsets[group + 1]! - first;
  const count = ids.length / scores.length;
  const own = logProbabilities.subarray(first * count, (first + rows) * count);
  const pieces = ids.subarray(first * count, (first + rows) * count);
  const reduced = own.map((value, i) => value - penalty(pieces[i]!));
  const order = Int32Array.from(own.keys());
  for (let row = 0; row < rows; row++) {
    order.subarray(row * count, (row + 1) * count).sort((a, b) => reduced[b]! - reduced[a]! || a - b);
  }
  const ranked = { ids: order.map((i) => pieces[i]!), logProbabilities: Float32Array.from(order, (i) => reduced[i]!) };
  const beam = { scores: scores.subarray(first, first + rows), offsets: Int32Array.of(0, rows) };
  const { live, ended } = beamStep(beam, ranked, options);
  const scoreOf = (parent: number, piece: number) => {
    const at = pieces.subarray(parent * count, (parent + 1) * count).indexOf(piece);
    return scores[first + parent]! + own[parent * count + at]!;
  };
  return { live: withOwnScores(live, first, scoreOf), ended: withOwnScores(ended, first, scoreOf) };
}

/** The same hypotheses, best first by the model's own scores; parents are rows of all groups. */
function withOwnScores(
  { parents, pieces }: Successors,
  first: number,
  scoreOf: (parent: number, piece: number) => number,
): Successors {
  const scores = Float64Array.from(parents, (parent, i) => scoreOf(parent, pieces[i]!));
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return {
    scores: Float64Array.from(order, (i) => scores[i]!),
    offsets: Int32Array.of(0, order.length),
    parents: order.map((i) => first + parents[i]!),
    pieces: order.map((i) => pieces[i]!),
  };
}

function joined(groups: readonly Successors[]): Successors {
  const offsets = new Int32Array(groups.length + 1);
  groups.forEach(({ parents }, i) => {
    offsets[i + 1] = offsets[i]! + parents.length;
  });
  return {
    scores: Float64Array.from(groups.flatMap(({ scores }) => [...scores])),
    offsets,
    parents: Int32Array.from(groups.flatMap(({ parents }) => [...parents])),
    pieces: Int32Array.from(groups.flatMap(({ pieces }) => [...pieces])),
  };
}
