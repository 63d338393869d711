/** Source of truth: the files in configs/, and appendix C.1 of Shazeer et al. 2017, whose rows have equal operations per position. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";

const folder = join(import.meta.dirname, "../../configs");
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const configs = new Map(files.map((name) => [name, loadConfig(join(folder, name))]));

/** Multiplications of one position in a language model's LSTM and expert layers. */
function operations(config: Config): number {
  const { hiddenSize, decoderLayers, numExperts, numExpertsPerTok, expertHiddenSize, expertLayers } = config;
  const lstms = 8 * hiddenSize ** 2 * decoderLayers;
  if (numExperts === 0) return lstms;
  const expert = 2 * hiddenSize * expertHiddenSize + (expertLayers - 1) * expertHiddenSize ** 2;
  return lstms + numExpertsPerTok * expert * config.moeDecoderAfter.length;
}

describe("configs/", () => {
  it.each(files)("%s is valid and saves under its own name", (name) => {
    expect(configs.get(name)!.saveModel).toBe(`models/${name.replace(".yaml", "")}`);
  });

  it("language models, dense or sparse, take as many operations a position as the paper's, those for two cores a sixteenth", () => {
    const paper = 2 * 8 * 512 ** 2 + 4 * 2 * 512 * 1024;
    const models = [...configs].filter(([, { task }]) => task === "language_model");
    expect(models.length).toBeGreaterThan(10);
    for (const [name, config] of models) {
      expect(operations(config), name).toBe(name.startsWith("lm-small-") ? paper / 16 : paper);
    }
  });
});
