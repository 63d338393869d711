/** `nmt translate --placeables`: lines whose tags, placeholders and addresses come out as they are. */
import type { Options } from "yargs";
import { log } from "../../../base/logger.ts";
import { lineWindows } from "../../../decoding/lines/line-windows.ts";
import type { Glossary } from "../../../glossary/glossary.ts";
import { type MaskName, maskNames } from "../../../segments/masks.ts";
import type { TextCounts } from "../../../segments/text-counts.ts";
import type { TranslateLines } from "../../../segments/translate-lines.ts";

export interface PlaceableArguments {
  placeables: MaskName | undefined;
}

export const placeableOptions = {
  placeables: {
    type: "string",
    choices: maskNames,
    describe:
      "Tags, placeholders, addresses, numbers with units and emoji come out once each, as they are; what the model sees of them",
    defaultDescription: "what the model makes of them; with --glossary or --do_not_translate verbatim",
  },
} satisfies Record<string, Options>;

/** Lines translated together, and the milliseconds to wait for another. */
const WINDOW = { lines: 2000, patience: 20 };

/** The translation of each line, in order. */
export async function* translateKeeping(
  translate: TranslateLines,
  lines: AsyncIterable<string>,
  masks: MaskName,
  glossaries: readonly Glossary[],
  counts: TextCounts,
): AsyncGenerator<string, void, undefined> {
  // Imported only here: what finds placeables takes a while to make, and few lines of text have any.
  const { translateTexts } = await import("../../../segments/translate-text.ts");
  for await (const window of lineWindows(lines, WINDOW)) {
    yield* await translateTexts(translate, window, { masks, sentences: false, glossaries, counts });
  }
}

/** Logs what became of the placeables. */
export function reportPlaceables(counts: TextCounts): void {
  const { withPlaceables, kept, nextHypothesis, aligned, split, untranslated } = counts;
  log.info(
    `placeables in ${withPlaceables} segments: ${kept} kept by the best hypothesis, ${nextHypothesis} by a later one, ${aligned} by alignment, ${split} split`,
  );
  if (untranslated > 0) log.warn(`${untranslated} segments or parts of them were left in the source's language`);
}
