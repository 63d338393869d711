/**
 * One step of beam search as a pure function: the candidates of every hypothesis → the hypotheses that go on and those that end.
 * Each sentence is decided from its own rows alone, so a result never depends on which sentences share a batch.
 */
import { TranslationError } from "../../base/errors.ts";

/** Live hypotheses; the rows of one sentence lie together, best first. */
export interface Beams {
  /** [rows] log-probability of the pieces so far */
  scores: Float64Array;
  /** [sentences + 1] sentence s has rows `offsets[s] … offsets[s + 1]` */
  offsets: Int32Array;
}

/** Next pieces of each row, [rows, count], best first. */
export interface Candidates {
  /** [rows, count] */
  ids: Int32Array;
  /** [rows, count] natural logarithms. */
  logProbabilities: Float32Array;
}

/** What a step of beam search depends on besides its beams. */
export interface BeamStepOptions {
  /** Hypotheses kept of each sentence. */
  beamSize: number;
  /** Piece id of `</s>`. */
  eosId: number;
  /** Whether `</s>` may be chosen at this step. */
  endAllowed: boolean;
}

/** Hypotheses of the next step; `parents` are rows of this step, `pieces` what follows them. */
export interface Successors extends Beams {
  /** [rows] */
  parents: Int32Array;
  /** [rows] */
  pieces: Int32Array;
}

/** What a step leads to; both lists have the sentences of the given beams. */
export interface BeamStep {
  /** Hypotheses that go on. */
  live: Successors;
  /** Hypotheses that chose `</s>`. */
  ended: Successors;
}

/**
 * Takes a sentence's candidates best first until `beamSize` hypotheses go on. One that ends is accepted only where it is among
 * the `beamSize` best candidates, so a beam of 1 is greedy search. Ties go to the better parent. Candidates of probability 0
 * are never taken. `count` = `beamSize` + 1 candidates a row are enough, since one of them may be `</s>`.
 */
export function beamStep(beams: Beams, candidates: Candidates, options: BeamStepOptions): BeamStep {
  const { scores, offsets } = beams;
  const { ids, logProbabilities } = candidates;
  const { beamSize, eosId, endAllowed } = options;
  const sentences = offsets.length - 1;
  const count = ids.length / scores.length;
  const live = emptySuccessors(sentences, sentences * beamSize);
  const ended = emptySuccessors(sentences, scores.length);
  let liveRows = 0;
  let endedRows = 0;
  // [rows] each row's best candidate not yet taken: its place in the row, and the score it would lead to
  const place = new Int32Array(scores.length);
  const next = new Float64Array(scores.length);
  for (let row = 0; row < scores.length; row++) {
    next[row] = scores[row]! + logProbabilities[row * count]!;
    if (Number.isNaN(next[row])) throw notFinite();
  }
  for (let s = 0; s < sentences; s++) {
    const end = offsets[s + 1]!;
    const full = liveRows + beamSize;
    for (let rank = 0; liveRows < full; ) {
      let best = -1;
      let score = Number.NEGATIVE_INFINITY;
      for (let row = offsets[s]!; row < end; row++) {
        if (next[row]! > score) {
          best = row;
          score = next[row]!;
        }
      }
      if (best < 0) break;
      const piece = ids[best * count + place[best]!]!;
      const following = ++place[best]!;
      next[best] =
        following < count ? scores[best]! + logProbabilities[best * count + following]! : Number.NEGATIVE_INFINITY;
      if (piece !== eosId) {
        live.parents[liveRows] = best;
        live.pieces[liveRows] = piece;
        live.scores[liveRows++] = score;
        rank++;
      } else if (endAllowed) {
        if (rank < beamSize) {
          ended.parents[endedRows] = best;
          ended.pieces[endedRows] = piece;
          ended.scores[endedRows++] = score;
        }
        rank++;
      }
    }
    live.offsets[s + 1] = liveRows;
    ended.offsets[s + 1] = endedRows;
  }
  return { live: shortened(live, liveRows), ended: shortened(ended, endedRows) };
}

function emptySuccessors(sentences: number, rows: number): Successors {
  return {
    scores: new Float64Array(rows),
    offsets: new Int32Array(sentences + 1),
    parents: new Int32Array(rows),
    pieces: new Int32Array(rows),
  };
}

function shortened({ scores, offsets, parents, pieces }: Successors, rows: number): Successors {
  return {
    scores: scores.subarray(0, rows),
    offsets,
    parents: parents.subarray(0, rows),
    pieces: pieces.subarray(0, rows),
  };
}

/** Whether selecting these of `count` rows would change nothing. */
export function isIdentity(rows: Int32Array, count: number): boolean {
  return rows.length === count && rows.every((row, i) => row === i);
}

/** The error for log-probabilities that are not numbers. */
export function notFinite(): TranslationError {
  return new TranslationError("the model's log-probabilities are not numbers", {
    where: "the softmax of a decoder's step",
    nextStep: "Its parameters are probably damaged or training had diverged: use an earlier checkpoint.",
  });
}
