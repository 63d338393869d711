/** Log-probabilities of given translations, and of given texts by a language model: one line at a time however they are batched. */
import { Turns } from "../base/threads/turns.ts";
import type { ForcedScores } from "../model/decoder-state.ts";
import { chooseTag } from "../text/languages.ts";
import { linePieceWords } from "../text/piece-words.ts";
import { tagPiece, withMarkers } from "../text/source-pieces.ts";
import type { Wordpieces } from "../text/wordpieces.ts";
import { forcedAttention } from "./forced-attention.ts";
import { lengthBatches } from "./lines/length-batches.ts";
import type { TranslatorParts } from "./translator.ts";
import { wordAlignment } from "./words/word-alignment.ts";

/** How many lines are scored at once, and when to stop: memory and speed, no score. */
export interface BatchLimits {
  /** Lines scored together, at most. Default 64. */
  batchSize?: number;
  /** Pieces scored together, those of sources among them, at most; a longer line is scored alone. Default 6,000. */
  batchTokens?: number;
  /** Once it is aborted, scoring rejects with its reason after the batches under way. */
  signal?: AbortSignal;
}

/** Options of `scorePairs`. */
export interface ScoreOptions extends BatchLimits {
  /** As in TranslateOptions. */
  sourceLanguage?: string;
  /** As in TranslateOptions. */
  targetLanguage?: string;
  /** Also the attention of words, which takes a step of the decoder for each piece. */
  withAlignment?: boolean;
}

/** A given translation and its source. */
export interface LinePair {
  /** One line of text. */
  source: string;
  /** One line of text. */
  target: string;
}

/** The score of one line. */
export interface LineScore {
  /** Natural logarithm of P(target | source), or of P(text), `</s>` included. */
  logProbability: number;
  /** Target pieces and `</s>`. */
  pieces: string[];
  /** [pieces] log P of each piece given the source and the pieces before it. */
  tokens: Float32Array;
  /** Attention of words where it is asked for, [target words][source words]: what translations have as `alignment`. */
  alignment?: Float32Array[];
}

/** What scoring needs of a language model: texts are piece ids without markers. */
export interface TextScorer {
  /** Log-probabilities of each text's pieces and `</s>`, natural logarithms. */
  forceScore(texts: readonly Int32Array[]): Promise<ForcedScores>;
  /** Batches that it works on side by side. */
  readonly parallelism: number;
}

/**
 * One score per pair, in order: natural logarithms of P(target | source). A blank target has one piece, `</s>`. Throws TranslationError
 * for a language that the model has not seen. Sums are over pieces, not normalised by length.
 *
 * @example
 * import { loadTranslationModel, scorePairs } from "gnmt-moe";
 *
 * const loaded = await loadTranslationModel("models/my");
 * const [score] = await scorePairs(loaded, [{ source: "A dog runs.", target: "Ein Hund rennt." }]);
 * console.log(score?.logProbability, score?.pieces);
 */
export async function scorePairs(
  parts: TranslatorParts,
  pairs: readonly LinePair[],
  options: ScoreOptions = {},
): Promise<LineScore[]> {
  const { model, wordpieces, languages } = parts;
  const tagId = tagPiece(wordpieces, chooseTag(languages, options));
  const sources = pairs.map(({ source }) => withMarkers(wordpieces.encode(source), tagId, wordpieces.eosId));
  const targets = pairs.map(({ target }) => wordpieces.encode(target));
  const lengths = targets.map((target, i) => target.length + 1 + sources[i]!.length);
  const alignments: Float32Array[][] = [];
  const scores = await scoreBatches(parts, targets, lengths, options, async (lines) => {
    const batch = [lines.map((i) => sources[i]!), lines.map((i) => targets[i]!)] as const;
    if (options.withAlignment === true) {
      const attention = await forcedAttention(model, ...batch, { bosId: wordpieces.bosId, signal: options.signal });
      const firstPiece = tagId === undefined ? 0 : 1;
      for (const [at, i] of lines.entries()) {
        const [source, target] = [
          linePieceWords(pairs[i]!.source, wordpieces),
          linePieceWords(pairs[i]!.target, wordpieces),
        ];
        alignments[i] = wordAlignment(attention[at]!, target, source, firstPiece);
      }
    }
    return model.forceScore(...batch);
  });
  return scores.map((score, i) => (alignments[i] === undefined ? score : { ...score, alignment: alignments[i] }));
}

/**
 * One score per text, in order: natural logarithms of P(text). A blank text has one piece, `</s>`.
 *
 * @example
 * import { loadLanguageModel, scoreTexts } from "gnmt-moe";
 *
 * const [score] = await scoreTexts(await loadLanguageModel("models/lm"), ["Ein Hund rennt."]);
 * console.log(score?.logProbability);
 */
export async function scoreTexts(
  { model, wordpieces }: { model: TextScorer; wordpieces: Wordpieces },
  texts: readonly string[],
  limits: BatchLimits = {},
): Promise<LineScore[]> {
  const targets = texts.map((text) => wordpieces.encode(text));
  const lengths = targets.map((target) => target.length + 1);
  return scoreBatches({ model, wordpieces }, targets, lengths, limits, (lines) =>
    model.forceScore(lines.map((i) => targets[i]!)),
  );
}

/** As many batches at a time as the model works on side by side. */
async function scoreBatches(
  { model, wordpieces }: { model: { readonly parallelism: number }; wordpieces: Wordpieces },
  targets: readonly Int32Array[],
  lengths: readonly number[],
  { batchSize = 64, batchTokens = 6000, signal }: BatchLimits,
  forceScore: (lines: readonly number[]) => Promise<ForcedScores>,
): Promise<LineScore[]> {
  const scores = new Array<LineScore>(targets.length);
  const score = async (batch: Int32Array) => {
    signal?.throwIfAborted();
    const lines = Array.from(batch);
    const forced = await forceScore(lines);
    lines.forEach((i, at) => {
      const tokens = forced.tokens[at]!;
      const ids = [...targets[i]!, wordpieces.eosId];
      scores[i] = {
        logProbability: tokens.reduce((sum, token) => sum + token, 0),
        pieces: ids.map((id) => wordpieces.pieceOf(id)),
        tokens,
      };
    });
  };
  const batches = lengthBatches(lengths, { sentences: batchSize, pieces: batchTokens });
  await new Turns(model.parallelism).takeAll(batches.map((batch) => () => score(batch)));
  return scores;
}
