/** Segments → their translations: with masks, else with the tags put in by alignment, else piece by piece. */
import { type Attempt, type Choice, countTerms, lineOf, maskedAttempt, tryAll } from "./attempts.ts";
import { type LineStyle, maskSegment } from "./masks.ts";
import type { Segment, Token } from "./segment-text.ts";
import { translatePieces } from "./split-segment.ts";
import { untag } from "./tags/untag.ts";
import type { TextCounts } from "./text-counts.ts";
import type { TranslateLines } from "./translate-lines.ts";

/** The translations of a segment, the best first. */
export type Chosen = Map<Segment, readonly (readonly Token[])[]>;

/** Translations of each segment, one at least. */
export async function translateSegments(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: LineStyle,
  counts: TextCounts,
): Promise<Chosen> {
  const chosen: Chosen = new Map();
  counts.segments += segments.length;
  counts.withPlaceables += segments.filter(hasPlaceables).length;
  const take = (attempt: Attempt, choice: Choice) => {
    const { segment } = attempt;
    const isTaken = choice.accepted.length > 0;
    if (isTaken) chosen.set(segment, choice.accepted);
    // Of segments that were not translated yet the terms are counted when they are; one without placeables has had its turn.
    if (isTaken || !hasPlaceables(segment)) countTerms(counts, attempt, choice);
    if (choice.looped) counts.loops++;
  };
  const missing = () => segments.filter((segment) => !chosen.has(segment));
  await tryMasks(translate, segments, style, (attempt, choice) => {
    if (hasPlaceables(attempt.segment) && choice.accepted.length > 0) {
      counts[choice.rank === 0 ? "kept" : "nextHypothesis"]++;
    }
    take(attempt, choice);
  });
  for (const segment of missing()) {
    if (hasPlaceables(segment)) continue;
    chosen.set(segment, [segment.tokens]);
    counts.untranslated++;
  }
  await tryAlignment(translate, missing(), style, (attempt, choice) => {
    if (choice.accepted.length > 0) counts.aligned++;
    take(attempt, choice);
  });
  const split = missing();
  counts.split += split.length;
  for (const [segment, tokens] of await translatePieces(translate, split, style, counts)) chosen.set(segment, [tokens]);
  return chosen;
}

function hasPlaceables({ tokens }: Segment): boolean {
  return tokens.some((token) => typeof token !== "string");
}

type Take = (attempt: Attempt, choice: Choice) => void;

/** Segments with masks. Where only one hypothesis came and it may not be taken, or loops, several are asked for. */
async function tryMasks(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: LineStyle,
  take: Take,
): Promise<void> {
  const attempts = segments.flatMap((segment) => {
    const masked = maskSegment(segment, style);
    return masked === undefined ? [] : [maskedAttempt(segment, masked)];
  });
  const again: Attempt[] = [];
  await tryAll(translate, attempts, (attempt, choice, hypotheses) => {
    const isBad = choice.accepted.length === 0 || choice.loops;
    if (hypotheses.length === 1 && isBad && attempt.line.several !== true) again.push(attempt);
    else take(attempt, choice);
  });
  const wanted = again.map((attempt) => ({ ...attempt, line: { ...attempt.line, several: true } }));
  await tryAll(translate, wanted, take);
}

/** Segments without their tags, which are put into the translation by its alignment. */
async function tryAlignment(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: LineStyle,
  take: Take,
): Promise<void> {
  const attempts = segments.flatMap((segment): Attempt[] => {
    const untagged = untag(segment, style);
    if (untagged === undefined) return [];
    const { masked, restore } = untagged;
    return [{ segment, line: lineOf(masked, { several: true, alignment: true }), terms: masked.terms, restore }];
  });
  await tryAll(translate, attempts, take);
}
