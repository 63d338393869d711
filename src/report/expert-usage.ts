/**
 * What the experts of one layer take: traffic by part of the corpus, words, and the contexts with the largest gate weights
 * (Shazeer et al. 2017, appendix E, table 9).
 */
import type { PositionText } from "./position-texts.ts";

/** Shares of all that was routed, in [0, 1]. */
export interface Traffic {
  /** Of gate weights. */
  importance: number;
  /** Of chosen (position, expert) pairs. */
  load: number;
}

export interface ExpertWord {
  word: string;
  /** Times the expert took it. */
  count: number;
  /** Summed gate weights. */
  weight: number;
  /** Of the word's gate weights over all experts, the part that went to this one. */
  share: number;
}

export interface ExpertContext {
  /** Words around, in the order of the text. */
  before: string[];
  word: string;
  /** The piece of the word that stands at the position. */
  piece: string;
  after: string[];
  /** Largest gate weight it came with. */
  gate: number;
  /** Times the expert took it. */
  count: number;
  /** Part of the corpus it was first seen in. */
  part: number;
}

export interface ExpertSummary extends Traffic {
  /** From 0. */
  expert: number;
  /** [parts] shares of each part's own traffic */
  parts: Traffic[];
  /** Those that it takes more often than others do, by weight · log(share / expert's importance). */
  words: ExpertWord[];
  /** Largest gate weights first. */
  contexts: ExpertContext[];
  /** One word on each side, most frequent first; only those taken twice or more. */
  frequent: ExpertContext[];
}

export interface LayerSummary {
  /** Such as `encoder.moe1`. */
  layer: string;
  side: "source" | "target";
  positions: number;
  /** Mean number of experts a position uses. */
  expertsPerPosition: number;
  /** How much a position's part of the corpus tells about its expert, in bits; 0 where experts ignore the parts. */
  partInformation: number;
  experts: ExpertSummary[];
}

export interface UsageLimits {
  words: number;
  contexts: number;
}

const DEFAULT_LIMITS: UsageLimits = { words: 12, contexts: 8 };

/** Counts of one expert. */
interface Tally {
  /** [parts] */
  weight: Float64Array;
  /** [parts] */
  count: Float64Array;
  words: Map<string, { count: number; weight: number }>;
  contexts: Map<string, ExpertContext>;
  frequent: Map<string, ExpertContext>;
}

export class ExpertUsage {
  private readonly layer: string;
  private readonly side: LayerSummary["side"];
  private readonly parts: number;
  private readonly tallies: Tally[];
  private readonly wordWeights = new Map<string, number>();
  private positions = 0;

  /** `parts`: how many parts the corpus has. */
  constructor(layer: string, side: LayerSummary["side"], numExperts: number, parts: number) {
    this.layer = layer;
    this.side = side;
    this.parts = parts;
    this.tallies = Array.from({ length: numExperts }, () => ({
      weight: new Float64Array(parts),
      count: new Float64Array(parts),
      words: new Map(),
      contexts: new Map(),
      frequent: new Map(),
    }));
  }

  /** A position, once for all the experts that take it. */
  add(part: number, text: PositionText, chosen: readonly { expert: number; gate: number }[]): void {
    this.positions++;
    const { word, before, after } = text;
    const nearest = { ...text, before: before.slice(-1), after: after.slice(0, 1), piece: word };
    for (const { expert, gate } of chosen) {
      if (!(gate > 0)) continue;
      const tally = this.tallies[expert]!;
      tally.weight[part]! += gate;
      tally.count[part]!++;
      const known = tally.words.get(word) ?? { count: 0, weight: 0 };
      tally.words.set(word, { count: known.count + 1, weight: known.weight + gate });
      this.wordWeights.set(word, (this.wordWeights.get(word) ?? 0) + gate);
      note(tally.contexts, text, gate, part);
      note(tally.frequent, nearest, gate, part);
    }
  }

  summary(limits: UsageLimits = DEFAULT_LIMITS): LayerSummary {
    const totals = Array.from({ length: this.parts }, (_, part) => ({
      importance: sum(this.tallies, ({ weight }) => weight[part]!),
      load: sum(this.tallies, ({ count }) => count[part]!),
    }));
    const all = { importance: sum(totals, ({ importance }) => importance), load: sum(totals, ({ load }) => load) };
    const experts = this.tallies.map((tally, expert): ExpertSummary => {
      const importance = share(total(tally.weight), all.importance);
      return {
        expert,
        importance,
        load: share(total(tally.count), all.load),
        parts: totals.map((of, part) => ({
          importance: share(tally.weight[part]!, of.importance),
          load: share(tally.count[part]!, of.load),
        })),
        words: this.typicalWords(tally, importance, limits.words),
        contexts: best([...tally.contexts.values()], limits.contexts, (a, b) => b.gate - a.gate || b.count - a.count),
        frequent: best(
          [...tally.frequent.values()].filter(({ count }) => count > 1),
          limits.contexts,
          (a, b) => b.count - a.count || b.gate - a.gate,
        ),
      };
    });
    return {
      layer: this.layer,
      side: this.side,
      positions: this.positions,
      expertsPerPosition: share(all.load, this.positions),
      partInformation: information(
        experts,
        totals.map(({ load }) => share(load, all.load)),
      ),
      experts,
    };
  }

  private typicalWords({ words }: Tally, importance: number, limit: number): ExpertWord[] {
    const scored = [...words].map(([word, { count, weight }]) => {
      const ofWord = weight / this.wordWeights.get(word)!;
      return { word, count, weight, share: ofWord, score: weight * Math.log(ofWord / importance) };
    });
    // Rounding leaves a word that goes to everyone alike a little above 0.
    const typical = scored.filter(({ score, weight }) => score > 1e-6 * weight);
    return best(typical, limit, (a, b) => b.score - a.score).map(({ score: _, ...word }) => word);
  }
}

/** Counts a context, whose key is all that is shown of it. */
function note(contexts: Map<string, ExpertContext>, text: PositionText, gate: number, part: number): void {
  const { word, piece, before, after } = text;
  const key = JSON.stringify([before, word, piece, after]);
  const known = contexts.get(key);
  if (known === undefined) contexts.set(key, { before, word, piece, after, gate, count: 1, part });
  else {
    known.count++;
    known.gate = Math.max(known.gate, gate);
  }
}

/** Mutual information of expert and part, in bits, from loads; `partShares` are the parts' shares of the load. */
function information(experts: readonly ExpertSummary[], partShares: readonly number[]): number {
  let bits = 0;
  for (const { load, parts } of experts) {
    parts.forEach((part, i) => {
      if (part.load > 0) bits += partShares[i]! * part.load * Math.log2(part.load / load);
    });
  }
  return Math.max(0, bits);
}

function best<T>(items: readonly T[], limit: number, order: (a: T, b: T) => number): T[] {
  return [...items].sort(order).slice(0, limit);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
