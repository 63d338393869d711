/** A document with its text translated: segments go through a translator of texts, with their inline tags as tags that it keeps. */
import type { TaggedText } from "../segments/segment-text.ts";
import type { TranslateLines } from "../segments/translate-lines.ts";
import { type TextOptions, translateTexts } from "../segments/translate-text.ts";
import type { Retranslate } from "./retranslate.ts";
import type { Document, LostTags, Segment, TranslationMark } from "./segments/document.ts";

export interface DocumentOptions extends Omit<TextOptions, "sentences"> {
  /** Default none: only what has no translation gets one. */
  retranslate?: Retranslate;
  /** Of translations that lost inline tags. Default `"edges"`. */
  lostTags?: LostTags;
  /** Mark translations as a machine's, to be reviewed, where the format has marks for it; false: as translations. Default: as `write` does without marks. */
  reviewMarks?: boolean;
  /** Asked first for each text, such as a translation memory. */
  recall?: Recall;
}

/** Finds a translation that is there already; its tags have to be those of the segment. */
export type Recall = (segment: Segment) => Recalled | undefined;

export interface Recalled {
  translation: string;
  /** Of the same text, not of a similar one. */
  isExact: boolean;
}

/** The segments that `translateDocument` translates: those without a translation, and those whose translation is to give way. */
export function segmentsToTranslate({ segments }: Document, retranslate?: Retranslate): Segment[] {
  return segments.filter(
    ({ state }) => state === "new" || retranslate === "all" || (retranslate === "fuzzy" && state === "fuzzy"),
  );
}

/**
 * The document's bytes with translations in the places of its texts. Equal segments are translated once. All lines go to `translate` in one call, and
 * those of segments that have to be cut at their tags in a second one. Throws UsageError for masks that there are not, and what `translate` throws.
 *
 * @example
 * import { readFileSync, writeFileSync } from "node:fs";
 * import { loadTranslationModel, Translator } from "gnmt-moe";
 * import { readDocument, translateDocument } from "gnmt-moe/documents";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * const document = readDocument(readFileSync("page.html"), "page.html");
 * writeFileSync("page.de.html", await translateDocument(document, (lines) => translator.translate(lines), { language: "en" }));
 */
export async function translateDocument(
  document: Document,
  translate: TranslateLines,
  { retranslate, lostTags = "edges", reviewMarks, recall, ...options }: DocumentOptions = {},
): Promise<Uint8Array> {
  const write = {
    lostTags,
    ...(retranslate !== undefined && { retranslate }),
    ...(reviewMarks !== undefined && { reviewMarks }),
    ...(recall !== undefined && { recall }),
  };
  return translateSegmentsOf(document, (texts) => translateTexts(translate, texts, options), write);
}

/** The same where something else translates the texts, in order: over a third language, say. Rejects as it does. */
export async function translateSegmentsOf(
  document: Document,
  translate: (texts: readonly TaggedText[]) => Promise<readonly string[]>,
  {
    retranslate,
    lostTags = "edges",
    reviewMarks,
    recall,
  }: Pick<DocumentOptions, "retranslate" | "lostTags" | "reviewMarks" | "recall"> = {},
): Promise<Uint8Array> {
  const wanted = segmentsToTranslate(document, retranslate);
  const distinct = new Map(wanted.map((segment) => [segment.text, segment]));
  const written = new Map<string, Written>();
  for (const [text, segment] of distinct) {
    const found = recall?.(segment);
    if (found === undefined) continue;
    const mark = reviewMarks === false ? "none" : found.isExact ? "exact-match" : "fuzzy-match";
    written.set(text, { translation: found.translation, mark });
    distinct.delete(text);
  }
  const texts = distinct.size === 0 ? [] : await translate([...distinct.values()]);
  const mark = reviewMarks === undefined ? undefined : reviewMarks ? "machine" : "none";
  for (const [i, text] of [...distinct.keys()].entries()) written.set(text, { translation: texts[i]!, mark });
  const chosen = new Set(wanted);
  const all = document.segments.map((segment) => (chosen.has(segment) ? written.get(segment.text) : undefined));
  return document.write(
    all.map((each) => each?.translation),
    { lostTags, marks: all.map((each) => each?.mark) },
  );
}

/** A translation, and what it is marked as. */
interface Written {
  translation: string;
  mark: TranslationMark | undefined;
}
