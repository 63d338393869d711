/** Segments → their translations: with masks, else with the tags put in by alignment, else piece by piece. */
import { pauses } from "../base/threads/pauses.ts";
import { type Attempt, type Choice, choose, maskedAttempt } from "./attempts.ts";
import { type MaskStyle, maskSegment } from "./masks.ts";
import type { Segment, Token } from "./segment-text.ts";
import { translatePieces } from "./split-segment.ts";
import { untag } from "./tags/untag.ts";
import type { TextCounts } from "./text-counts.ts";
import { hypothesesOf, type TranslateLines } from "./translate-lines.ts";

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
  counts.segments += segments.length;
  counts.withPlaceables += segments.filter(hasPlaceables).length;
  const take = (segment: Segment, { accepted, looped }: Choice) => {
    if (accepted.length > 0) chosen.set(segment, accepted);
    if (looped) counts.loops++;
  };
  const missing = () => segments.filter((segment) => !chosen.has(segment));
  await tryMasks(translate, segments, style, (segment, choice) => {
    if (hasPlaceables(segment) && choice.accepted.length > 0) counts[choice.rank === 0 ? "kept" : "nextHypothesis"]++;
    take(segment, choice);
  });
  for (const segment of missing()) {
    if (hasPlaceables(segment)) continue;
    chosen.set(segment, [segment.tokens]);
    counts.untranslated++;
  }
  await tryAlignment(translate, missing(), style, (segment, choice) => {
    if (choice.accepted.length > 0) counts.aligned++;
    take(segment, choice);
  });
  const split = missing();
  counts.split += split.length;
  for (const [segment, tokens] of await translatePieces(translate, split, counts)) chosen.set(segment, [tokens]);
  return chosen;
}

function hasPlaceables({ tokens }: Segment): boolean {
  return tokens.some((token) => typeof token !== "string");
}

type Take = (segment: Segment, choice: Choice) => void;

/** Segments with masks. Where only one hypothesis came and it may not be taken, or loops, several are asked for. */
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
  const again: Attempt[] = [];
  await tryAll(translate, attempts, (attempt, choice, hypotheses) => {
    const isBad = choice.accepted.length === 0 || choice.loops;
    if (hypotheses === 1 && isBad && attempt.line.several !== true) again.push(attempt);
    else take(attempt.segment, choice);
  });
  const wanted = again.map((attempt) => ({ ...attempt, line: { ...attempt.line, several: true } }));
  await tryAll(translate, wanted, ({ segment }, choice) => take(segment, choice));
}

/** Segments without their tags, which are put into the translation by its alignment. */
async function tryAlignment(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: MaskStyle | undefined,
  take: Take,
): Promise<void> {
  const attempts = segments.flatMap((segment): Attempt[] => {
    const untagged = untag(segment, style);
    if (untagged === undefined) return [];
    const line = { text: untagged.masked.line, several: true, alignment: true };
    return [{ segment, line, restore: untagged.restore }];
  });
  await tryAll(translate, attempts, ({ segment }, choice) => take(segment, choice));
}

async function tryAll(
  translate: TranslateLines,
  attempts: readonly Attempt[],
  done: (attempt: Attempt, choice: Choice, hypotheses: number) => void,
): Promise<void> {
  const found = await hypothesesOf(
    translate,
    attempts.map(({ line }) => line),
  );
  const pause = pauses();
  for (const [i, attempt] of attempts.entries()) {
    done(attempt, choose(found[i]!, attempt), found[i]!.length);
    await pause();
  }
}
