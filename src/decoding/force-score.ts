/** Log-probabilities of given translations, one pair of lines at a time however they are batched. */
import { chooseTag } from "./languages.ts";
import { lengthBatches } from "./length-batches.ts";
import { tagPiece, withMarkers } from "./source-pieces.ts";
import type { TranslatorParts } from "./translator.ts";

export interface ScoreOptions {
  sourceLanguage?: string;
  targetLanguage?: string;
  /** Pairs scored together, at most. Default 64. */
  batchSize?: number;
  /** Source and target pieces scored together, at most; a longer pair is scored alone. Default 6,000. */
  batchTokens?: number;
}

/** A given translation and its source. */
export interface LinePair {
  source: string;
  target: string;
}

export interface PairScore {
  /** Natural logarithm of P(target | source), `</s>` included. */
  logProbability: number;
  /** Target pieces and `</s>`. */
  pieces: string[];
  /** [pieces] log P of each piece given the source and the pieces before it. */
  tokens: Float32Array;
}

/** One score per pair, in order. A blank target has one piece, `</s>`. */
export function scorePairs(
  { model, wordpieces, languages }: TranslatorParts,
  pairs: readonly LinePair[],
  options: ScoreOptions = {},
): PairScore[] {
  const { batchSize = 64, batchTokens = 6000 } = options;
  const tagId = tagPiece(wordpieces, chooseTag(languages, options));
  const sources = pairs.map(({ source }) => withMarkers(wordpieces.encode(source), tagId, wordpieces.eosId));
  const targets = pairs.map(({ target }) => wordpieces.encode(target));
  const lengths = targets.map((target, i) => target.length + 1 + sources[i]!.length);
  const scores = new Array<PairScore>(pairs.length);
  for (const batch of lengthBatches(lengths, { sentences: batchSize, pieces: batchTokens })) {
    const chosen = Array.from(batch);
    const forced = model.forceScore(
      chosen.map((i) => sources[i]!),
      chosen.map((i) => targets[i]!),
    );
    chosen.forEach((i, at) => {
      const tokens = forced.tokens[at]!;
      const ids = [...targets[i]!, wordpieces.eosId];
      scores[i] = {
        logProbability: tokens.reduce((sum, token) => sum + token, 0),
        pieces: ids.map((id) => wordpieces.pieceOf(id)),
        tokens,
      };
    });
  }
  return scores;
}
