/** Source of truth: every file in configs/ is one that `nmt train` takes. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const folder = resolve(import.meta.dirname, "..", "..", "configs");
const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith(".yaml")).sort();

describe("configurations that come with the toolkit", () => {
  it.each(files)("%s is complete and without contradictions", (file) => {
    expect(() => loadConfig(join(folder, file))).not.toThrow();
  });

  it("keep their models apart", () => {
    const models = files.map((file) => loadConfig(join(folder, file)).saveModel);
    expect(new Set(models).size).toBe(files.length);
  });

  it("have the experts of the paper's models", () => {
    const experts = (file: string) => {
      const config = loadConfig(join(folder, "paper", `${file}.yaml`));
      const { gating, numExperts, numExpertsPerTok, expertHiddenSize } = config;
      return [gating, numExperts, numExpertsPerTok, expertHiddenSize];
    };
    expect(experts("wmt14-en-fr-moe-32")).toEqual(["noisy_top_k", 32, 4, 2048]);
    expect(experts("wmt14-en-fr-moe-512-h")).toEqual(["hierarchical", 512, 2, 2048]);
    expect(experts("wmt14-en-fr-moe-2048-h")).toEqual(["hierarchical", 2048, 2, 2048]);
    expect(experts("multilingual-moe-512")).toEqual(["noisy_top_k", 512, 2, 8192]);
    expect(experts("lm-moe-4096-h")).toEqual(["hierarchical", 4096, 2, 1024]);
  });

  it("have the LSTM layers of the paper's models: units, and what they are projected to", () => {
    const sizes = (file: string) => {
      const { lstmCellSize, hiddenSize } = loadConfig(join(folder, "paper", `${file}.yaml`));
      return [lstmCellSize, hiddenSize];
    };
    for (const name of ["wmt14-en-fr-moe-32", "wmt14-en-fr-moe-2048-h", "multilingual-moe-512", "lm-lstm-2048-512"]) {
      expect(sizes(name), name).toEqual([2048, 512]);
    }
    expect(sizes("lm-moe-143m")).toEqual([4096, 1024]);
    expect(sizes("lm-moe-256")).toEqual([512, 512]);
  });
});
