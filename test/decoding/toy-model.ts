/** Small translation models given by a function, whose best translation can be found by trying every sequence. */
import { Random } from "../../src/base/random.ts";
import type { SearchOptions } from "../../src/decoding/hypothesis.ts";
import type {
  DecoderState,
  ForcedScores,
  StepCandidates,
  StepRequest,
  TranslationModel,
} from "../../src/model/decoder-state.ts";

export const EOS = 0;
const BOS = 9;

export interface Toy {
  vocabularySize: number;
  /** Defaults: BOS and EOS above. */
  bosId?: number;
  eosId?: number;
  /** Whether `logits` are log-probabilities as they are. */
  normalized?: boolean;
  /** Unnormalised log-probabilities of the next piece: [vocabulary]. */
  logits(source: Int32Array, prefix: readonly number[]): number[];
  /** Attention weights of the next piece: [source positions]. */
  attention?(source: Int32Array, prefix: readonly number[]): number[];
}

/** Pieces with random logits for every (source, prefix); attention depends on the whole prefix too. */
export function randomToy(seed: number, vocabularySize = 5, spread = 2): Toy {
  const stream = (source: Int32Array, prefix: readonly number[]) =>
    [...source, 77, ...prefix].reduce((hash, piece) => (hash * 31 + piece + 1) % 1_000_003, 7);
  return {
    vocabularySize,
    logits: (source, prefix) => {
      const random = new Random(seed, stream(source, prefix));
      return Array.from({ length: vocabularySize }, () => spread * Math.log(random.uniform()));
    },
    attention: (source, prefix) => {
      const random = new Random(seed + 1, stream(source, prefix));
      const weights = Array.from(source, () => random.uniform() ** 3);
      const sum = weights.reduce((a, b) => a + b, 0);
      return weights.map((weight) => weight / sum);
    },
  };
}

export function logSoftmax(logits: readonly number[]): Float32Array {
  const largest = Math.max(...logits);
  const normaliser = largest + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0));
  return Float32Array.from(logits, (x) => x - normaliser);
}

/** What happened to a state, for tests of what a search asks. */
export interface Trace {
  /** Rows of each step. */
  stepRows: number[];
  /** Prefixes of the rows of each step, `<s>` left out, as `source|pieces`. */
  prefixes: string[][];
  selects: number;
  /** States made, and those disposed of. */
  started: number;
  disposed: number;
}

/** A Toy as a TranslationModel. Rows start longest source first, so that rows and sentences are not the same numbers. */
export class ToyModel implements TranslationModel {
  readonly vocabularySize: number;
  readonly parallelism: number;
  readonly trace: Trace = { stepRows: [], prefixes: [], selects: 0, started: 0, disposed: 0 };
  private readonly toy: Toy;

  constructor(toy: Toy, parallelism = 1) {
    this.toy = toy;
    this.parallelism = parallelism;
    this.vocabularySize = toy.vocabularySize;
  }

  async startDecoding(sources: readonly Int32Array[]): Promise<DecoderState> {
    this.trace.started++;
    return new ToyState(this.toy, sources, this.trace);
  }

  async forceScore(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ForcedScores> {
    const { eosId = EOS } = this.toy;
    return {
      tokens: targets.map((target, s) =>
        Float32Array.from([...target, eosId], (piece, t) => {
          return logSoftmax(this.toy.logits(sources[s]!, [...target.subarray(0, t)]))[piece]!;
        }),
      ),
    };
  }

  dispose(): void {}
}

class ToyState implements DecoderState {
  sentenceOfRow: Int32Array;
  private prefixes: number[][];
  private readonly toy: Toy;
  private readonly sources: readonly Int32Array[];
  private readonly trace: Trace;

  constructor(toy: Toy, sources: readonly Int32Array[], trace: Trace) {
    this.toy = toy;
    this.sources = sources;
    this.trace = trace;
    this.sentenceOfRow = Int32Array.from(sources.keys()).sort((a, b) => sources[b]!.length - sources[a]!.length);
    this.prefixes = sources.map(() => []);
  }

  get rows(): number {
    return this.sentenceOfRow.length;
  }

  async step(previous: Int32Array, request: StepRequest): Promise<StepCandidates> {
    const { count, withAttention = false, distribution = false } = request;
    if (previous.length !== this.rows) throw new Error(`${previous.length} pieces for ${this.rows} rows`);
    if (count > this.vocabularySize) throw new Error(`${count} candidates of ${this.vocabularySize} pieces`);
    const { trace, rows } = this;
    const { bosId = BOS } = this.toy;
    this.prefixes = this.prefixes.map((prefix, row) => (previous[row] === bosId ? [] : [...prefix, previous[row]!]));
    trace.stepRows.push(rows);
    trace.prefixes.push(this.prefixes.map((prefix, row) => `${this.source(row)}|${prefix}`));
    const candidates: StepCandidates = {
      ids: new Int32Array(rows * count),
      logProbabilities: new Float32Array(rows * count),
    };
    const all = new Float32Array(rows * this.vocabularySize);
    for (let row = 0; row < rows; row++) {
      const logProbabilities = logProbabilitiesOf(this.toy, this.source(row), this.prefixes[row]!);
      all.set(logProbabilities, row * this.vocabularySize);
      const order = [...logProbabilities.keys()].sort((a, b) => logProbabilities[b]! - logProbabilities[a]! || a - b);
      for (let i = 0; i < count; i++) {
        candidates.ids[row * count + i] = order[i]!;
        candidates.logProbabilities[row * count + i] = logProbabilities[order[i]!]!;
      }
    }
    if (distribution) candidates.distribution = all;
    if (withAttention) {
      const perRow = this.prefixes.map((prefix, row) => this.toy.attention!(this.source(row), prefix));
      const offsets = new Int32Array(rows + 1);
      perRow.forEach((weights, row) => {
        offsets[row + 1] = offsets[row]! + weights.length;
      });
      candidates.attention = { weights: Float32Array.from(perRow.flat()), offsets };
    }
    return candidates;
  }

