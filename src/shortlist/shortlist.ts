/** Which target pieces a translation is chosen from, instead of the whole vocabulary: the frequent ones, and the best of each source piece. */
import type { CandidateRows } from "./candidate-rows.ts";
import { PieceSet } from "./piece-set.ts";

/** What a shortlist file holds. */
export interface ShortlistContent extends CandidateRows {
  /** The most frequent target pieces of the training corpus, the most frequent first. */
  frequent: Int32Array<ArrayBuffer>;
}

/** What a shortlist needs to know of a vocabulary; text/wordpiece-model.ts has it. */
export interface ShortlistPieces {
  /** How many pieces there are. */
  readonly size: number;
  /** Id of `</s>`. */
  readonly eosId: number;
  /** Id of `<unk>`. */
  readonly unkId: number;
  /** Ids of `<0x00>` … `<0xFF>`: [256]; undefined where there are none. */
  readonly byteIds: Int32Array | undefined;
  /** Whether no text becomes the piece, such as `<s>` or a language tag. */
  isControl(id: number): boolean;
}

/** Fewer candidates than the file has. Default: all of them. */
export interface ShortlistLimits {
  /** Frequent target pieces. */
  first?: number;
  /** Target pieces of each source piece, the best ones. */
  best?: number;
}

/**
 * The candidates of sentences. They always have `</s>`, without which no translation ends, and `<unk>`, which stands for what
 * has no piece. Pieces of a source are candidates too, for names and numbers are copied, but not its markers. Byte pieces spell what the
 * alphabet lacks: all are candidates where a source has one.
 *
 * @example
 * const shortlist = loadShortlist("models/en-de", wordpieces);
 * shortlist.candidates([source]); // Int32Array [1, 3, 260, 264, …]
 */
export class Shortlist {
  private readonly content: ShortlistContent;
  private readonly best: number;
  private readonly always: PieceSet;
  private readonly copied: PieceSet;
  private readonly bytes: PieceSet;
  /** Of the call under way: candidates, and the sources' pieces. */
  private readonly chosen: PieceSet;
  private readonly met: PieceSet;

  constructor(content: ShortlistContent, pieces: ShortlistPieces, limits: ShortlistLimits = {}) {
    const { size, eosId, unkId, byteIds } = pieces;
    const { first = content.frequent.length, best = Number.POSITIVE_INFINITY } = limits;
    this.content = content;
    this.best = best;
    this.always = new PieceSet(size, [eosId, unkId, ...content.frequent.subarray(0, first)]);
    this.copied = new PieceSet(
      size,
      Array.from({ length: size }, (_, id) => id).filter((id) => !pieces.isControl(id)),
    );
    this.bytes = new PieceSet(size, byteIds ?? []);
    this.chosen = new PieceSet(size);
    this.met = new PieceSet(size);
  }

  /**
   * Those of any of the sources [pieces as the model reads them: tag, pieces, `</s>`]: the union of what each has alone, which its translation sees
   * when this is called for each sentence. Ids, ascending; an array of its own.
   */
  candidates(sources: readonly Int32Array[]): Int32Array {
    const { chosen, met, best } = this;
    const { starts, targets } = this.content;
    chosen.copy(this.always);
    met.clear();
    for (const source of sources) {
      for (const piece of source) {
        if (met.has(piece)) continue;
        met.add(piece);
        const from = starts[piece]!;
        const to = Math.min(starts[piece + 1]!, from + best);
        for (let at = from; at < to; at++) chosen.add(targets[at]!);
      }
    }
    chosen.addShared(met, this.copied);
    if (met.shares(this.bytes)) chosen.addAll(this.bytes);
    return chosen.ids();
  }
}
