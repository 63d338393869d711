/** Texts of any shape → their translations: segments are translated, everything between them and every placeable comes out as it was. */
import { pauses } from "../base/threads/pauses.ts";
import { type MaskName, type MaskStyle, maskStyle } from "./masks.ts";
import {
  joinParts,
  type Part,
  type Segment,
  type SegmentOptions,
  segmentsOf,
  segmentText,
  type TaggedText,
} from "./segment-text.ts";
import { type TextCounts, textCounts } from "./text-counts.ts";
import type { TranslateLines } from "./translate-lines.ts";
import { type Chosen, translateSegments } from "./translate-segments.ts";

/** How a text is translated. */
export interface TextOptions extends SegmentOptions {
  /** How the model is shown placeables. Default "braces". */
  masks?: MaskName | MaskStyle;
  /** Counts are added to these. Default: none are kept. */
  counts?: TextCounts;
}

/**
 * Translates a text. Line breaks, white space at the edges of lines and sentences and what has no letter come out byte for byte; each placeable comes
 * out exactly once. Throws UsageError for masks that there are not, and what `translate` throws.
 *
 * @example
 * import { loadTranslationModel, translateText, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * await translateText((lines) => translator.translate(lines), "Open {0}.\n\n* Close <b>all</b> files", { language: "en" });
 */
export async function translateText(
  translate: TranslateLines,
  text: string | TaggedText,
  options: TextOptions = {},
): Promise<string> {
  return (await translateTexts(translate, [text], options))[0]!;
}

/**
 * Translates texts as `translateText` does one, all their segments together. Throws as it does.
 *
 * @example
 * import { loadTranslationModel, translateTexts, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * await translateTexts((lines) => translator.translate(lines), ["Open {0}.", "Close it."], { masks: "verbatim" });
 */
export async function translateTexts(
  translate: TranslateLines,
  texts: readonly (string | TaggedText)[],
  options: TextOptions = {},
): Promise<string[]> {
  const { documents, chosen } = await translated(translate, texts, options);
  return documents.map((parts) => joined(parts, chosen, 0));
}

/**
 * Several translations of each text, the best first and no two the same: the one at place k has the k-th best translation of each segment, or the
 * best where there are fewer. A text without a segment has itself alone. Throws as `translateText` does.
 *
 * @example
 * import { loadTranslationModel, Translator, translateVariants } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * await translateVariants((lines) => translator.translate(lines), ["Open {0}."], { variants: 3 });
 */
export async function translateVariants(
  translate: TranslateLines,
  texts: readonly (string | TaggedText)[],
  options: TextOptions & { variants: number },
): Promise<string[][]> {
  const { documents, chosen } = await translated(translate, texts, options);
  return documents.map((parts) => {
    const ranks = Math.max(1, ...segmentsOf(parts).map((segment) => chosen.get(segment)!.length));
    const all = Array.from({ length: Math.min(ranks, options.variants) }, (_, rank) => joined(parts, chosen, rank));
    return [...new Set(all)];
  });
}

async function translated(
  translate: TranslateLines,
  texts: readonly (string | TaggedText)[],
  options: TextOptions,
): Promise<{ documents: Part[][]; chosen: Chosen }> {
  const style = { masks: maskStyle(options.masks ?? "braces"), glossaries: options.glossaries ?? [] };
  const pause = pauses();
  const documents: Part[][] = [];
  for (const text of texts) {
    documents.push(segmentText(text, options));
    await pause();
  }
  const segments = documents.flatMap(segmentsOf);
  return { documents, chosen: await translateSegments(translate, segments, style, options.counts ?? textCounts()) };
}

function joined(parts: readonly Part[], chosen: Chosen, rank: number): string {
  const tokens = (segment: Segment) => {
    const found = chosen.get(segment)!;
    return found[rank] ?? found[0]!;
  };
  return joinParts(parts, tokens);
}
