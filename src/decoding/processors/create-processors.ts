/** The rules on the next piece that options ask for. */
import { UsageError } from "../../base/errors.ts";
import type { Wordpieces } from "../../text/wordpieces.ts";
import { BannedPhrases, BannedPieces } from "./banned.ts";
import type { PieceIndex } from "./piece-index.ts";
import type { LogitsProcessor } from "./processor.ts";
import { LoopBlock, NgramBlock, RepetitionPenalty } from "./repetition.ts";

/** Rules that hold for every line alike. */
export interface ProcessorOptions {
  /** Multiplies the log-probability of pieces that the translation has already: above 1 makes them less probable. Default 1: none. */
  repetitionPenalty?: number;
  /** No run of so many pieces comes twice in a translation. Default 0: any may. */
  blockNgramRepeat?: number;
  /** Runs with one of these pieces may come again. Default none. */
  ignoreWhenBlocking?: readonly string[];
  /** A run of pieces comes at most so many times in a row. Default 0: any number. */
  maxRepeats?: number;
  /** Never say the unknown piece. Default false. */
  banUnkToken?: boolean;
  /** Pieces that are never said, as the vocabulary writes them. Default none. */
  banPieces?: readonly string[];
  /** Words and phrases that are never said. Default none. */
  banWords?: readonly string[];
}

/** In the order in which they are applied. Throws UsageError for a piece that the vocabulary has not. */
export function createProcessors(
  wordpieces: Wordpieces,
  index: () => PieceIndex,
  options: ProcessorOptions,
): LogitsProcessor[] {
  const { repetitionPenalty = 1, blockNgramRepeat = 0, maxRepeats = 0, banWords = [] } = options;
  const processors: LogitsProcessor[] = [];
  if (repetitionPenalty !== 1) processors.push(new RepetitionPenalty(repetitionPenalty));
  if (blockNgramRepeat > 0) {
    const ignored = idsOf(wordpieces, options.ignoreWhenBlocking ?? [], "ignore_when_blocking");
    processors.push(new NgramBlock(blockNgramRepeat, ignored));
  }
  if (maxRepeats > 0) processors.push(new LoopBlock(maxRepeats));
  const banned = idsOf(wordpieces, options.banPieces ?? [], "ban_pieces");
  if (options.banUnkToken === true) banned.push(wordpieces.unkId);
  if (banned.length > 0) processors.push(new BannedPieces(banned));
  if (banWords.length > 0) processors.push(new BannedPhrases(wordpieces, index(), banWords));
  return processors;
}

function idsOf(wordpieces: Wordpieces, pieces: readonly string[], option: string): number[] {
  return pieces.map((piece) => {
    const id = wordpieces.idOf(piece);
    if (wordpieces.pieceOf(id) === piece) return id;
    throw new UsageError(`the vocabulary has no piece ${piece}`, {
      where: option,
      nextStep: "Write it as the .vocab file of `nmt vocab` does: ▁ stands for the space before a word.",
    });
  });
}
