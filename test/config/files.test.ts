/** Source of truth: the files in configs/, and appendix C.1 of Shazeer et al. 2017, whose rows have equal operations per position. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";

const folder = join(import.meta.dirname, "../../configs");
const files = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith(".yaml")).sort();
const configs = new Map(files.map((name) => [name, loadConfig(join(folder, name))]));

/** Multiplications of one position in a language model's LSTM and expert layers, gates left out. */
function operations(config: Config): number {
  const { hiddenSize, lstmCellSize, decoderLayers, numExperts, numExpertsPerTok, expertHiddenSize, expertLayers } =
    config;
  const projection = lstmCellSize === hiddenSize ? 0 : lstmCellSize * hiddenSize;
  const lstms = (8 * hiddenSize * lstmCellSize + projection) * decoderLayers;
  if (numExperts === 0) return lstms;
  const used = numExpertsPerTok * (config.gating === "hierarchical" ? config.numExpertGroupsPerTok : 1);
  const expert = 2 * hiddenSize * expertHiddenSize + (expertLayers - 1) * expertHiddenSize ** 2;
  return lstms + used * expert * config.moeDecoderAfter.length;
}

/** Of the paper's rows: two LSTM layers of 512, and 4 experts of 1,024, or as much without experts; and of its other models. */
const equalRows = 2 * 8 * 512 ** 2 + 4 * 2 * 512 * 1024;
const otherRows: Record<string, number> = {
  "lm-lstm-2048-512": 4 * 2048 * (512 + 512) + 2048 * 512,
  "lm-moe-34m": 2 * 8 * 1024 ** 2 + 4 * 2 * 1024 * 2048,
  "lm-moe-143m": 2 * (4 * 4096 * (1024 + 1024) + 4096 * 1024) + 4 * 2 * 1024 * 8192,
};
/** The row of the paper that a model for two cores has a quarter of the widths of. */
const rowOf = (name: string) => name.replace("lm-small-lstm-512-128", "lm-lstm-2048-512").replace("lm-small-", "lm-");

describe("configs/", () => {
  it.each(files)("%s is valid and saves under its own name", (name) => {
    expect(configs.get(name)!.saveModel).toBe(`models/${basename(name, ".yaml")}`);
  });

  it("language models, dense or sparse, take as many operations a position as the paper's, those for two cores a sixteenth", () => {
    const models = [...configs].filter(([, { task }]) => task === "language_model");
    expect(models.length).toBeGreaterThan(10);
    for (const [name, config] of models) {
      const file = basename(name, ".yaml");
      const paper = otherRows[rowOf(file)] ?? equalRows;
      expect(operations(config), name).toBe(file.startsWith("lm-small-") ? paper / 16 : paper);
    }
  });
});
