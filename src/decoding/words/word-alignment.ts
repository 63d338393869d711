/** Word alignments by attention: how much each target word looked at each source word, and the links that follow. */
import type { AlignmentLink } from "../../alignment/pharaoh.ts";
import type { PieceWords } from "../../text/piece-words.ts";

/**
 * Attention of words, [target words][source words]: the sum over a source word's pieces, the mean over a target word's. Of `attention`,
 * [target pieces, …][source positions], rows beyond the target's pieces are left out, as are the positions before `firstPiece` and after
 * the last piece: tag and `</s>`. So a row's sum is at most 1.
 */
export function wordAlignment(
  attention: readonly Float32Array[],
  target: PieceWords,
  source: PieceWords,
  firstPiece: number,
): Float32Array[] {
  const rows = Array.from({ length: target.words }, () => new Float32Array(source.words));
  if (source.words === 0) return rows;
  const pieces = new Int32Array(target.words);
  for (let t = 0; t < target.first.length; t++) {
    for (let word = target.first[t]!; word >= 0 && word <= target.last[t]!; word++) {
      pieces[word]!++;
      addSourceWords(attention[t]!, source, firstPiece, rows[word]!);
    }
  }
  return rows.map((row, word) => row.map((sum) => sum / Math.max(pieces[word]!, 1)));
}

/** A piece of several words gives each the same share. */
function addSourceWords(
  weights: Float32Array,
  { first, last }: PieceWords,
  firstPiece: number,
  row: Float32Array,
): void {
  for (let s = 0; s < first.length; s++) {
    const share = weights[firstPiece + s]! / (last[s]! - first[s]! + 1);
    for (let word = first[s]!; word <= last[s]!; word++) row[word]! += share;
  }
}

/** Each target word's link to the source word with the largest weight, the first of equals; in the order of source words. */
export function hardAlignment(alignment: readonly Float32Array[]): AlignmentLink[] {
  const links: AlignmentLink[] = [];
  alignment.forEach((row, target) => {
    if (row.length > 0) links.push({ source: row.indexOf(Math.max(...row)), target });
  });
  return sorted(links);
}

/** Links with weights above a threshold, in the order of source words. */
export function alignmentAbove(alignment: readonly Float32Array[], threshold: number): AlignmentLink[] {
  const links: AlignmentLink[] = [];
  alignment.forEach((row, target) => {
    row.forEach((weight, source) => {
      if (weight > threshold) links.push({ source, target });
    });
  });
  return sorted(links);
}

function sorted(links: AlignmentLink[]): AlignmentLink[] {
  return links.toSorted((a, b) => a.source - b.source || a.target - b.target);
}
