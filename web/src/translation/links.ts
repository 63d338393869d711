/** Which words belong together, by attention. */
import type { SegmentDetail } from "../../../src/server/interactive/answers.ts";
import type { Side } from "./passage.ts";

/** Weights of less than this are no link. */
const LEAST = 0.05;
/** Of a word's links, those of less than this share of its strongest are left out. */
const LEAST_SHARE = 0.2;

/** [words of the other side] how strongly each belongs to a word, 0 for not at all, 1 for its strongest link. */
export function linksOf({ attention, sourceWords, targetWords }: SegmentDetail, side: Side, word: number): number[] {
  const weights =
    side === "target"
      ? sourceWords.map((_, source) => attention[word]?.[source] ?? 0)
      : targetWords.map((_, target) => attention[target]?.[word] ?? 0);
  const most = Math.max(0, ...weights);
  if (most < LEAST) return weights.map(() => 0);
  return weights.map((weight) => (weight < LEAST || weight < most * LEAST_SHARE ? 0 : weight / most));
}
