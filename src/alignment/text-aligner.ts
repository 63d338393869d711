/** Word alignments of lines of text, learnt from them over wordpieces: rare words share the pieces of others. */
import type { AlignmentKernels } from "../backends/native/kernels/alignment.ts";
import { linePieceWords, type PieceWords } from "../text/piece-words.ts";
import type { Wordpieces } from "../text/wordpieces.ts";
import { directedLinks } from "./align-pieces.ts";
import { Aligner, type AlignerOptions } from "./aligner.ts";
import { ParallelTextBuilder } from "./parallel-text.ts";
import type { AlignmentLink } from "./pharaoh.ts";
import { type Symmetrization, symmetrize } from "./symmetrize.ts";

/** Longer lines have no alignment: its time and memory grow with the product of both lengths. */
export const MOST_PIECES = 500;

/** A line and its translation. */
export interface TextPair {
  source: string;
  target: string;
}

/** A vocabulary that knows how many pieces it has. */
export interface SizedWordpieces extends Wordpieces {
  readonly size: number;
}

/** Collects pairs, learns, and aligns. */
export class TextAligner {
  private readonly wordpieces: SizedWordpieces;
  private readonly builder: ParallelTextBuilder;
  private aligner: Aligner | undefined;

  constructor(wordpieces: SizedWordpieces) {
    this.wordpieces = wordpieces;
    this.builder = new ParallelTextBuilder(wordpieces.eosId);
  }

  /** Pairs to learn from so far. */
  get pairs(): number {
    return this.builder.pairs;
  }

  /** A pair to learn from; one with a blank or overlong side is passed over. */
  add({ source, target }: TextPair): void {
    const [ids, translation] = [this.wordpieces.encode(source), this.wordpieces.encode(target)];
    if (canAlign(ids.length) && canAlign(translation.length)) this.builder.add(ids, translation);
  }

  /** From the pairs that were added, of which there is at least one. */
  learn(kernels: AlignmentKernels, options: Omit<AlignerOptions, "pieces">): void {
    this.aligner = Aligner.learn(kernels, this.builder.text(), { ...options, pieces: this.wordpieces.size });
  }

  /** Links of words between white space, in the order of source words; undefined for a pair with an overlong side, none for one with a blank side. */
  align(pairs: readonly TextPair[], how: Symmetrization): (AlignmentLink[] | undefined)[] {
    const builder = new ParallelTextBuilder(this.wordpieces.eosId);
    const lengths = pairs.map(({ source, target }) => {
      const [ids, translation] = [this.wordpieces.encode(source), this.wordpieces.encode(target)];
      const can = canAlign(ids.length) && canAlign(translation.length);
      if (can) builder.add(ids, translation);
      return { can, isLong: Math.max(ids.length, translation.length) > MOST_PIECES };
    });
    const directed = directedLinks(this.aligner!, builder.text());
    return pairs.map(({ source, target }, n) => {
      if (!lengths[n]!.can) return lengths[n]!.isLong ? undefined : [];
      const { forward, backward } = directed.next().value!;
      const [sources, targets] = [linePieceWords(source, this.wordpieces), linePieceWords(target, this.wordpieces)];
      const ofWords = (links: AlignmentLink[]) => wordLinks(links, sources, targets);
      return symmetrize(sources.words, targets.words, ofWords(forward), ofWords(backward), how);
    });
  }
}

function canAlign(pieces: number): boolean {
  return pieces > 0 && pieces <= MOST_PIECES;
}

/** Words are linked where any of their pieces are. */
function wordLinks(links: readonly AlignmentLink[], sources: PieceWords, targets: PieceWords): AlignmentLink[] {
  const found: AlignmentLink[] = [];
  for (const link of links) {
    for (let source = sources.first[link.source]!; source <= sources.last[link.source]!; source++) {
      for (let target = targets.first[link.target]!; target <= targets.last[link.target]!; target++) {
        found.push({ source, target });
      }
    }
  }
  return found;
}
