/** A text's translation that is still to be worked on: its segments with their places, others to choose from, and beginnings that were chosen. */
import type { SourceLine } from "../decoding/translation.ts";
import type { Range } from "./icu-message.ts";
import { maskSegment, maskStyle, tokensOf, unmask } from "./masks.ts";
import {
  isSegment,
  joinParts,
  type Part,
  type Segment,
  type SegmentOptions,
  segmentText,
  type Token,
} from "./segment-text.ts";

/** Translates lines: the hypotheses of each, best first. */
export type HypothesesOf = (lines: SourceLine[]) => Promise<(readonly string[])[]>;

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
export interface PassageOptions extends SegmentOptions {
  /** What was chosen, by the text of the segment. */
  chosen?: ReadonlyMap<string, ChosenTranslation>;
}

/** Translates a text; `hypothesesOf` is asked once, for all its segments. Throws what that throws. */
export async function translatePassage(
  hypothesesOf: HypothesesOf,
  text: string,
  options: PassageOptions = {},
): Promise<Passage> {
  const parts = segmentText(text, options);
  const found = await translateSegments(hypothesesOf, parts.filter(isSegment), options.chosen ?? new Map());
  return layOut(parts, found);
}

/** The translations of each segment, best first, one at least. */
type Found = ReadonlyMap<Segment, readonly (readonly Token[])[]>;

async function translateSegments(
  hypothesesOf: HypothesesOf,
  segments: readonly Segment[],
  chosen: ReadonlyMap<string, ChosenTranslation>,
): Promise<Found> {
  const style = maskStyle("braces");
  const lines = segments.map((segment) => {
    const begun = chosen.get(sourceOf(segment));
    const masked = maskSegment(segment, begun === undefined ? style : undefined) ?? verbatim(segment);
    return { segment, begun, masked };
  });
  const asked = lines.filter(({ begun }) => begun?.isComplete !== true);
  const hypotheses = await hypothesesOf(
    asked.map(({ begun, masked }) => ({
      text: masked.line,
      ...(begun && { targetPrefix: begun.text, prefixIsWhole: begun.isWhole }),
    })),
  );
  const found = new Map<Segment, readonly (readonly Token[])[]>();
  for (const { segment, begun } of lines) if (begun?.isComplete) found.set(segment, [[begun.text]]);
  asked.forEach(({ segment, masked }, i) => {
    const unmasked = hypotheses[i]!.map((text) => unmask(text, masked)).filter((pieces) => pieces !== undefined);
    const tokens = unmasked.map(tokensOf);
    found.set(segment, tokens.length > 0 ? tokens : [segment.tokens]);
  });
  return found;
}

function verbatim(segment: Segment) {
  return { line: sourceOf(segment), masks: [], runs: [], pattern: undefined };
}

function sourceOf(segment: Segment): string {
  return joinParts([segment], ({ tokens }) => tokens);
}

function layOut(parts: readonly Part[], found: Found): Passage {
  const translated = (segment: Segment, rank = 0) =>
    joinParts([segment], (each) => (found.get(each) ?? [each.tokens])[rank]!);
  const segments: PassageSegment[] = [];
  let text = "";
  let at = 0;
  for (const part of parts) {
    const source = joinParts([part], ({ tokens }) => tokens);
    const target = isSegment(part) ? translated(part) : source;
    if (isSegment(part)) {
      segments.push({
        source: { start: at, end: at + source.length },
        target: { start: text.length, end: text.length + target.length },
        others: found
          .get(part)!
          .slice(1)
          .map((_, i) => translated(part, i + 1))
          .filter((each) => each !== target),
      });
    }
    at += source.length;
    text += target;
  }
  return { text, segments };
}
