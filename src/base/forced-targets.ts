/** Given texts as a decoder reads and should say them: what teacher forcing and scoring run on. */
import { type RowGroups, sentenceRows } from "./packed-layout.ts";
import { invertOrder, type PackedSide, packSentences } from "./packed-sentences.ts";

/** Ids of the pieces around texts, which are those of the wordpiece model that the texts were encoded with. */
export interface MarkerIds {
  /** The piece every decoder input starts with, `<s>`. */
  readonly bosId: number;
  /** The piece that ends every source and every target, `</s>`. */
  readonly eosId: number;
}

export interface ForcedTargets {
  /** `<s>` and the pieces. */
  targetInput: PackedSide;
  /** [positions] the pieces and `</s>`, row by row */
  targetOutput: Int32Array;
  /** Group g is sentence g as given. */
  targetRows: RowGroups;
}

/** Texts as piece ids without markers; an empty one has one position, which should say `</s>`. */
export function forcedTargets(texts: readonly Int32Array[], { bosId, eosId }: MarkerIds): ForcedTargets {
  const targetInput = packSentences(texts.map((text) => withFirst(bosId, text)));
  // Input and output of a sentence have the same length, so the same ranking packs both.
  const targetOutput = packSentences(texts.map((text) => withLast(text, eosId))).ids;
  return { targetInput, targetOutput, targetRows: rowsOf(targetInput) };
}

/** One value per row [positions] → the values of each sentence, in the order the sentences were given. */
export function valuesBySentence(values: Float32Array, { rows, offsets }: RowGroups): Float32Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) =>
    Float32Array.from(rows.subarray(offsets[i]!, offsets[i + 1]!), (row) => values[row]!),
  );
}

/** The rows of each sentence, in the order the sentences were given. */
export function rowsOf(side: PackedSide): RowGroups {
  return sentenceRows(side.layout, invertOrder(side.order));
}

function withFirst(first: number, ids: Int32Array): Int32Array {
  const out = new Int32Array(ids.length + 1);
  out[0] = first;
  out.set(ids, 1);
  return out;
}

function withLast(ids: Int32Array, last: number): Int32Array {
  const out = new Int32Array(ids.length + 1);
  out.set(ids);
  out[ids.length] = last;
  return out;
}
