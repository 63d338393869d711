/** Words that could stand at a place of a translation, after what stands before it. */
import { type PieceIndex, SPACE } from "../decoding/processors/piece-index.ts";
import { processedModel } from "../decoding/processors/processor.ts";
import {
  missingCharacters,
  type TargetPrefix,
  TargetPrefixes,
  targetPrefix,
} from "../decoding/processors/target-prefix.ts";
import type { DecoderState, TranslationModel } from "../model/decoder-state.ts";
import type { Wordpieces } from "../text/wordpieces.ts";
import { textWords } from "./text-words.ts";

/** A model with its vocabulary, and that by the characters of its pieces. */
export interface NextWordsParts {
  model: TranslationModel;
  wordpieces: Wordpieces;
  index: PieceIndex;
}

/** What is asked for. */
export interface NextWordsOptions {
  /** Words, at most. */
  count: number;
  /** Language of the translation, as a code. */
  language: string;
  /** Pieces of what stands before and of a word, at most. */
  maxLength: number;
  signal?: AbortSignal | undefined;
}

/** A word that could come next. */
export interface NextWord {
  /** With the signs that stand beside it without a space, as `(`. */
  word: string;
  /** What stands before and the word. */
  prefix: string;
  /** Of the word's pieces, given the source and what stands before. */
  probability: number;
}

/** Pieces that are tried for each word that is asked for: several may begin the same word. */
const TRIED = 3;
/** Pieces of a word. */
const LONGEST_WORD = 24;

/**
 * Words that may follow `before`, the most probable first. Each begins with one of the most probable pieces and goes on with the most probable ones until another
 * word would begin. A translation that ends there is not among them.
 *
 * @param source pieces with tag and `</s>`
 */
export async function nextWords(
  { model, wordpieces, index }: NextWordsParts,
  source: Int32Array,
  before: string,
  { count, language, maxLength, signal }: NextWordsOptions,
): Promise<NextWord[]> {
  const prefix = targetPrefix(wordpieces, index, before, true);
  const ruled = processedModel(model, [new TargetPrefixes(index, [prefix])]);
  signal?.throwIfAborted();
  const state = await ruled.startDecoding([source]);
  try {
    const starts = await mostProbable(state, { wordpieces, index, prefix, maxLength, signal }, count * TRIED);
    if (starts.length === 0) return [];
    state.select(new Int32Array(starts.length));
    const done = await complete(state, wordpieces, starts, language, signal);
    const found = new Map<string, NextWord>();
    for (const { given, pieces, logProbability } of done) {
      // Two pieces may each bring a space.
      const text = wordpieces
        .decode([...given, ...pieces])
        .replace(/\s+/g, " ")
        .trim();
      const word = text.slice(wordpieces.decode(given).trim().length).trim();
      const known = found.get(text);
      const probability = Math.exp(logProbability) + (known?.probability ?? 0);
      if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(word)) found.set(text, { word, prefix: text, probability });
    }
    return [...found.values()].sort((a, b) => b.probability - a.probability).slice(0, count);
  } finally {
    state.dispose();
  }
}

interface GrowingWord {
  /** Pieces of what stands before. */
  given: readonly number[];
  pieces: number[];
  logProbability: number;
}

/** Spells what is given as the model does best; then the most probable pieces that may follow. */
async function mostProbable(
  state: DecoderState,
  {
    wordpieces,
    index,
    prefix,
    maxLength,
    signal,
  }: {
    wordpieces: Wordpieces;
    index: PieceIndex;
    prefix: TargetPrefix;
    maxLength: number;
    signal: AbortSignal | undefined;
  },
  count: number,
): Promise<GrowingWord[]> {
  const { bosId, unkId } = wordpieces;
  const given: number[] = [];
  while (given.length <= maxLength) {
    signal?.throwIfAborted();
    const previous = Int32Array.of(given.at(-1) ?? bosId);
    const { distribution } = await state.step(previous, { count: 0, distribution: true });
    const values = distribution!;
    const isGiven = given.length >= prefix.pieces.length;
    const missing = isGiven ? missingCharacters(index, prefix, given) : prefix.rest;
    // A space alone belongs to the word that comes next.
    if (isGiven && (missing === undefined || missing === "" || missing === SPACE)) {
      const words: GrowingWord[] = [];
      for (const id of bestFirst(values)) {
        // Control pieces and `<unk>` begin no word.
        const isText = id !== unkId && (index.textOf(id) !== "" || wordpieces.decode([id]) !== "");
        if (isText) words.push({ given, pieces: [id], logProbability: values[id]! });
        if (words.length === count) break;
      }
      return words;
    }
    given.push(spelling(values, index, isGiven ? missing! : ""));
  }
  return [];
}

function bestFirst(values: Float32Array): number[] {
  return Array.from(values.keys())
    .filter((id) => values[id]! > Number.NEGATIVE_INFINITY)
    .sort((a, b) => values[b]! - values[a]! || a - b);
}

/** The best piece that has no more than the characters that are missing, or a space; where there is none, the best. */
function spelling(values: Float32Array, index: PieceIndex, missing: string): number {
  const best = bestFirst(values);
  const within = (id: number) => `${missing}${SPACE}`.startsWith(index.textOf(id));
  return (missing === "" ? undefined : best.find(within)) ?? best[0]!;
}

/** Each word goes on, a row each, until its next piece would leave it as it is. */
async function complete(
  state: DecoderState,
  wordpieces: Wordpieces,
  words: readonly GrowingWord[],
  language: string,
  signal: AbortSignal | undefined,
): Promise<readonly GrowingWord[]> {
  let open = [...words];
  for (let length = 1; open.length > 0 && length < LONGEST_WORD; length++) {
    signal?.throwIfAborted();
    const previous = Int32Array.from(open, ({ pieces }) => pieces.at(-1)!);
    const { ids, logProbabilities } = await state.step(previous, { count: 1 });
    const kept: number[] = [];
    open.forEach((word, row) => {
      const piece = ids[row]!;
      const before = firstWord(wordpieces, word.given, word.pieces, language);
      const after = firstWord(wordpieces, word.given, [...word.pieces, piece], language);
      if (piece === wordpieces.eosId || (before !== "" && before === after)) return;
      word.pieces.push(piece);
      word.logProbability += logProbabilities[row]!;
      kept.push(row);
    });
    open = kept.map((row) => open[row]!);
    if (kept.length > 0 && kept.length < state.rows) state.select(Int32Array.from(kept));
  }
  return words;
}

/** The first word that the pieces add, signs before it too; empty where they add none. */
function firstWord(
  wordpieces: Wordpieces,
  given: readonly number[],
  pieces: readonly number[],
  language: string,
): string {
  const start = wordpieces.decode(given).length;
  const text = wordpieces.decode([...given, ...pieces]);
  const first = textWords(text, language).find(({ end }) => end > start);
  return first === undefined ? "" : text.slice(Math.max(first.start, start), first.end);
}
