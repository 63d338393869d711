/** `nmt translate --placeables`: lines whose tags, placeholders and addresses come out as they are. */
import { log } from "../../../base/logger.ts";
import { lineWindows } from "../../../decoding/lines/line-windows.ts";
import type { Translator } from "../../../decoding/translator.ts";
import type { MaskName } from "../../../segments/masks.ts";
import { type TextCounts, textCounts, translateTexts } from "../../../segments/translate-text.ts";

/** Lines translated together, and the milliseconds to wait for another. */
const WINDOW = { lines: 2000, patience: 20 };

/** Translates lines, and counts what becomes of their placeables. */
export class PlaceableLines {
  private readonly translator: Translator;
  private readonly masks: MaskName;
  private readonly counts: TextCounts = textCounts();

  constructor(translator: Translator, masks: MaskName) {
    this.translator = translator;
    this.masks = masks;
  }

  /** The translation of each line, in order. */
  async *translate(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    const options = { masks: this.masks, sentences: false, counts: this.counts };
    for await (const window of lineWindows(lines, WINDOW)) {
      yield* await translateTexts((some) => this.translator.translate(some), window, options);
    }
  }

  /** Logs what became of the placeables. */
  report(): void {
    const { withPlaceables, kept, nextHypothesis, split, untranslated } = this.counts;
    log.info(
      `placeables in ${withPlaceables} segments: ${kept} kept by the best hypothesis, ${nextHypothesis} by a later one, ${split} split`,
    );
    if (untranslated > 0) log.warn(`${untranslated} segments or parts of them were left in the source's language`);
  }
}
