/** Reads prepared corpora as an endless sequence of batches, given by its options alone: any position can be resumed. */

import { createHash } from "node:crypto";
import type { Batch } from "../../base/batch.ts";
import { DataError } from "../../base/errors.ts";
import type { MarkerIds } from "../../base/forced-targets.ts";
import { log } from "../../base/logger.ts";
import { Random } from "../../base/random.ts";
import { shuffleStream } from "../../base/random-streams.ts";
import { type PreparedCorpus, readPrepared } from "../shards/prepared-folder.ts";
import { packBatch } from "./batch.ts";
import { type BatchingOptions, cutBatches } from "./bucket.ts";
import { EpochOrder, type MixedCorpus } from "./mixture.ts";
import { PairReader } from "./pair-reader.ts";

/** Which way epochs are ordered: a position means nothing in another. */
const ORDER = 2;

export interface TrainingCorpus {
  /** Folder `prepareCorpus` wrote. */
  folder: string;
  /** Default 1; see mixture.ts. */
  weight?: number;
  /** Fingerprint of its alignments, which batches are to carry (shards/links.ts); left out for none. */
  links?: string | undefined;
}

/** Plain data: it is sent to a worker thread as it is. */
export interface TrainingDataOptions {
  corpora: TrainingCorpus[];
  seed: number;
  batchType: BatchingOptions["batchType"];
  batchSize: number;
  /** Pairs sorted by length together (default 8192). */
  bucketSize?: number;
  /** Evens out language pairs of different size; 1 (default) keeps their proportions. */
  temperature?: number;
  /** This worker of how many; each reads its own batches, and all read as many an epoch. */
  worker?: { index: number; count: number };
  startPosition?: DataPosition | undefined;
}

/** Names the next batches, of all workers: any number of them can go on from there. */
export interface DataPosition {
  epoch: number;
  /** Batches of all workers before it. */
  batchInEpoch: number;
  /** Hash of corpora and options that the numbers belong to. */
  data: string;
}

export class BatchReader {
  private readonly options: TrainingDataOptions;
  private readonly reader: PairReader;
  private readonly corpora: MixedCorpus[];
  private readonly data: string;
  private readonly batching: BatchingOptions;
  private readonly markers: MarkerIds;
  private epoch: number;
  private batchInEpoch = 0;
  private batches: Generator<Int32Array>;
  private upcoming: Int32Array;

  /** `warn` hears of settings that do not fit. Throws DataError where a corpus is not prepared or damaged. */
  constructor(options: TrainingDataOptions, warn: (message: string) => void = log.warn) {
    this.options = options;
    if (options.corpora.length === 0) throw new DataError("There is no corpus to train on.", { where: "data" });
    const prepared = options.corpora.map(({ folder }) => readPrepared(folder));
    this.markers = commonMarkers(prepared);
    this.reader = new PairReader(
      prepared,
      options.corpora.map(({ links }) => links),
    );
    this.corpora = prepared.map(({ pairs, srcLang, tgtLang }, i) => ({
      pairs,
      weight: options.corpora[i]!.weight ?? 1,
      languages: `${srcLang}-${tgtLang}`,
    }));
    const { batchType, batchSize, bucketSize = 8192 } = options;
    this.batching = { batchType, batchSize, bucketSize };
    const fingerprints = prepared.map(({ fingerprint }) => fingerprint);
    const { seed, temperature } = options;
    const identity = {
      order: ORDER,
      fingerprints,
      corpora: this.corpora,
      batching: this.batching,
      seed,
      temperature,
    };
    this.data = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);

    const longest = Math.max(...prepared.map((each) => Math.max(each.longest.source, each.longest.target)));
    if (batchType === "tokens" && longest > batchSize) {
      warn(
        `the longest pair has ${longest} positions, more than batch_size ${batchSize}: such pairs are batches of their own`,
      );
    }
    const start = this.startOf(options.startPosition, warn);
    this.epoch = start.epoch;
    this.batchInEpoch = start.batchInEpoch;
    this.batches = this.planEpoch(start.batchInEpoch);
    this.upcoming = this.advance();
  }

  /** Where `next` is. */
  position(): DataPosition {
    return { epoch: this.epoch, batchInEpoch: this.batchInEpoch, data: this.data };
  }

  /** Throws DataError where a shard is damaged; the position stays. */
  next(): Batch {
    const pairs = Array.from(this.upcoming, (pair) => this.reader.pair(pair));
    this.batchInEpoch += this.options.worker?.count ?? 1;
    this.upcoming = this.advance();
    return packBatch(pairs, this.markers);
  }

  close(): void {
    this.reader.close();
  }

  /** The next planned batch; at the end of an epoch, the first of the next one. */
  private advance(): Int32Array {
    for (let empty = 0; empty < 2; empty++) {
      const planned = this.batches.next();
      if (planned.done !== true) return planned.value;
      this.epoch++;
      this.batchInEpoch = 0;
      this.batches = this.planEpoch();
    }
    throw new DataError(`The corpora have fewer batches than there are workers, ${this.options.worker!.count}.`, {
      where: this.options.corpora.map(({ folder }) => folder).join(", "),
      nextStep: "Use fewer workers, a smaller batch_size or a larger corpus.",
    });
  }

  /** This worker's batches of the epoch, behind its first `done`. */
  private *planEpoch(done = 0): Generator<Int32Array> {
    const { seed, temperature = 1, worker = { index: 0, count: 1 } } = this.options;
    const order = new EpochOrder(this.corpora, temperature, seed, this.epoch);
    const random = new Random(seed, shuffleStream("batches", this.epoch));
    let group: Int32Array[] = [];
    let left = done;
    for (const batch of cutBatches(order, this.reader, this.batching, random)) {
      if (left-- > 0) continue;
      group.push(batch);
      if (group.length < worker.count) continue;
      yield group[worker.index]!;
      group = [];
    }
  }

  private startOf(
    position: DataPosition | undefined,
    warn: (message: string) => void,
  ): { epoch: number; batchInEpoch: number } {
    if (position === undefined) return { epoch: 0, batchInEpoch: 0 };
    if (position.data === this.data) return position;
    warn(
      `corpora or batch settings have changed since the checkpoint; going on with epoch ${position.epoch + 1} instead of the middle of epoch ${position.epoch}`,
    );
    return { epoch: position.epoch + 1, batchInEpoch: 0 };
  }
}

/** Throws DataError for corpora of different wordpiece models. */
function commonMarkers(prepared: readonly PreparedCorpus[]): MarkerIds {
  const { markers, folder } = prepared[0]!;
  const { bosId, eosId } = markers;
  const other = prepared.find((each) => each.markers.bosId !== bosId || each.markers.eosId !== eosId);
  if (other === undefined) return markers;
  throw new DataError("The corpora were encoded with different wordpiece models.", {
    where: `${folder}, ${other.folder}`,
    nextStep: "Delete the folders; the training command prepares its corpora again, with one model.",
  });
}
