/** Given texts as a decoder reads and should say them: what teacher forcing and scoring run on. */
import { type RowGroups, sentenceRows } from "../base/packed-layout.ts";
import { invertOrder, type PackedSide, packSentences } from "../base/packed-sentences.ts";

const BOS = 2;
const EOS = 3;

export interface ForcedTargets {
  /** `<s>` and the pieces. */
  targetInput: PackedSide;
  /** [positions] the pieces and `</s>`, row by row */
  targetOutput: Int32Array;
  /** Group g is sentence g as given. */
  targetRows: RowGroups;
}

/** Texts as piece ids without markers; an empty one has one position, which should say `</s>`. */
export function forcedTargets(texts: readonly Int32Array[]): ForcedTargets {
  const targetInput = packSentences(texts.map((text) => Int32Array.of(BOS, ...text)));
  const targetOutput = packSentences(texts.map((text) => Int32Array.of(...text, EOS))).ids;
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
