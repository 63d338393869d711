/** Search that follows one hypothesis per sentence: greedy and sampling differ only in how the next piece is chosen. */
import type { StepAttention, StepCandidates, TranslationModel } from "../model/decoder-state.ts";
import { isIdentity, notFinite } from "./beam/beam-step.ts";
import { coveragePenalty, lengthPenalty } from "./beam/length-penalty.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";

/** Candidates of one row: `[from, to)` of the step's arrays, best first; `</s>` is to be passed over unless `endAllowed`. */
export interface Choice {
  /** Of all rows. */
  candidates: StepCandidates;
  from: number;
  to: number;
  endAllowed: boolean;
  /** Index in the batch of the sentence to choose for. */
  sentence: number;
}

/** Returns the index of the chosen candidate, or −1 where none can be taken. */
export type Choose = (choice: Choice) => number;

/** One translation per source, growing by the piece `choose` picks among each step's `count` best. Rejects where `signal` is aborted. */
export async function singleSearch(
  model: TranslationModel,
  sources: readonly Int32Array[],
  options: SearchOptions,
  count: number,
  choose: Choose,
): Promise<Hypothesis[]> {
  const { bosId, eosId, minLength, maxLengths, coveragePenalty: beta, withAttention, signal } = options;
  signal?.throwIfAborted();
  if (sources.length === 0) return [];
  const perRow = Math.min(count, model.vocabularySize);
  const request = { count: perRow, withAttention: beta > 0 || withAttention };
  const tracks = sources.map((_, s) => new Track(maxLengths[s]!));
  const state = await model.startDecoding(sources);
  try {
    let previous = new Int32Array(state.rows).fill(bosId);
    for (let length = 1; previous.length > 0; length++) {
      const sentences = state.sentenceOfRow;
      signal?.throwIfAborted();
      const candidates = await state.step(previous, request);
      const { ids, logProbabilities, attention } = candidates;
      const kept: number[] = [];
      const pieces: number[] = [];
      for (let row = 0; row < previous.length; row++) {
        const from = row * perRow;
        if (Number.isNaN(logProbabilities[from]!)) throw notFinite();
        const sentence = sentences[row]!;
        const track = tracks[sentence]!;
        if (attention !== undefined) track.attend(attention, row);
        const choice = { candidates, from, to: from + perRow, endAllowed: length > minLength, sentence };
        const chosen = choose(choice);
        if (chosen < 0) continue;
        if (track.take(ids[chosen]!, logProbabilities[chosen]!, eosId)) {
          kept.push(row);
          pieces.push(ids[chosen]!);
        }
      }
      previous = Int32Array.from(pieces);
      const rows = Int32Array.from(kept);
      if (rows.length > 0 && !isIdentity(rows, state.rows)) state.select(rows);
    }
  } finally {
    state.dispose();
  }
  return tracks.map((track) => track.hypothesis(options));
}

/** The hypothesis of one sentence as it grows. */
class Track {
  private readonly pieces: Int32Array;
  private readonly scores: Float64Array;
  private length = 0;
  private logProbability = 0;
  private complete = false;
  private readonly attention: Float32Array[] = [];

  constructor(maxLength: number) {
    this.pieces = new Int32Array(maxLength + 1);
    this.scores = new Float64Array(maxLength + 1);
  }

  attend({ weights, offsets }: StepAttention, row: number): void {
    this.attention.push(weights.slice(offsets[row]!, offsets[row + 1]!));
  }

  /** Adds a piece; false if the hypothesis is finished: by `</s>`, or cut because there is room for `</s>` alone. */
  take(piece: number, logProbability: number, eosId: number): boolean {
    this.complete = piece === eosId;
    if (!this.complete && this.length === this.pieces.length - 1) return false;
    this.logProbability += logProbability;
    this.scores[this.length] = logProbability;
    this.pieces[this.length++] = piece;
    return !this.complete;
  }

  hypothesis(options: SearchOptions): Hypothesis {
    const { length, logProbability, complete } = this;
    const coverage = coveragePenalty(this.received(), options.coveragePenalty);
    const result: Hypothesis = {
      pieces: this.pieces.slice(0, complete ? length - 1 : length),
      pieceScores: this.scores.slice(0, length),
      score: logProbability / lengthPenalty(length, options.lengthPenalty) + coverage,
      logProbability,
      complete,
    };
    if (options.withAttention) result.attention = this.attention.slice(0, length);
    return result;
  }

  /** [source positions] attention received */
  private received(): Float64Array {
    const sums = new Float64Array(this.attention[0]?.length ?? 0);
    for (const weights of this.attention.slice(0, this.length)) {
      for (let i = 0; i < sums.length; i++) sums[i]! += weights[i]!;
    }
    return sums;
  }
}
