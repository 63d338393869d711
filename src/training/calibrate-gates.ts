/** Fits gates that need it (`Gating.calibrate`) to training text as evaluation sees it: without dropout. */
import * as tf from "@tensorflow/tfjs";
import type { TranslationBatch } from "../data/batch.ts";
import type { TrainingDataOptions } from "../data/batch-reader.ts";
import { readInProcess } from "../data/batch-source.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import type { TrainableModel } from "../model/trainable-model.ts";

/** The first batches of a run's data, as many as the model's gates want to see; none if no gate needs them. */
export async function calibrationBatches(
  model: TrainableModel,
  options: TrainingDataOptions,
): Promise<TranslationBatch[]> {
  const wanted = Math.max(0, ...model.moeLayers.map((layer) => layer.calibrationPositions));
  if (wanted === 0) return [];
  const data = readInProcess(options);
  const batches: TranslationBatch[] = [];
  try {
    for (let positions = 0; positions < wanted; positions += batches.at(-1)!.targetOutput.length) {
      batches.push(await data.next());
    }
  } finally {
    await data.close();
  }
  return batches;
}

/** The same batches give the same gates, whatever these were before. */
export function calibrateGates(model: TrainableModel, batches: readonly TranslationBatch[]): void {
  if (batches.length === 0) return;
  const ends = model.moeLayers.flatMap((layer) => layer.calibrate() ?? []);
  for (const batch of batches) tf.tidy(() => void model.loss(batch, 0, ForwardContext.evaluation));
  for (const end of ends) end();
}
