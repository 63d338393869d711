/** A translation as the page reads it: which words are where, and what belongs to what. */
import type {
  DetailedTranslation,
  SegmentDetail,
  Span,
  TranslatedSegment,
} from "../../../src/server/interactive/answers.ts";

/** A word of either side. */
export interface WordPlace {
  segment: number;
  word: number;
}

/** A piece of a text to be shown: a word, or what is between words. */
export interface Run {
  text: string;
  place?: WordPlace;
}

export type Side = "source" | "target";

/** The words of a side of a segment; none where nothing is known of them. */
export function wordsOf(detail: SegmentDetail | null, side: Side): readonly Span[] {
  if (detail === null) return [];
  return side === "source" ? detail.sourceWords : detail.targetWords;
}

/**
 * The whole text in runs. `until`: words that end behind it are not told apart, since the text has been changed from there on.
 */
export function runsOf(
  text: string,
  segments: readonly TranslatedSegment[],
  side: Side,
  until = Number.POSITIVE_INFINITY,
): Run[] {
  const runs: Run[] = [];
  let at = 0;
  segments.forEach(({ detail, source, target }, segment) => {
    const whole = side === "source" ? source : target;
    // Where nothing is known of words, the segment of a translation is one.
    const words = detail === null && side === "target" ? [whole] : wordsOf(detail, side);
    words.forEach(({ start, end }, word) => {
      if (end > until || start < at) return;
      if (start > at) runs.push({ text: text.slice(at, start) });
      runs.push({ text: text.slice(start, end), place: { segment, word } });
      at = end;
    });
  });
  if (at < text.length) runs.push({ text: text.slice(at) });
  return runs;
}

/** How many UTF-16 units two texts have in common at their beginning. */
export function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** The text of a segment. */
export function segmentText({ segments }: DetailedTranslation, text: string, segment: number): string {
  const { source } = segments[segment]!;
  return text.slice(source.start, source.end);
}

/** The translation of a segment. */
export function segmentTranslation({ segments, translation }: DetailedTranslation, segment: number): string {
  const { target } = segments[segment]!;
  return translation.slice(target.start, target.end);
}

/** What stands in a segment's translation before a word of it. */
export function textBefore(answer: DetailedTranslation, { segment, word }: WordPlace): string {
  const { target, detail } = answer.segments[segment]!;
  const start = wordsOf(detail, "target")[word]?.start ?? target.start;
  return answer.translation.slice(target.start, start);
}

/** The beginning of a translation with a word put behind it: with a space, unless there is one, the word is a sign, or the script has none. */
export function withWord(before: string, word: string): string {
  const isFirst =
    before === "" || /[\s\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]$/u.test(before);
  const isSign = /^[\p{P}\p{S}]/u.test(word) && !/^[([{„“"'«¿¡]/u.test(word);
  return isFirst || isSign ? before + word : `${before} ${word}`;
}
