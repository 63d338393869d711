/** What texts ask of a translator of lines. */
import type { SourceLine, TranslatedHypothesis } from "../decoding/translation.ts";

/** A line to be translated. What a translator gives beyond or short of what is wanted will do. */
export interface WantedLine extends SourceLine {
  /** Whether the best translation is likely not to be taken, so that others are wanted too. Default false. */
  several?: boolean;
  /** Whether word alignments are wanted. Default false. */
  alignment?: boolean;
}

/** A translation of a line. `alignment` is looked at where it is there; one that is not `complete` may have been cut for want of terms. */
export type LineHypothesis = Pick<TranslatedHypothesis, "text" | "alignment"> &
  Partial<Pick<TranslatedHypothesis, "complete">>;

/** Translates lines, one result each in order: the hypotheses of a line, best first, are tried one after the other. */
export type TranslateLines = (lines: WantedLine[]) => AsyncIterable<{ hypotheses: readonly LineHypothesis[] }>;

/** The hypotheses of each line; none for those that the translator gives none of. */
export async function hypothesesOf(
  translate: TranslateLines,
  lines: WantedLine[],
): Promise<(readonly LineHypothesis[])[]> {
  const found: (readonly LineHypothesis[])[] = [];
  if (lines.length === 0) return found;
  for await (const { hypotheses } of translate(lines)) found.push(hypotheses);
  return Array.from(lines, (_, i) => found[i] ?? []);
}
