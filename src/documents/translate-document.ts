/** A document with its text translated: segments go through a translator of texts, with their inline tags as tags that it keeps. */
import { type TextOptions, type TranslateLines, translateTexts } from "../segments/translate-text.ts";
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
  const wanted = segmentsToTranslate(document, retranslate);
  const named = new Map(wanted.map((segment) => [segment.text, withNamedTags(segment)]));
  const texts = await translateTexts(
    translate,
    [...named.values()].map(({ text }) => text),
    options,
  );
  const translations = new Map([...named].map(([text, { restore }], i) => [text, restore(texts[i]!)]));
  const chosen = new Set(wanted);
  return document.write(
    document.segments.map((segment) => (chosen.has(segment) ? translations.get(segment.text) : undefined)),
    { lostTags },
  );
}

/** Stands for a tag of a line break: a control character, beyond which no sentence goes. No text of a document has it. */
const BREAK = "\x1e";

/**
 * A segment's numbered tags under a name that the text has nowhere, `<g1>` for `<1>`: tags of XML have names. What else stands in angle brackets
 * stays as it is.
 */
function withNamedTags({ text, tags, breaks = [] }: Segment): { text: string; restore(translation: string): string } {
  if (tags.length === 0) return { text, restore: (translation) => translation };
  let name = "g";
  while (text.includes(`<${name}`) || text.includes(`</${name}`)) name += "g";
  const own = new Set(tags);
  const broken = new Set(text.includes(BREAK) ? [] : breaks);
  return {
    text: text.replace(/<(\/?)(\d+\/?)>/g, (tag, slash, number) => {
      if (!own.has(tag)) return tag;
      return broken.has(tag) ? BREAK : `<${slash}${name}${number}>`;
    }),
    restore: (translation) => {
      const next = broken.values();
      return translation.replace(new RegExp(`<(/?)${name}(\\d+/?)>|${BREAK}`, "g"), (tag, slash, number) => {
        if (tag === BREAK) return next.next().value ?? tag;
        const numbered = `<${slash}${number}>`;
        return own.has(numbered) ? numbered : tag;
      });
    },
  };
}