  select(rows: Int32Array): void {
    this.trace.selects++;
    this.prefixes = Array.from(rows, (row) => this.prefixes[row]!);
    this.sentenceOfRow = rows.map((row) => this.sentenceOfRow[row]!);
  }

  dispose(): void {
    this.trace.disposed++;
  }

  private get vocabularySize(): number {
    return this.toy.vocabularySize;
  }

  private source(row: number): Int32Array {
    return this.sources[this.sentenceOfRow[row]!]!;
  }
}

export interface Scored {
  pieces: number[];
  score: number;
  logProbability: number;
  complete: boolean;
}

/** Rules of an exhaustive search. */
export interface ExhaustiveRules {
  alpha?: number;
  beta?: number;
  minLength?: number;
  /** Whether a piece may follow; its log-probability stays what it is. */
  allowed?(prefix: readonly number[], piece: number): boolean;
  /** Whether a translation may end after these pieces. */
  mayEnd?(pieces: readonly number[]): boolean;
}

/**
 * Every translation of at most `maxLength` pieces by definition, best first: the reference of all searches. One of `maxLength` pieces that
 * may not end is cut there; all that are cut come after all that have ended.
 */
export function exhaustiveSearch(
  toy: Toy,
  source: Int32Array,
  maxLength: number,
  { alpha = 0, beta = 0, minLength = 0, allowed = () => true, mayEnd = () => true }: ExhaustiveRules = {},
): Scored[] {
  const found: Scored[] = [];
  const eosId = toy.eosId ?? EOS;
  const scoreOf = (logProbability: number, length: number, received: readonly number[]) => {
    const coverage = beta * received.reduce((total, a) => total + Math.log(Math.max(Math.min(a, 1), 1e-9)), 0);
    return logProbability / ((5 + length) / 6) ** alpha + coverage;
  };
  const visit = (prefix: number[], logProbability: number, coverage: readonly number[]) => {
    const logProbabilities = logProbabilitiesOf(toy, source, prefix);
    const attention = beta > 0 ? toy.attention!(source, prefix).map(Math.fround) : [];
    const received = attention.map((weight, i) => weight + (coverage[i] ?? 0));
    const length = prefix.length;
    const ends = length >= minLength && mayEnd(prefix) && allowed(prefix, eosId);
    const ended = ends ? logProbability + logProbabilities[eosId]! : Number.NEGATIVE_INFINITY;
    if (ended > Number.NEGATIVE_INFINITY) {
      const score = scoreOf(ended, length + 1, received);
      found.push({ pieces: prefix, logProbability: ended, score, complete: true });
    } else if (length === maxLength) {
      const score = scoreOf(logProbability, length, coverage);
      found.push({ pieces: prefix, logProbability, score, complete: false });
    }
    if (length === maxLength) return;
    for (let piece = 0; piece < toy.vocabularySize; piece++) {
      if (piece === eosId || !allowed(prefix, piece)) continue;
      visit([...prefix, piece], logProbability + logProbabilities[piece]!, received);
    }
  };
  visit([], 0, []);
  return found.sort((a, b) => Number(b.complete) - Number(a.complete) || b.score - a.score);
}

/** What a toy model says of each next piece. */
function logProbabilitiesOf(toy: Toy, source: Int32Array, prefix: readonly number[]): Float32Array {
  const logits = toy.logits(source, prefix);
  return toy.normalized === true ? Float32Array.from(logits) : logSoftmax(logits);
}

export function searchOptions(
  sentences: number,
  maxLength: number,
  options: Partial<SearchOptions> = {},
): SearchOptions {
  return {
    bosId: BOS,
    eosId: EOS,
    beamSize: 5,
    nBest: 1,
    lengthPenalty: 0,
    coveragePenalty: 0,
    minLength: 0,
    maxLengths: new Int32Array(sentences).fill(maxLength),
    withAttention: false,
    ...options,
  };
}

/** Distinct sources of lengths 1 … 6, not sorted. */
export function toySources(count: number): Int32Array[] {
  return Array.from({ length: count }, (_, i) =>
    Int32Array.from({ length: 1 + ((i * 5) % 6) }, (_, t) => 20 + i + 7 * t),
  );
}
