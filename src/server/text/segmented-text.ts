/** What of a text is translated, and how its translations are joined into a text again. */

/** A text cut into segments. */
export interface SegmentedText {
  /** Lines to translate, in order; none where nothing is to be translated. */
  readonly segments: readonly string[];
  /** The text with these in the places of its segments. */
  join(translations: readonly string[]): string;
}

/** How a text is to be read. */
export interface TextFormat {
  /** `xml` has only the five entities of XML; `html` all that name a character of markup. */
  kind: "text" | "html" | "xml";
}

/** Cuts a text of a format into segments. */
export type TextSegmenter = (text: string, format: TextFormat) => SegmentedText;
