/** What the queue hands batches to. */

/** What came of one line. */
export interface LineTranslation {
  /** Translations, best first; none for a line without a wordpiece. */
  texts: string[];
  /** Whether it has more pieces than the model translates, so that `texts` is empty. */
  tooLong: boolean;
}

/** Translates lines together, all with the same options. */
export interface BatchTranslator {
  /** Rejects with the signal's reason once it is aborted. */
  translate(lines: readonly string[], signal: AbortSignal): Promise<LineTranslation[]>;
}
