/** Sentences of piece ids packed without padding (packed-layout.ts), and back. */
import { DataError } from "./errors.ts";
import { type PackedLayout, packedLayout, rankByLength, sentenceRows, timeOffsets } from "./packed-layout.ts";

/** The sentences of one side of a batch, ranked by their own length. */
export interface PackedSide {
  /** [positions] piece ids, time-major by rank */
  ids: Int32Array;
  layout: PackedLayout;
  /** [sentences] rank → sentence in batch order */
  order: Int32Array;
}

/** Packs sentences, longest first. Empty sentences take no rows and have no rank in the layout, so they are refused. */
export function packSentences(sentences: readonly Int32Array[]): PackedSide {
  const lengths = sentences.map((ids) => ids.length);
  const order = rankByLength(lengths);
  const layout = packedLayout(order.map((sentence) => lengths[sentence]!));
  const starts = timeOffsets(layout);
  const ids = new Int32Array(starts[starts.length - 1]!);
  for (let rank = 0; rank < order.length; rank++) {
    const sentence = sentences[order[rank]!]!;
    if (sentence.length === 0) throw new DataError(`Sentence ${order[rank]! + 1} of the batch is empty.`);
    for (let t = 0; t < sentence.length; t++) ids[starts[t]! + rank] = sentence[t]!;
  }
  return { ids, layout, order };
}

/** The sentences of a packed side, in batch order; `ids` may be any other ids of the same rows, such as `targetOutput`. */
export function unpackSentences(side: PackedSide, ids = side.ids): Int32Array[] {
  const { rows, offsets } = sentenceRows(side.layout, invertOrder(side.order));
  return Array.from(side.order, (_, g) => rows.slice(offsets[g]!, offsets[g + 1]!).map((row) => ids[row]!));
}

/** The inverse of a permutation: rank → sentence becomes sentence → rank. */
export function invertOrder(order: Int32Array): Int32Array {
  const inverse = new Int32Array(order.length);
  for (let rank = 0; rank < order.length; rank++) inverse[order[rank]!] = rank;
  return inverse;
}
