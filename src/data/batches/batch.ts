/** Training batches of sentence pairs, packed without padding (base/packed-layout.ts); a group is a sentence in batch order. */
import type { Batch } from "../../base/batch.ts";
import { forcedTargets } from "../../base/forced-targets.ts";
import { sentenceRows } from "../../base/packed-layout.ts";
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

/** Packs pairs into a batch; sentence g of the batch is `pairs[g]`. Without any source, as for a language model, that side is empty. */
export function packBatch(pairs: readonly SentencePair[]): Batch {
  const source = packSources(pairs.map((pair) => pair.source));
  const { targetInput, targetOutput, targetRows } = forcedTargets(pairs.map((pair) => pair.target));
  return {
    source,
    targetInput,
    targetOutput,
    sourceRows: sentenceRows(source.layout, invertOrder(source.order)),
    targetRows,
    lines: Int32Array.from(pairs, (pair) => pair.line ?? 0),
    corpora: Int32Array.from(pairs, (pair) => pair.corpus ?? 0),
  };
}

function packSources(sources: readonly Int32Array[]): PackedSide {
  if (sources.some((source) => source.length > 0)) return packSentences(sources);
  const none = new Int32Array(0);
  return { ids: none, layout: { batchSizes: none }, order: Int32Array.from(sources, (_, i) => i) };
}
