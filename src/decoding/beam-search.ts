/** Beam search over a batch, all sentences in lock step; sentences that are done leave the batch (Wu et al. 2016, §7). */
import type { DecoderState, StepAttention, TranslationModel } from "../model/decoder-state.ts";
import { type Beams, beamStep, isIdentity, type Successors } from "./beam-step.ts";
import { Coverage } from "./coverage.ts";
import { type Finished, FinishedList } from "./finished.ts";
import { History, ROOT } from "./history.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";
import { bestReachableScore, lengthPenalty } from "./length-penalty.ts";

/**
 * The `nBest` best translations of each source, best first. Beams are pruned by log-probability, which at equal length is the
 * length-normalised order; finished hypotheses are ranked by score. A sentence is done once `beamSize` hypotheses have
 * finished, or none still live can enter its n-best, or when it has its most pieces: what does not end then is cut there, and ranks
 * below whatever has ended.
 * Rejects with the reason of an aborted `signal`.
 */
export async function beamSearch(
  model: TranslationModel,
  sources: readonly Int32Array[],
  options: SearchOptions,
): Promise<Hypothesis[][]> {
  options.signal?.throwIfAborted();
  if (sources.length === 0) return [];
  const state = await model.startDecoding(sources);
  try {
    return await new BeamSearch(state, model.vocabularySize, options).run();
  } finally {
    state.dispose();
  }
}

class BeamSearch {
  private readonly state: DecoderState;
  private readonly options: SearchOptions;
  /** Candidates asked for per row: `</s>` may be one of them. */
  private readonly count: number;
  private readonly needsAttention: boolean;
  private readonly history = new History();
  private readonly coverage: Coverage | undefined;
  private readonly finished: FinishedList[];
  /** [sentences under way] index in the batch */
  private sentences: Int32Array;
  private beams: Beams;
  /** [rows] node of each live hypothesis */
  private nodes: Int32Array;
  /** [rows] its last piece */
  private pieces: Int32Array;

  constructor(state: DecoderState, vocabularySize: number, options: SearchOptions) {
    this.state = state;
    this.options = options;
    this.count = Math.min(options.beamSize + 1, vocabularySize);
    this.coverage = options.coveragePenalty > 0 ? new Coverage() : undefined;
    this.needsAttention = options.withAttention || this.coverage !== undefined;
    this.finished = Array.from(options.maxLengths, () => new FinishedList(options.nBest));
    this.sentences = state.sentenceOfRow.slice();
    this.beams = {
      scores: new Float64Array(state.rows),
      offsets: Int32Array.from({ length: state.rows + 1 }, (_, i) => i),
    };
    this.nodes = new Int32Array(state.rows).fill(ROOT);
    this.pieces = new Int32Array(state.rows).fill(options.bosId);
  }

  async run(): Promise<Hypothesis[][]> {
    for (let length = 1; this.sentences.length > 0; length++) await this.step(length);
    return this.finished.map(({ best }) => best.map((hypothesis) => this.read(hypothesis)));
  }

  /** Predicts piece number `length`, from 1, of every live hypothesis. */
  private async step(length: number): Promise<void> {
    const { beamSize, eosId, minLength, withAttention, signal } = this.options;
    signal?.throwIfAborted();
    const request = { count: this.count, withAttention: this.needsAttention };
    const candidates = await this.state.step(this.pieces, request);
    if (this.needsAttention) this.coverage?.add(candidates.attention as StepAttention);
    if (withAttention) this.history.keepAttention(candidates.attention as StepAttention);
    const { live, ended } = beamStep(this.beams, candidates, { beamSize, eosId, endAllowed: length > minLength });
    const nodes = this.append(live);
    this.finishEnded(ended, length);
    const goesOn = this.sentences.map((_, s) => (this.closeSentence(s, live, ended, length) ? 0 : 1));
    this.keepOnly(goesOn, live, nodes);
  }

  private append({ parents, pieces, scores }: Successors): Int32Array {
    return parents.map((parent, i) => this.history.append(this.nodes[parent]!, pieces[i]!, parent, scores[i]!));
  }

