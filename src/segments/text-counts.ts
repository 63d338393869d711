/** What became of the segments of texts. */

export interface TextCounts {
  /** Segments that were translated. */
  segments: number;
  /** Of these, segments with placeables: the sum of the four that follow. */
  withPlaceables: number;
  /** The best hypothesis has all placeables, once each. */
  kept: number;
  /** A later hypothesis has; the better ones had lost some, or looped. */
  nextHypothesis: number;
  /** None has, but one made without the tags, which were put into it by its alignment. */
  aligned: number;
  /** None has: what is between the placeables was translated piece by piece. */
  split: number;
  /** Segments whose best hypothesis looped and gave way to another. */
  loops: number;
  /** Segments and pieces left in the source's language: every hypothesis invented a placeable, or there was none. */
  untranslated: number;
  /** Terms of glossaries in the segments, but for those that come out as they are, which are placeables. */
  terms: number;
  /** Of these, terms whose translation is not there: the vocabulary cannot spell it, there was no room for it, or the segment stayed as it was. */
  termsMissing: number;
}

/**
 * Counts at zero, for `TextOptions.counts`.
 *
 * @example
 * import { loadTranslationModel, textCounts, translateText, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * const counts = textCounts();
 * await translateText((lines) => translator.translate(lines), "Open {0}.", { counts });
 * console.log(counts.kept, counts.nextHypothesis, counts.split);
 */
export function textCounts(): TextCounts {
  return {
    segments: 0,
    withPlaceables: 0,
    kept: 0,
    nextHypothesis: 0,
    aligned: 0,
    split: 0,
    loops: 0,
    untranslated: 0,
    terms: 0,
    termsMissing: 0,
  };
}
