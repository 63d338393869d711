/** Opens prepared corpora for training. */
import type { TrainingDataOptions } from "./batch-reader.ts";
import { type BatchSource, readInProcess } from "./batch-source.ts";
import { prefetch } from "./prefetch.ts";

export interface OpenOptions extends TrainingDataOptions {
  /** Batches a worker thread keeps ready (default 8); 0 reads them in this thread. */
  prefetch?: number;
}

export type { DataPosition } from "./batch-reader.ts";
export type { BatchSource } from "./batch-source.ts";

/** The batches of a training run, from `startPosition` on. Throws DataError for corpora that are not prepared or damaged. */
export async function openTrainingData({ prefetch: ahead = 8, ...options }: OpenOptions): Promise<BatchSource> {
  return ahead > 0 ? prefetch(options, ahead) : readInProcess(options);
}
