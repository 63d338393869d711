/** A document with its text translated: segments go through a translator of texts, with their inline tags as tags that it keeps. */
import type { TaggedText } from "../segments/segment-text.ts";
import type { TranslateLines } from "../segments/translate-lines.ts";
import { type TextOptions, translateTexts } from "../segments/translate-text.ts";
import type { Document, LostTags, Segment } from "./segments/document.ts";

/** Of files of two languages: which of the translations that are there already give way to new ones. */
export const retranslateNames = ["fuzzy", "all"] as const;
export type Retranslate = (typeof retranslateNames)[number];

export interface DocumentOptions extends Omit<TextOptions, "sentences"> {
  /** Default none: only what has no translation gets one. */
  retranslate?: Retranslate;
  /** Of translations that lost inline tags. Default `"edges"`. */
  lostTags?: LostTags;
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
  { retranslate, lostTags = "edges", ...options }: DocumentOptions = {},
): Promise<Uint8Array> {
  const write = { ...(retranslate !== undefined && { retranslate }), lostTags };
  return translateSegmentsOf(document, (texts) => translateTexts(translate, texts, options), write);
}

/** The same where something else translates the texts, in order: over a third language, say. Rejects as it does. */
export async function translateSegmentsOf(
  document: Document,
  translate: (texts: readonly TaggedText[]) => Promise<readonly string[]>,
  { retranslate, lostTags = "edges" }: Pick<DocumentOptions, "retranslate" | "lostTags"> = {},
): Promise<Uint8Array> {
  const wanted = segmentsToTranslate(document, retranslate);
  const distinct = new Map(wanted.map((segment) => [segment.text, segment]));
  const texts = await translate([...distinct.values()]);
  const translations = new Map([...distinct.keys()].map((text, i) => [text, texts[i]!]));
  const chosen = new Set(wanted);
  return document.write(
    document.segments.map((segment) => (chosen.has(segment) ? translations.get(segment.text) : undefined)),
    { lostTags },
  );
}
