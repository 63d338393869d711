/** Random access to the pairs of several prepared corpora, numbered one corpus after the other. */
import { DataError } from "../../base/errors.ts";
import { ShardLinks } from "../shards/links.ts";
import { type PreparedCorpus, shardFingerprint, shardPath } from "../shards/prepared-folder.ts";
import type { SentencePair } from "../shards/shard.ts";
import { Shard } from "../shards/shard.ts";
import type { PairLengths } from "./bucket.ts";

export class PairReader implements PairLengths {
  private readonly shards: Shard[] = [];
  /** Of each shard; undefined for those without. */
  private readonly links: (ShardLinks | undefined)[] = [];
  /** Corpus of each shard. */
  private readonly corpora: number[] = [];
  /** [shards + 1] number of each shard's first pair */
  private readonly firsts = [0];

  /**
   * `links` are the fingerprints of the alignments of those corpora whose pairs are to have theirs. Throws DataError for a shard or its alignments that are
   * missing, damaged, or of another corpus.
   */
  constructor(prepared: readonly PreparedCorpus[], links: readonly (string | undefined)[] = []) {
    try {
      prepared.forEach(({ folder, shards, fingerprint, pairs }, corpus) => {
        const before = this.pairs;
        for (let i = 0; i < shards; i++) {
          const shard = new Shard(shardPath(folder, i), shardFingerprint(fingerprint, i));
          this.shards.push(shard);
          const aligned = links[corpus];
          this.links.push(aligned === undefined ? undefined : new ShardLinks(folder, i, aligned));
          this.corpora.push(corpus);
          this.firsts.push(this.pairs + shard.pairs);
        }
        const found = this.pairs - before;
        if (found !== pairs) {
          throw new DataError(`The shards hold ${found} pairs, not the ${pairs} of the prepared corpus.`, {
            where: folder,
            nextStep: "Delete the folder; the same command prepares the corpus again.",
          });
        }
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get pairs(): number {
    return this.firsts.at(-1)!;
  }

  pair(pair: number): SentencePair {
    const shard = this.shardOf(pair);
    const place = pair - this.firsts[shard]!;
    const links = this.links[shard]?.of(place);
    return {
      ...this.shards[shard]!.pair(place),
      corpus: this.corpora[shard]!,
      ...(links !== undefined && { links }),
    };
  }

  /** Positions of the source; `</s>` and tag are stored with it. */
  source(pair: number): number {
    const shard = this.shardOf(pair);
    return this.shards[shard]!.sourceLength(pair - this.firsts[shard]!);
  }

  /** Positions of the target: its pieces and `<s>` or `</s>`. */
  target(pair: number): number {
    const shard = this.shardOf(pair);
    return this.shards[shard]!.targetLength(pair - this.firsts[shard]!) + 1;
  }

  close(): void {
    for (const shard of this.shards) shard.close();
    for (const links of this.links) links?.close();
  }

  /** Binary search for the shard that holds a pair. */
  private shardOf(pair: number): number {
    let low = 0;
    let high = this.shards.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firsts[middle]! <= pair) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
