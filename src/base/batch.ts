/** A batch of sentence pairs as training reads it, packed without padding (packed-layout.ts). A language model's batches have no source. */
import type { AttentionGuide } from "./attention-guide.ts";
import type { RowGroups } from "./packed-layout.ts";
import type { PackedSide } from "./packed-sentences.ts";

/** Both sides have their own ranking; group g of either `RowGroups` is sentence g. */
export interface Batch {
  source: PackedSide;
  /** `<s>` and the target pieces. */
  targetInput: PackedSide;
  /** [target positions] target pieces and `</s>`: what each row of `targetInput` should produce */
  targetOutput: Int32Array;
  /** [source positions] in groups, one a sentence */
  sourceRows: RowGroups;
  /** [target positions] in groups, one a sentence */
  targetRows: RowGroups;
  /** [sentences] line of the corpus, from 1; 0 where there is none */
  lines: Int32Array;
  /** [sentences] corpus of each sentence, from 0 in the order of the mixture */
  corpora: Int32Array;
  /** Source positions that target positions are aligned to, `targetRows` being queries and `sourceRows` keys; absent where no pair has any. */
  guide?: AttentionGuide;
}
