/** Training batches of sentence pairs, packed without padding (base/packed-layout.ts); a group is a sentence in batch order. */

import { forcedTargets } from "../../base/forced-targets.ts";
import { type RowGroups, sentenceRows } from "../../base/packed-layout.ts";
import { invertOrder, type PackedSide, packSentences } from "../../base/packed-sentences.ts";

/** One encoded sentence pair. */
export interface SentencePair {
  /** The encoder's input as it is read: optional language tag, pieces, `</s>`. */
  source: Int32Array;
  /** Target pieces alone, without `<s>` and `</s>`; may be empty. */
  target: Int32Array;
  /** Line of the corpus, from 1; 0 where there is none. */
  line?: number;
  /** Which corpus of the mixture it is of, from 0. */
  corpus?: number;
}

/** A batch as the model reads it. Both sides have their own ranking; group g of either RowGroups is sentence g. */
export interface TranslationBatch {
  sentences: number;
  source: PackedSide;
  /** `<s>` and the target pieces. */
  targetInput: PackedSide;
  /** [target positions] target pieces and `</s>`, row by row what the decoder should say after `targetInput` */
  targetOutput: Int32Array;
  /** [source positions] in groups, one a sentence */
  sourceRows: RowGroups;
  /** [target positions] in groups, one a sentence */
  targetRows: RowGroups;
  /** [sentences] sentence → source rank */
  sourceRankOfSentence: Int32Array;
  /** [sentences] sentence → target rank */
  targetRankOfSentence: Int32Array;
  /** [sentences] target rank → source rank, which reorders encoder states for the decoder */
  sourceRankOfTargetRank: Int32Array;
  /** [sentences] corpus line of each sentence, from 1 */
  lines: Int32Array;
  /** [sentences] corpus of each sentence, from 0 in the order of the mixture */
  corpora: Int32Array;
}

/** Packs pairs into a batch; sentence g of the batch is `pairs[g]`. Without any source, as for a language model, that side is empty. */
export function packTranslationBatch(pairs: readonly SentencePair[]): TranslationBatch {
  const source = packSources(pairs.map((pair) => pair.source));
  const { targetInput, targetOutput, targetRows } = forcedTargets(pairs.map((pair) => pair.target));
  const sourceRankOfSentence = invertOrder(source.order);
  const targetRankOfSentence = invertOrder(targetInput.order);
  return {
    sentences: pairs.length,
    source,
    targetInput,
    targetOutput,
    sourceRows: sentenceRows(source.layout, sourceRankOfSentence),
    targetRows,
    sourceRankOfSentence,
    targetRankOfSentence,
    sourceRankOfTargetRank: targetInput.order.map((sentence) => sourceRankOfSentence[sentence]!),
    lines: Int32Array.from(pairs, (pair) => pair.line ?? 0),
    corpora: Int32Array.from(pairs, (pair) => pair.corpus ?? 0),
  };
}

function packSources(sources: readonly Int32Array[]): PackedSide {
  if (sources.some((source) => source.length > 0)) return packSentences(sources);
  const none = new Int32Array(0);
  return { ids: none, layout: { batchSizes: none }, order: Int32Array.from(sources, (_, i) => i) };
}
