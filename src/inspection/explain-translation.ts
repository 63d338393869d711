/** What a model sees in a translation that is given: links between words, how sure it is of each, and which experts took it. */
import type { TranslatorParts } from "../decoding/translator.ts";
import type { ExpertGates, TranslationModel } from "../model/decoder-state.ts";
import { chooseTag } from "../text/languages.ts";
import { tagPiece, withMarkers } from "../text/source-pieces.ts";
import { forcedSteps } from "./forced-steps.ts";
import { namedLanguages, type PairLanguages } from "./pair-languages.ts";
import { pieceSpans } from "./piece-spans.ts";
import { type Span, textWords } from "./text-words.ts";
import { type WordShare, wordMeans, wordShares } from "./word-shares.ts";

/** A sentence and its translation, a line each. */
export interface ExplainedPair {
  source: string;
  target: string;
}

/** An expert and its weight for a word: the mean over the word's pieces. */
export interface WordExpert {
  /** From 0. */
  expert: number;
  gate: number;
}

/** A layer of experts and what it did with each word of its side. */
export interface ExplainedLayer {
  /** Such as `encoder.moe2`. */
  layer: string;
  side: "source" | "target";
  /** How many it has. */
  experts: number;
  /** [words of the side] those that took the word, largest weight first. */
  words: WordExpert[][];
}

/** A word of a translation, and the model's confidence in it. */
export interface ExplainedWord extends Span {
  /** Natural logarithm of its probability given the source and what stands before it. */
  logProbability: number;
}

/** All that is known of a pair. It is plain JSON. */
export interface Explanation {
  sourceWords: Span[];
  targetWords: ExplainedWord[];
  /** [target words][source words] weights; a row's sum is 1 less what the end of the sentence and a language's tag got. */
  attention: number[][];
  /** The encoder's layers, then the decoder's; none of a dense model. */
  layers: ExplainedLayer[];
}

/** Pairs with more pieces on a side are not explained. */
const MOST_PIECES = 1000;
/** Experts of a word that are told, and the least weight of each. */
const MOST_EXPERTS = 8;
const LEAST_GATE = 0.005;

/**
 * Explains pairs, all at once; null for one that is blank or too long. Throws TranslationError for languages that the model has not seen, and rejects with
 * the reason of an aborted signal.
 *
 * @example
 * const loaded = await loadTranslationModel("models/my");
 * const pair = { source: "A dog runs.", target: "Ein Hund rennt." };
 * const [explanation] = await explainPairs(loaded, [pair], { source: "en", target: "de" });
 * console.log(explanation?.attention);
 */
export async function explainPairs(
  { model, wordpieces, languages }: TranslatorParts,
  pairs: readonly ExplainedPair[],
  { source, target }: PairLanguages,
  signal?: AbortSignal,
): Promise<(Explanation | null)[]> {
  const tagId = tagPiece(wordpieces, chooseTag(languages, namedLanguages(languages, { source, target })));
  const prepared = pairs.map((pair) => ({
    pair,
    source: wordpieces.encode(pair.source),
    target: wordpieces.encode(pair.target),
  }));
  const fit = prepared.filter((each) =>
    [each.source, each.target].every(({ length }) => length > 0 && length <= MOST_PIECES),
  );
  const sources = fit.map((each) => withMarkers(each.source, tagId, wordpieces.eosId));
  const targets = fit.map((each) => each.target);
  const steps = await forcedSteps(model, sources, targets, wordpieces, signal);
  const gates = await gatesOf(model, sources, targets);
  signal?.throwIfAborted();
  const explanations = new Map(
    fit.map(({ pair }, i) => {
      const sourceWords = textWords(pair.source, source);
      const targetWords = textWords(pair.target, target);
      const sourceShares = wordShares(pieceSpans(pair.source, wordpieces), sourceWords);
      const targetShares = wordShares(pieceSpans(pair.target, wordpieces), targetWords);
      const { attention, logProbabilities } = steps[i]!;
      const first = tagId === undefined ? 0 : 1;
      const explanation: Explanation = {
        sourceWords,
        targetWords: targetWords.map((span, word) => ({
          ...span,
          logProbability: rounded(sumOfFirst(logProbabilities, targetShares, word)),
        })),
        attention: wordMeans(
          (piece) => bySourceWord(attention[piece]!, sourceShares, first, sourceWords.length),
          targetShares,
          targetWords.length,
          sourceWords.length,
        ).map((row) => Array.from(row, rounded)),
        layers: gates.map((layer) => {
          const isSource = layer.side === "source";
          const [shares, words] = isSource ? [sourceShares, sourceWords] : [targetShares, targetWords];
          return explainLayer(layer, i, shares, words.length, isSource ? first : 0);
        }),
      };
      return [pair, explanation];
    }),
  );
  return pairs.map((pair) => explanations.get(pair) ?? null);
}

async function gatesOf(
  model: TranslationModel,
  sources: readonly Int32Array[],
  targets: readonly Int32Array[],
): Promise<ExpertGates[]> {
  return sources.length === 0 ? [] : ((await model.expertGates?.(sources, targets)) ?? []);
}

/** [source words] weights of one step, summed over each word's pieces, of which the first stands at position `first`. */
function bySourceWord(
  weights: Float32Array,
  shares: readonly (readonly WordShare[])[],
  first: number,
  words: number,
): Float32Array {
  const sums = new Float32Array(words);
  for (const [piece, own] of shares.entries()) {
    for (const { word, share } of own) sums[word]! += share * weights[first + piece]!;
  }
  return sums;
}

/** A piece of several words counts for the first of them. */
function sumOfFirst(values: readonly number[], shares: readonly (readonly WordShare[])[], word: number): number {
  return shares.reduce((sum, own, piece) => (own[0]?.word === word ? sum + values[piece]! : sum), 0);
}

function explainLayer(
  { layer, side, experts, gates }: ExpertGates,
  sentence: number,
  shares: readonly (readonly WordShare[])[],
  words: number,
  first: number,
): ExplainedLayer {
  const own = gates[sentence]!;
  const rowOf = (piece: number) => own.subarray((first + piece) * experts, (first + piece + 1) * experts);
  const means = wordMeans(rowOf, shares, words, experts);
  return { layer, side, experts, words: means.map(largestGates) };
}

function largestGates(row: Float32Array): WordExpert[] {
  return Array.from(row, (gate, expert) => ({ expert, gate: rounded(gate) }))
    .filter(({ gate }) => gate >= LEAST_GATE)
    .sort((a, b) => b.gate - a.gate || a.expert - b.expert)
    .slice(0, MOST_EXPERTS);
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
