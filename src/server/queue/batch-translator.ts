/** What the queue hands batches to. */
import type { SourceLine, TranslatedHypothesis } from "../../decoding/translation.ts";

/** What a server needs of a translation. `complete` is there where it is false. */
export type LineHypothesis = Pick<TranslatedHypothesis, "text" | "alignment"> &
  Partial<Pick<TranslatedHypothesis, "complete">>;

/** What came of one line. */
export interface LineTranslation {
  /** Best first; none for a line without a wordpiece. */
  hypotheses: LineHypothesis[];
  /** Whether it has more pieces than the model translates, so that there are no hypotheses. */
  tooLong: boolean;
}

/** Translates lines together, all with the same options. */
export interface BatchTranslator {
  /** One result for each line. Rejects with the signal's reason once it is aborted. */
  translate(lines: readonly SourceLine[], signal: AbortSignal): Promise<LineTranslation[]>;
}
