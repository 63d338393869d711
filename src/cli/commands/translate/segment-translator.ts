/** Translates the lines of texts that are put together from their parts: word alignments are found only for the lines that want them. */
import type { TranslateOptions } from "../../../decoding/translate-options.ts";
import type { Translation, TranslationCounts, TranslationWarning } from "../../../decoding/translation.ts";
import { type TranslateRun, Translator, type TranslatorParts } from "../../../decoding/translator.ts";
import type { WantedLine } from "../../../segments/translate-lines.ts";

export class SegmentTranslator {
  private readonly plain: Translator;
  private readonly aligning: Translator;

  constructor(parts: TranslatorParts, options: TranslateOptions, warn: (warning: TranslationWarning) => void) {
    this.plain = new Translator(parts, options, warn);
    this.aligning = new Translator(parts, { ...options, withAlignment: true }, warn);
  }

  /** All lines of a call want alignments, or none does. */
  translate(lines: WantedLine[], run: Pick<TranslateRun, "firstLine"> = {}): AsyncIterable<Translation> {
    const translator = lines.some(({ alignment }) => alignment) ? this.aligning : this.plain;
    return translator.translate(lines, run);
  }

  /** Counts and tells of a line that was too long to be read. */
  reportLongLine(line: number): void {
    this.plain.reportLongLine(line);
  }

  /** Sums over both; a line that was translated again counts again. */
  get counts(): TranslationCounts {
    const sums = { ...this.plain.counts };
    for (const name of Object.keys(sums) as (keyof TranslationCounts)[]) sums[name] += this.aligning.counts[name];
    return sums;
  }
}
