/** What the queue hands batches to. */
import type { SourceLine } from "../../decoding/translation.ts";

/** What came of one line. */
export interface LineTranslation {
  /** Translations, best first; none for a line without a wordpiece. */
  texts: string[];
  /** Whether it has more pieces than the model translates, so that `texts` is empty. */
  tooLong: boolean;
}

/** A line that waits: text, alone or with what is asked of its translation. */
export type QueuedLine = string | { readonly text: string };

/** Translates lines together, all with the same options. */
export interface BatchTranslator<Line extends QueuedLine = string | SourceLine, Result = LineTranslation> {
  /** One result for each line. Rejects with the signal's reason once it is aborted. */
  translate(lines: readonly Line[], signal: AbortSignal): Promise<Result[]>;
}
