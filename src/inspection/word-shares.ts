/** From pieces to words: each piece is parted among the words that it has characters of. */
import type { Span } from "./text-words.ts";

/** A word, by its place in a list, and the part of a piece that is its own; a piece's parts have the sum 1. */
export interface WordShare {
  word: number;
  share: number;
}

/** [pieces] the words of each. One that lies between words is of the next word, or of the last. Without words no piece has any. */
export function wordShares(pieces: readonly Span[], words: readonly Span[]): WordShare[][] {
  if (words.length === 0) return pieces.map(() => []);
  return pieces.map(({ start, end }) => {
    const shares = words.flatMap((span, word) => {
      const common = Math.min(end, span.end) - Math.max(start, span.start);
      return common > 0 ? [{ word, share: common }] : [];
    });
    const total = shares.reduce((sum, { share }) => sum + share, 0);
    if (total > 0) return shares.map(({ word, share }) => ({ word, share: share / total }));
    const next = words.findIndex((span) => span.start >= start);
    return [{ word: next < 0 ? words.length - 1 : next, share: 1 }];
  });
}

/**
 * Rows of pieces, [pieces][width], as rows of words, [words][width]: the mean over each word's pieces, by their shares.
 */
export function wordMeans(
  rowOf: (piece: number) => Float32Array,
  shares: readonly (readonly WordShare[])[],
  words: number,
  width: number,
): Float32Array[] {
  const sums = Array.from({ length: words }, () => new Float32Array(width));
  const totals = new Float32Array(words);
  for (const [piece, own] of shares.entries()) {
    const row = rowOf(piece);
    for (const { word, share } of own) {
      totals[word]! += share;
      for (let i = 0; i < width; i++) sums[word]![i]! += share * row[i]!;
    }
  }
  return sums.map((sum, word) => sum.map((value) => (totals[word]! > 0 ? value / totals[word]! : 0)));
}
