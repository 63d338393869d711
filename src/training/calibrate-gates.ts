/** Fits gates that need it (`Gating.calibrate`) to training text as evaluation sees it: without dropout. */
import type { Batch } from "../base/batch.ts";
import { BatchReader, type TrainingDataOptions } from "../data/batches/batch-reader.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import type { TrainableModel } from "../model/trainable-model.ts";

/** So few pairs are sorted by length together that every few batches have sentences of all lengths. */
const calibrationBucket = 64;

/** The first pairs of a run's data, as many as the model's gates want to see; none if no gate needs them. */
export function calibrationBatches(model: TrainableModel, options: TrainingDataOptions): Batch[] {
  const wanted = Math.max(0, ...model.moeLayers.map((layer) => layer.calibrationPositions));
  if (wanted === 0) return [];
  // Settings that don't fit are told of where training reads the same data.
  const reader = new BatchReader({ ...options, bucketSize: calibrationBucket }, () => {});
  const batches: Batch[] = [];
  try {
    for (let positions = 0; positions < wanted; positions += batches.at(-1)!.targetOutput.length) {
      batches.push(reader.next());
    }
  } finally {
    reader.close();
  }
  return batches;
}

/**
 * One layer after the other, because what a layer sees depends on those before it. The same batches and weights give the same
 * gates, whatever these were before.
 */
export function calibrateGates(model: TrainableModel, batches: readonly Batch[]): void {
  for (const layer of model.moeLayers) {
    const end = layer.calibrate();
    if (end === undefined) continue;
    let positions = 0;
    for (const batch of batches) {
      if (positions >= layer.calibrationPositions) break;
      model.route(batch, ForwardContext.evaluation);
      positions += batch.targetOutput.length;
    }
    end();
  }
}
