/** Source of truth: m = k · positions / n, counted over the text that gates are fitted to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { prepareCorpus } from "../../src/data/shards/prepare.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { calibrateGates, calibrationBatches } from "../../src/training/calibrate-gates.ts";
import { generatedOptions } from "../data/shards/prepared-corpus.ts";
import { reverseBatch, toyOptions } from "../model/toy-model.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => selectBackend({ backend: "cpu" }));

/** The decoder's layer comes after the encoder's, and sees what that makes of a sentence. */
function modelWith(gating: "strictly_balanced" | "noisy_top_k"): TrainableModel {
  const moe = { ...toyOptions.moe!, gating };
  const moeSizes = new Map([["decoder.moe1", { numExperts: 8 }]]);
  return new Seq2Seq({ ...toyOptions, weightRange: 1, moe, moeSizes }, { seed: 3 });
}

function thresholdsOf(model: TrainableModel): number[][] {
  return model.parameters
    .filter(({ name }) => name.endsWith("thresholds"))
    .map(({ variable }) => [...variable.dataSync<"float32">()]);
}

describe("calibrating a model", () => {
  const batches = Array.from({ length: 6 }, (_, i) => reverseBatch(new Random(i), 40));

  test("gives every expert of every layer its m, whatever the thresholds were", () => {
    const model = modelWith("strictly_balanced");
    calibrateGates(model, batches);
    const layers = model.moeLayers.map((layer, i) => {
      const counts = new Array<number>([4, 8][i]!).fill(0);
      let positions = 0;
      layer.observer = ({ experts, starts }) => {
        positions += starts!.length - 1;
        for (const expert of experts) counts[expert]!++;
      };
      return { counts, m: () => Math.round((2 * positions) / counts.length) };
    });
    for (const batch of batches) model.route(batch, ForwardContext.evaluation);
    // Positions that look alike, as the first of every target do, aren't told apart.
    for (const { counts, m } of layers) {
      for (const count of counts) expect(Math.abs(count / m() - 1)).toBeLessThan(0.04);
    }

    const fitted = thresholdsOf(model);
    for (const { name, variable } of model.parameters) {
      if (name.endsWith("thresholds")) variable.assign(tf.mul(variable, 3));
    }
    calibrateGates(model, batches);
    expect(thresholdsOf(model)).toEqual(fitted);
    model.dispose();
  });

  test("reads the first pairs of the data, as many as the layer that wants most of them", async () => {
    const prepared = await prepareCorpus(generatedOptions(join(folder, "text"), { pairs: 3000, seed: 2 }));
    const options = { corpora: [{ folder: prepared.folder }], seed: 1, batchType: "tokens", batchSize: 300 } as const;
    const model = modelWith("strictly_balanced");
    const read = calibrationBatches(model, { ...options, corpora: [...options.corpora] });
    const positions = read.reduce((sum, { targetOutput }) => sum + targetOutput.length, 0);
    expect(positions).toBeGreaterThanOrEqual(16_000);
    expect(positions - read.at(-1)!.targetOutput.length).toBeLessThan(16_000);
    // Of 2 to 13 target positions a third of all sentences have 10 or more, and so have those of any few batches.
    const sentences = (some: typeof read, atLeast: number) =>
      some.reduce((sum, { targetInput: { layout } }) => sum + (layout.batchSizes[atLeast - 1] ?? 0), 0);
    for (let at = 0; at + 4 <= read.length; at += 4) {
      const some = read.slice(at, at + 4);
      const share = sentences(some, 10) / sentences(some, 1);
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.47);
    }
    model.dispose();

    const other = modelWith("noisy_top_k");
    expect(calibrationBatches(other, { ...options, corpora: [...options.corpora] })).toEqual([]);
    other.dispose();
  });
});
