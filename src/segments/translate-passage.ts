/** A text's translation that is still to be worked on: its segments with their places, others to choose from, and beginnings that were chosen. */
import { choose, maskedAttempt } from "./attempts.ts";
import { type LineStyle, type MaskedSegment, maskSegment, maskStyle } from "./masks.ts";
import type { Range } from "./placeables/icu-message.ts";
import { isSegment, joinParts, type Part, type Segment, segmentsOf, segmentText, type Token } from "./segment-text.ts";
import { textCounts } from "./text-counts.ts";
import { hypothesesOf, type TranslateLines, type WantedLine } from "./translate-lines.ts";
import { type Chosen, translateSegments } from "./translate-segments.ts";
import type { TextOptions } from "./translate-text.ts";

/** How the translation of a segment begins, or all of it. */
export interface ChosenTranslation {
  text: string;
  /** Whether its last word ends there. */
  isWhole: boolean;
  /** Whether nothing is to follow. */
  isComplete: boolean;
}

/** A segment of a text and of its translation. */
export interface PassageSegment {
  /** Where it stands in the text. */
  source: Range;
  /** Where its translation stands in the translation. */
  target: Range;
  /** Further translations, best first. */
  others: readonly string[];
}

/** A translation with its segments, in order; none overlap. Messages with plural forms are segments as a whole. */
export interface Passage {
  text: string;
  segments: PassageSegment[];
}

/** How a passage is translated. */
export interface PassageOptions extends TextOptions {
  /** What was chosen, by the text of the segment. */
  chosen?: ReadonlyMap<string, ChosenTranslation>;
}

/** A segment and the beginning of its translation. */
interface Begun {
  segment: Segment;
  chosen: ChosenTranslation;
}

/** Translates a text as `translateText` does, and goes on from what was chosen. Throws what `translate` throws. */
export async function translatePassage(
  translate: TranslateLines,
  text: string,
  options: PassageOptions = {},
): Promise<Passage> {
  const { chosen, masks = "braces", glossaries = [], counts = textCounts() } = options;
  const style: LineStyle = { masks: maskStyle(masks), glossaries };
  const parts = segmentText(text, options);
  const begun = parts.filter(isSegment).flatMap((segment): Begun[] => {
    const choice = chosen?.get(sourceOf(segment));
    return choice === undefined ? [] : [{ segment, chosen: choice }];
  });
  const isBegun = new Set<Part>(begun.map(({ segment }) => segment));
  const free = segmentsOf(parts.filter((part) => !isBegun.has(part)));
  const [found, finished] = await Promise.all([
    translateSegments(translate, free, style, counts),
    finishSegments(translate, begun, style),
  ]);
  return layOut(parts, new Map([...found, ...finished]));
}

/** The translations of segments that are begun; where placeables get lost, the model is shown the segment as it is. */
async function finishSegments(
  translate: TranslateLines,
  segments: readonly Begun[],
  style: LineStyle,
): Promise<Chosen> {
  const found: Chosen = new Map();
  for (const { segment, chosen } of segments) if (chosen.isComplete) found.set(segment, [[chosen.text]]);
  const open = segments.filter(({ chosen }) => !chosen.isComplete);
  const attempts = open.flatMap(({ segment, chosen }) => {
    const masked = maskSegment(segment, style);
    if (masked === undefined) return [];
    return [{ attempt: maskedAttempt(segment, masked), prefix: maskedPrefix(chosen.text, masked), chosen }];
  });
  const lines = attempts.map(({ attempt, prefix, chosen }) => lineOf(attempt.line.text, prefix, chosen));
  const hypotheses = await hypothesesOf(translate, lines);
  attempts.forEach(({ attempt }, i) => {
    const { accepted } = choose(hypotheses[i]!, attempt);
    if (accepted.length > 0) found.set(attempt.segment, accepted);
  });
  const lost = open.filter(({ segment }) => !found.has(segment));
  const plain = lost.map(({ segment, chosen }) => lineOf(sourceOf(segment), chosen.text, chosen));
  const others = await hypothesesOf(translate, plain);
  lost.forEach(({ segment, chosen }, i) => {
    const texts = others[i]!.map(({ text }) => [text]);
    found.set(segment, texts.length > 0 ? texts : [[chosen.text]]);
  });
  return found;
}

function lineOf(text: string, prefix: string, { isWhole }: ChosenTranslation): WantedLine {
  return { text, several: true, targetPrefix: prefix, prefixIsWhole: isWhole };
}

/** What a prefix has of the placeables, as the model is shown them. */
function maskedPrefix(prefix: string, { masks, runs }: MaskedSegment): string {
  let rest = prefix;
  runs.forEach((run, i) => {
    rest = rest.replace(run.map(({ text }) => text).join(""), () => masks[i]!);
  });
  return rest;
}

function sourceOf(part: Part): string {
  return joinParts([part], ({ tokens }) => tokens);
}

function layOut(parts: readonly Part[], found: Chosen): Passage {
  const tokensOf = (segment: Segment, rank = 0): readonly Token[] => found.get(segment)?.[rank] ?? segment.tokens;
  const segments: PassageSegment[] = [];
  let text = "";
  let at = 0;
  for (const part of parts) {
    const source = sourceOf(part);
    const target = joinParts([part], tokensOf);
    if (isSegment(part)) {
      const others = found.get(part)!.map((tokens) => joinParts(tokens, tokensOf));
      segments.push({
        source: { start: at, end: at + source.length },
        target: { start: text.length, end: text.length + target.length },
        others: [...new Set(others)].filter((each) => each !== target),
      });
    }
    at += source.length;
    text += target;
  }
  return { text, segments };
}
