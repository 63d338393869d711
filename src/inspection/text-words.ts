/** The words of a text as its readers know them, with their places: those of Unicode, and each run of signs between them. */

/** Where something stands in a text, in UTF-16 units; the end is not part of it. */
export interface Span {
  start: number;
  end: number;
}

const segmenters = new Map<string, Intl.Segmenter>();
/** Languages whose segmenters are kept. */
const MOST_SEGMENTERS = 200;

/**
 * Words and signs in order, without white space. `language` is a tag as `de` or `pt-BR`, which matters to scripts that put no spaces between words.
 *
 * @example
 * textWords("Don't go!", "en").map(({ start, end }) => "Don't go!".slice(start, end)); // ["Don't", "go", "!"]
 */
export function textWords(text: string, language = "en"): Span[] {
  const words: Span[] = [];
  for (const { segment, index, isWordLike } of segmenterOf(language).segment(text)) {
    if (segment.trim() === "") continue;
    const end = index + segment.length;
    const last = words.at(-1);
    // Signs beside each other are one: "...", "?!".
    const isSign = isWordLike !== true;
    if (isSign && last !== undefined && last.end === index && isSigns(text.slice(last.start, last.end))) last.end = end;
    else words.push({ start: index, end });
  }
  return words;
}

function isSigns(text: string): boolean {
  return !/[\p{L}\p{N}]/u.test(text);
}

function segmenterOf(language: string): Intl.Segmenter {
  const base = language.toLowerCase().split(/[-_]/)[0]!;
  let segmenter = segmenters.get(base);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(/^[a-z]{2,3}$/.test(base) ? base : "en", { granularity: "word" });
    if (segmenters.size < MOST_SEGMENTERS) segmenters.set(base, segmenter);
  }
  return segmenter;
}
