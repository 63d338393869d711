/** Beam search over a batch, all sentences in lock step; sentences that are done leave the batch (Wu et al. 2016, §7). */
import type { DecoderState, StepAttention, StepCandidates, TranslationModel } from "../model/decoder-state.ts";
import { type BeamStep, type Beams, beamStep, isIdentity, type Successors } from "./beam/beam-step.ts";
import { constrainedStep } from "./beam/constrained-step.ts";
import { Coverage } from "./beam/coverage.ts";
import { type Finished, FinishedList } from "./beam/finished.ts";
import { groupStep } from "./beam/group-step.ts";
import { History, ROOT } from "./beam/history.ts";
import { bestReachableScore, lengthPenalty } from "./beam/length-penalty.ts";
import type { ConstraintProgress } from "./beam/lexical-constraints.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";

/**
 * The `nBest` best translations of each source, or as many as are wanted of it, best first. Beams are pruned by log-probability, which at equal length is the
 * length-normalised order; finished hypotheses are ranked by score. A sentence is done once `beamSize` hypotheses have
 * finished, or none still live can enter its n-best, or when it has its most pieces: what does not end then is cut there, and ranks
 * below whatever has ended. Groups of a sentence do all of this each with its share of the beam; their lists are put together at the end.
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
    const { groups = 1 } = options;
    // Each group has a row of its own from the start.
    if (groups > 1) state.select(Int32Array.from({ length: state.rows * groups }, (_, i) => Math.floor(i / groups)));
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
  /** Of each sentence; where there are more, the beams of one sentence lie together. */
  private readonly groups: number;
  /** Hypotheses that each beam keeps. */
  private readonly beamSize: number;
  /** [beams under way] sentence × groups + group */
  private under: Int32Array;
  private beams: Beams;
  /** [rows] node of each live hypothesis */
  private nodes: Int32Array;
  /** [rows] its last piece */
  private pieces: Int32Array;
  /** [rows] what it has of its sentence's terms; none where there are no constraints */
  private progress: ConstraintProgress[];

  constructor(state: DecoderState, vocabularySize: number, options: SearchOptions) {
    this.state = state;
    this.options = options;
    this.count = Math.min(options.beamSize + 1, vocabularySize);
    this.coverage = options.coveragePenalty > 0 ? new Coverage() : undefined;
    this.needsAttention = options.withAttention || this.coverage !== undefined;
    const { groups = 1 } = options;
    this.groups = groups;
    this.beamSize = options.beamSize / groups;
    const lists = options.maxLengths.length * groups;
    this.finished = Array.from({ length: lists }, (_, i) => new FinishedList(this.wantedOf(Math.floor(i / groups))));
    this.under = state.sentenceOfRow.map((sentence, row) => sentence * groups + (row % groups));
    this.beams = {
      scores: new Float64Array(state.rows),
      offsets: Int32Array.from({ length: state.rows + 1 }, (_, i) => i),
    };
    this.nodes = new Int32Array(state.rows).fill(ROOT);
    this.pieces = new Int32Array(state.rows).fill(options.bosId);
    const { constraints } = options;
    this.progress = constraints === undefined ? [] : Array.from(this.sentences(), (s) => constraints[s]!.begin());
  }

  async run(): Promise<Hypothesis[][]> {
    for (let length = 1; this.under.length > 0; length++) await this.step(length);
    const { groups } = this;
    return Array.from(this.options.maxLengths, (_, s) => {
      const lists = this.finished.slice(s * groups, (s + 1) * groups).map(({ best }) => best);
      if (groups === 1) return lists[0]!.map((hypothesis) => this.read(hypothesis));
      return this.together(lists).slice(0, this.wantedOf(s));
    });
  }

  /** The best of several lists; what more than one of them has, once. */
  private together(lists: readonly (readonly Finished[])[]): Hypothesis[] {
    const all = new FinishedList(Number.POSITIVE_INFINITY);
    for (const list of lists) for (const hypothesis of list) all.add(hypothesis);
    const found = new Map<string, Hypothesis>();
    for (const hypothesis of all.best) {
      const read = this.read(hypothesis);
      const key = `${read.pieces.join()} ${read.complete}`;
      if (!found.has(key)) found.set(key, read);
    }
    return [...found.values()];
  }

  /** Translations wanted of a sentence. */
  private wantedOf(sentence: number): number {
    return this.options.wanted?.[sentence] ?? this.options.nBest;
  }

  /** [beams under way] index in the batch */
  private sentences(): Int32Array {
    return this.under.map((beam) => Math.floor(beam / this.groups));
  }

  /** Predicts piece number `length`, from 1, of every live hypothesis. */
  private async step(length: number): Promise<void> {
    const { constraints, withAttention, signal } = this.options;
    signal?.throwIfAborted();
    const distribution = constraints !== undefined;
    const request = { count: this.count, withAttention: this.needsAttention, distribution };
    const candidates = await this.state.step(this.pieces, request);
    if (this.needsAttention) this.coverage?.add(candidates.attention as StepAttention);
    if (withAttention) this.history.keepAttention(candidates.attention as StepAttention);
    const { live, ended } = this.choose(candidates, length);
    const nodes = this.append(live);
    this.finishEnded(ended, length);
    const goesOn = this.under.map((_, s) => (this.closeSentence(s, live, ended, length) ? 0 : 1));
    this.keepOnly(goesOn, live, nodes);
  }

  private choose(candidates: StepCandidates, length: number): BeamStep {
    const { eosId, minLength, maxLengths, constraints, groupStrength = 0 } = this.options;
    const options = { beamSize: this.beamSize, eosId, endAllowed: length > minLength };
    const sentences = this.sentences();
    if (this.groups > 1) return groupStep(this.beams, candidates, { ...options, sentences, strength: groupStrength });
    if (constraints === undefined) return beamStep(this.beams, candidates, options);
    return constrainedStep(this.beams, candidates, {
      ...options,
      constraints: Array.from(sentences, (s) => constraints[s]!),
      progress: this.progress,
      room: sentences.map((s) => maxLengths[s]! - length),
    });
  }

  private append({ parents, pieces, scores }: Successors): Int32Array {
    return parents.map((parent, i) => this.history.append(this.nodes[parent]!, pieces[i]!, parent, scores[i]!));
  }

  private finishEnded(ended: Successors, length: number): void {
    const nodes = this.append(ended);
    for (let s = 0; s < this.under.length; s++) {
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
    this.finished[this.under[s]!]!.add({ node, score, logProbability, complete });
  }

  /** Whether sentence s is done; where nothing can go on, what has not ended is cut first. */
  private closeSentence(s: number, live: Successors, ended: Successors, length: number): boolean {
    const finished = this.finished[this.under[s]!]!;
    if (finished.count >= this.beamSize) return true;
    const from = live.offsets[s]!;
    const longest = this.options.maxLengths[Math.floor(this.under[s]! / this.groups)]!;
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
    const count = goesOn.reduce((sum, flag) => sum + flag, 0);
    const next = { under: new Int32Array(count), offsets: new Int32Array(count + 1) };
    const kept = new Int32Array(nodes.length);
    let rows = 0;
    for (let s = 0, at = 0; s < goesOn.length; s++) {
      if (goesOn[s] === 0) continue;
      for (let i = live.offsets[s]!; i < live.offsets[s + 1]!; i++) kept[rows++] = i;
      next.under[at++] = this.under[s]!;
      next.offsets[at] = rows;
    }
    const chosen = kept.subarray(0, rows);
    this.under = next.under;
    this.progress = this.nextProgress(chosen, live, next.offsets);
    this.nodes = chosen.map((i) => nodes[i]!);
    this.pieces = chosen.map((i) => live.pieces[i]!);
    this.beams = { scores: Float64Array.from(chosen, (i) => live.scores[i]!), offsets: next.offsets };
    if (rows === 0) return;
    const parents = chosen.map((i) => live.parents[i]!);
    if (isIdentity(parents, this.state.rows)) return;
    this.state.select(parents);
    this.coverage?.select(parents);
  }

  /** That of the chosen hypotheses. */
  private nextProgress(chosen: Int32Array, { parents, pieces }: Successors, offsets: Int32Array): ConstraintProgress[] {
    const { constraints } = this.options;
    if (constraints === undefined) return [];
    return Array.from(this.sentences()).flatMap((sentence, s) =>
      Array.from(chosen.subarray(offsets[s], offsets[s + 1]), (i) =>
        constraints[sentence]!.advance(this.progress[parents[i]!]!, pieces[i]!),
      ),
    );
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
