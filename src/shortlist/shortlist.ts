/** Which target pieces a translation is chosen from, instead of the whole vocabulary: the frequent ones, and the best of each source piece. */
import type { CandidateRows } from "./candidate-rows.ts";

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
}

/**
 * The candidates of sentences. They always have `</s>`, without which no translation ends, and `<unk>`, which stands for what
 * has no piece. Byte pieces spell what the alphabet lacks: all of them are candidates where a source has one, and none is by itself elsewhere, for
 * they would be 256 more in every sentence.
 *
 * @example
 * const shortlist = new Shortlist(content, wordpieces);
 * shortlist.candidates([source]); // Int32Array [1, 3, 260, 264, …]
 */
export class Shortlist {
  private readonly content: ShortlistContent;
  /** [words] bits of the pieces that are always candidates */
  private readonly always: Uint32Array;
  /** [words] bits of the byte pieces */
  private readonly bytes: Uint32Array;
  /** [words] bits of the candidates, and of the source pieces met, of the call under way */
  private readonly chosen: Uint32Array;
  private readonly met: Uint32Array;
  /** [pieces] candidates of the call under way */
  private readonly ids: Int32Array;

  constructor(content: ShortlistContent, { size, eosId, unkId, byteIds }: ShortlistPieces) {
    const words = Math.ceil(size / 32);
    this.content = content;
    this.always = new Uint32Array(words);
    for (const id of [eosId, unkId, ...content.frequent]) setBit(this.always, id);
    this.bytes = new Uint32Array(words);
    for (const id of byteIds ?? []) setBit(this.bytes, id);
    this.chosen = new Uint32Array(words);
    this.met = new Uint32Array(words);
    this.ids = new Int32Array(size);
  }

  /** Ids, ascending, for any of the sources [pieces as the model reads them: tag, pieces, `</s>`]; an array of its own. */
  candidates(sources: readonly Int32Array[]): Int32Array {
    const { chosen, met, bytes } = this;
    const { starts, targets } = this.content;
    chosen.set(this.always);
    met.fill(0);
    let hasBytes = false;
    for (const source of sources) {
      for (const piece of source) {
        if (hasBit(met, piece)) continue;
        setBit(met, piece);
        hasBytes ||= hasBit(bytes, piece);
        for (let at = starts[piece]!; at < starts[piece + 1]!; at++) setBit(chosen, targets[at]!);
      }
    }
    if (hasBytes) for (let word = 0; word < bytes.length; word++) chosen[word]! |= bytes[word]!;
    return this.ascending(chosen);
  }

  private ascending(chosen: Uint32Array): Int32Array {
    const { ids } = this;
    let count = 0;
    for (let word = 0; word < chosen.length; word++) {
      for (let bits = chosen[word]!; bits !== 0; bits &= bits - 1) {
        ids[count++] = 32 * word + 31 - Math.clz32(bits & -bits);
      }
    }
    return ids.slice(0, count);
  }
}

function setBit(bits: Uint32Array, id: number): void {
  bits[id >>> 5]! |= 1 << (id & 31);
}

function hasBit(bits: Uint32Array, id: number): boolean {
  return (bits[id >>> 5]! & (1 << (id & 31))) !== 0;
}
