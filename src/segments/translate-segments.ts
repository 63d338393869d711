/** Segments → their translations: with masks, else with the tags put in by alignment, else piece by piece. */
import { type Attempt, type Choice, choose, maskedAttempt } from "./attempts.ts";
import { type MaskStyle, maskSegment } from "./masks.ts";
import type { Segment, Token } from "./segment-text.ts";
import { translatePieces } from "./split-segment.ts";
import type { TextCounts } from "./text-counts.ts";
import { hypothesesOf, type TranslateLines, type WantedHypotheses } from "./translate-lines.ts";
import { untag } from "./untag.ts";

/** The translations of a segment, the best first. */
export type Chosen = Map<Segment, readonly (readonly Token[])[]>;

/** Translations of each segment, one at least. */
export async function translateSegments(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: MaskStyle | undefined,
  counts: TextCounts,
): Promise<Chosen> {
  const chosen: Chosen = new Map();
  const hasPlaceables = ({ tokens }: Segment) => tokens.some((token) => typeof token !== "string");
  const plain = segments.filter((segment) => !hasPlaceables(segment));
  const others = segments.filter(hasPlaceables);
  counts.segments += segments.length;
  counts.withPlaceables += others.length;
  const take = (segment: Segment, { accepted, looped }: Choice) => {
    if (accepted.length > 0) chosen.set(segment, accepted);
    if (looped) counts.loops++;
  };
  await Promise.all([
    tryPlain(translate, plain, take),
    tryMasks(translate, others, style, (segment, choice) => {
      if (choice.accepted.length > 0) counts[choice.rank === 0 ? "kept" : "nextHypothesis"]++;
      take(segment, choice);
    }),
  ]);
  for (const segment of plain) {
    if (chosen.has(segment)) continue;
    chosen.set(segment, [segment.tokens]);
    counts.untranslated++;
  }
  const missing = () => others.filter((segment) => !chosen.has(segment));
  await tryAlignment(translate, missing(), style, (segment, choice) => {
    if (choice.accepted.length > 0) counts.aligned++;
    take(segment, choice);
  });
  const split = missing();
  counts.split += split.length;
  for (const [segment, tokens] of await translatePieces(translate, split, counts)) chosen.set(segment, [tokens]);
  return chosen;
}

type Take = (segment: Segment, choice: Choice) => void;

/** Segments without placeables: further hypotheses are asked for where the best one may not be taken, or loops. */
async function tryPlain(translate: TranslateLines, segments: readonly Segment[], take: Take): Promise<void> {
  const attempts = segments.flatMap((segment) => {
    const masked = maskSegment(segment, undefined);
    return masked === undefined ? [] : [maskedAttempt(segment, masked)];
  });
  const again: Attempt[] = [];
  await tryAll(translate, attempts, { several: false, alignment: false }, (attempt, choice, found) => {
    if (found === 1 && (choice.accepted.length === 0 || choice.loops)) again.push(attempt);
    else take(attempt.segment, choice);
  });
  await tryAll(translate, again, { several: true, alignment: false }, ({ segment }, choice) => take(segment, choice));
}

async function tryMasks(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: MaskStyle | undefined,
  take: Take,
): Promise<void> {
  const attempts = segments.flatMap((segment) => {
    const masked = maskSegment(segment, style);
    return masked === undefined ? [] : [maskedAttempt(segment, masked)];
  });
  await tryAll(translate, attempts, { several: true, alignment: false }, ({ segment }, choice) =>
    take(segment, choice),
  );
}

async function tryAlignment(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: MaskStyle | undefined,
  take: Take,
): Promise<void> {
  const attempts = segments.flatMap((segment): Attempt[] => {
    const untagged = untag(segment, style);
    if (untagged === undefined) return [];
    return [{ segment, line: { text: untagged.masked.line }, restore: untagged.restore }];
  });
  await tryAll(translate, attempts, { several: true, alignment: true }, ({ segment }, choice) => take(segment, choice));
}

async function tryAll(
  translate: TranslateLines,
  attempts: readonly Attempt[],
  wanted: WantedHypotheses,
  done: (attempt: Attempt, choice: Choice, hypotheses: number) => void,
): Promise<void> {
  const lines = attempts.map(({ line }) => line);
  const found = await hypothesesOf(translate, lines, wanted);
  attempts.forEach((attempt, i) => {
    done(attempt, choose(found[i]!, attempt), found[i]!.length);
  });
}
