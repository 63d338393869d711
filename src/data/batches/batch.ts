/** Training batches of sentence pairs, packed without padding (base/packed-layout.ts); a group is a sentence in batch order. */
import type { AttentionGuide } from "../../base/attention-guide.ts";
import type { Batch } from "../../base/batch.ts";
import { forcedTargets, type MarkerIds } from "../../base/forced-targets.ts";
import { sentenceRows } from "../../base/packed-layout.ts";
import { invertOrder, type PackedSide, packSentences } from "../../base/packed-sentences.ts";
import type { SentencePair } from "../shards/shard.ts";

/**
 * Packs pairs into a batch; sentence g of the batch is `pairs[g]`. Without any source, as for a language model, that side is empty.
 * `markers` are those of the wordpiece model that the pairs were encoded with.
 */
export function packBatch(pairs: readonly SentencePair[], markers: MarkerIds): Batch {
  const source = packSources(pairs.map((pair) => pair.source));
  const { targetInput, targetOutput, targetRows } = forcedTargets(
    pairs.map((pair) => pair.target),
    markers,
  );
  const guide = guideOf(pairs);
  return {
    source,
    targetInput,
    targetOutput,
    sourceRows: sentenceRows(source.layout, invertOrder(source.order)),
    targetRows,
    lines: Int32Array.from(pairs, (pair) => pair.line ?? 0),
    corpora: Int32Array.from(pairs, (pair) => pair.corpus ?? 0),
    ...(guide !== undefined && { guide }),
  };
}

/** Of the pairs' links, one after the other; a target's last position, which says `</s>`, has none. */
function guideOf(pairs: readonly SentencePair[]): AttentionGuide | undefined {
  const count = pairs.reduce((sum, { links }) => sum + (links?.sources.length ?? 0), 0);
  if (count === 0) return undefined;
  const positions = pairs.reduce((sum, { target }) => sum + target.length + 1, 0);
  const guide = { offsets: new Int32Array(positions + 1), keys: new Int32Array(count) };
  let position = 0;
  let at = 0;
  for (const { target, links } of pairs) {
    if (links !== undefined) {
      guide.keys.set(links.sources, at);
      for (const piece of links.targets) guide.offsets[position + piece + 1]!++;
      at += links.sources.length;
    }
    position += target.length + 1;
  }
  for (let i = 0; i < positions; i++) guide.offsets[i + 1]! += guide.offsets[i]!;
  return guide;
}

function packSources(sources: readonly Int32Array[]): PackedSide {
  if (sources.some((source) => source.length > 0)) return packSentences(sources);
  const none = new Int32Array(0);
  return { ids: none, layout: { batchSizes: none }, order: Int32Array.from(sources, (_, i) => i) };
}
