/** What texts ask of a translator of lines. */
import type { SourceLine, TranslatedHypothesis } from "../decoding/translation.ts";

/** A translation of a line. `alignment` is looked at where it is there. */
export type LineHypothesis = Pick<TranslatedHypothesis, "text" | "alignment">;

/** What is wanted of the translations of lines. A translator that gives more, or less, will do. */
export interface WantedHypotheses {
  /** Whether the best is likely not to be taken, so that others are wanted too. */
  several: boolean;
  /** Whether word alignments are wanted. */
  alignment: boolean;
}

/** Translates lines, one result each in order: the hypotheses of a line, best first, are tried one after the other. */
export type TranslateLines = (
  lines: SourceLine[],
  wanted: WantedHypotheses,
) => AsyncIterable<{ hypotheses: readonly LineHypothesis[] }>;

/** The hypotheses of each line; none for those that the translator gives none of. */
export async function hypothesesOf(
  translate: TranslateLines,
  lines: SourceLine[],
  wanted: WantedHypotheses,
): Promise<(readonly LineHypothesis[])[]> {
  const found: (readonly LineHypothesis[])[] = [];
  if (lines.length === 0) return found;
  for await (const { hypotheses } of translate(lines, wanted)) found.push(hypotheses);
  return Array.from(lines, (_, i) => found[i] ?? []);
}
