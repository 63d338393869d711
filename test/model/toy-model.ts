/** A model small enough for plain JavaScript, and batches of a toy task for it. */
import type { Batch } from "../../src/base/batch.ts";
import type { MarkerIds } from "../../src/base/forced-targets.ts";
import type { Random } from "../../src/base/random.ts";
import { packBatch } from "../../src/data/batches/batch.ts";
import type { SentencePair } from "../../src/data/shards/shard.ts";
import type { Seq2SeqOptions } from "../../src/model/options.ts";

/** Ids of `<s>` and `</s>` in toy vocabularies. */
export const markers: MarkerIds = { bosId: 2, eosId: 3 };

export const toyOptions: Seq2SeqOptions = {
  vocabularySize: 12,
  markers,
  embeddingSize: 8,
  hiddenSize: 8,
  encoderLayers: 3,
  decoderLayers: 2,
  attention: "multiplicative",
  decoderStart: "bridge",
  shareEmbeddings: false,
  tieSoftmax: false,
  dropout: 0,
  embeddingDeviation: 1,
  forgetBias: 1,
  weightRange: undefined,
  moe: {
    numExperts: 4,
    numExpertsPerToken: 2,
    expertHiddenSize: 8,
    expertOutputInit: 1,
    output: "sigmoid",
    dropout: 0,
    importanceLossWeight: 0.01,
    loadLossWeight: 0.01,
  },
  moeEncoderAfter: [2],
  moeDecoderAfter: [1],
};

/** Pairs whose target is the source reversed; pieces 4 … vocabularySize − 1. */
export function reversePairs(random: Random, count: number, vocabularySize: number, maxLength: number): SentencePair[] {
  return Array.from({ length: count }, () => {
    const pieces = Array.from({ length: 1 + random.integer(maxLength) }, () => 4 + random.integer(vocabularySize - 4));
    return { source: Int32Array.of(...pieces, markers.eosId), target: Int32Array.from(pieces.reverse()) };
  });
}

export function reverseBatch(random: Random, count: number, vocabularySize = 12, maxLength = 5): Batch {
  return packBatch(reversePairs(random, count, vocabularySize, maxLength), markers);
}

/** Texts without sources whose pieces count up from a random one: only the first piece and the end are uncertain. */
export function countingTexts(random: Random, count: number, vocabularySize = 12): SentencePair[] {
  return Array.from({ length: count }, () => {
    const first = 4 + random.integer(vocabularySize - 4);
    const length = 1 + random.integer(vocabularySize - first);
    return { source: new Int32Array(0), target: Int32Array.from({ length }, (_, i) => first + i) };
  });
}