  private finishEnded(ended: Successors, length: number): void {
    const nodes = this.append(ended);
    for (let s = 0; s < this.sentences.length; s++) {
      for (let i = ended.offsets[s]!; i < ended.offsets[s + 1]!; i++) {
        const { parents, scores } = ended;
        const coverage = this.coverage?.penalty(parents[i]!, this.options.coveragePenalty);
        this.finish(s, nodes[i]!, scores[i]!, length, coverage, true);
      }
    }
  }

  /** Adds to sentence s's list. */
  private finish(
    s: number,
    node: number,
    logProbability: number,
    length: number,
    coverage: number | undefined,
    complete: boolean,
  ): void {
    const score = logProbability / lengthPenalty(length, this.options.lengthPenalty) + (coverage ?? 0);
    this.finished[this.sentences[s]!]!.add({ node, score, logProbability, complete });
  }

  /** Whether sentence s is done; where nothing can go on, what has not ended is cut first. */
  private closeSentence(s: number, live: Successors, ended: Successors, length: number): boolean {
    const finished = this.finished[this.sentences[s]!]!;
    if (finished.count >= this.options.beamSize) return true;
    const from = live.offsets[s]!;
    const longest = this.options.maxLengths[this.sentences[s]!]!;
    if (from === live.offsets[s + 1] || length > longest) {
      this.cutCurrent(s, ended, length - 1);
      return true;
    }
    const { lengthPenalty: alpha } = this.options;
    return finished.excludes(bestReachableScore(live.scores[from]!, length + 1, longest + 1, alpha));
  }

  /** Finishes the hypotheses of before this step, of `length` pieces, that have not ended in it. */
  private cutCurrent(s: number, ended: Successors, length: number): void {
    const { scores, offsets } = this.beams;
    const complete = ended.parents.subarray(ended.offsets[s], ended.offsets[s + 1]);
    for (let row = offsets[s]!; row < offsets[s + 1]!; row++) {
      if (complete.includes(row)) continue;
      const coverage = this.coverage?.penaltyBefore(row, this.options.coveragePenalty);
      this.finish(s, this.nodes[row]!, scores[row]!, length, coverage, false);
    }
  }

  /** Moves to the next step with the live hypotheses of the sentences that go on. */
  private keepOnly(goesOn: Int32Array, live: Successors, nodes: Int32Array): void {
    const sentences = goesOn.reduce((sum, flag) => sum + flag, 0);
    const next = { sentences: new Int32Array(sentences), offsets: new Int32Array(sentences + 1) };
    const kept = new Int32Array(nodes.length);
    let rows = 0;
    for (let s = 0, at = 0; s < goesOn.length; s++) {
      if (goesOn[s] === 0) continue;
      for (let i = live.offsets[s]!; i < live.offsets[s + 1]!; i++) kept[rows++] = i;
      next.sentences[at++] = this.sentences[s]!;
      next.offsets[at] = rows;
    }
    const chosen = kept.subarray(0, rows);
    this.sentences = next.sentences;
    this.nodes = chosen.map((i) => nodes[i]!);
    this.pieces = chosen.map((i) => live.pieces[i]!);
    this.beams = { scores: Float64Array.from(chosen, (i) => live.scores[i]!), offsets: next.offsets };
    if (rows === 0) return;
    const parents = chosen.map((i) => live.parents[i]!);
    if (isIdentity(parents, this.state.rows)) return;
    this.state.select(parents);
    this.coverage?.select(parents);
  }

  private read({ node, score, logProbability, complete }: Finished): Hypothesis {
    const path = this.history.piecesTo(node);
    const pieces = complete ? path.subarray(0, path.length - 1) : path;
    const pieceScores = this.history.scoresTo(node);
    const hypothesis: Hypothesis = { pieces, pieceScores, score, logProbability, complete };
    if (this.options.withAttention) hypothesis.attention = this.history.attentionTo(node);
    return hypothesis;
  }
}
