/** Source of truth: docs/cli.md's description of each key, and Shazeer et al. 2017, appendices B, C and E. */
import { describe, expect, it, test } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { applyOverrides } from "../../src/config/overrides.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";

const resolve = (settings: Partial<ConfigInput>) =>
  resolveConfig({
    save_model: "runs/toy",
    train_steps: 100,
    data: {
      corpus_1: { path_src: "train.en", ...(settings.task === "language_model" ? {} : { path_tgt: "train.de" }) },
    },
    ...settings,
  });

describe("a value of 0 is a value, not a default", () => {
  test.each([
    ["label_smoothing", "labelSmoothing", {}],
    ["moe_dropout", "moeDropout", { dropout: 0.3 }],
    ["importance_loss_weight", "importanceLossWeight", {}],
    ["load_loss_weight", "loadLossWeight", {}],
  ] as const)("of %s", (key, name, others) => {
    expect(resolve({ ...others, [key]: 0 })[name]).toBe(0);
    expect(resolve(others)[name]).toBeGreaterThan(0);
  });
});

test("embeddings are as wide as what LSTMs give out, not as many as their units", () => {
  expect(resolve({ hidden_size: 32, lstm_cell_size: 64 })).toMatchObject({ embeddingSize: 32, lstmCellSize: 64 });
});

test("defaults of balance, smoothing and metrics are the task's", () => {
  expect(resolve({})).toMatchObject({
    ...{ importanceLossWeight: 0.01, loadLossWeight: 0.01, labelSmoothing: 0.1 },
    ...{ bestCheckpointMetric: "bleu", earlyStoppingCriteria: "bleu" },
  });
  expect(resolve({ task: "language_model" })).toMatchObject({
    ...{ importanceLossWeight: 0.1, loadLossWeight: 0.1, labelSmoothing: 0 },
    ...{ bestCheckpointMetric: "perplexity", earlyStoppingCriteria: "perplexity" },
  });
});

describe("a position may use all groups and all experts of a group, and no more", () => {
  const hierarchy = (num_expert_groups_per_tok: number, num_experts_per_tok: number) =>
    resolve({
      ...{ gating: "hierarchical", num_experts: 12, num_expert_groups: 4 },
      ...{ num_expert_groups_per_tok, num_experts_per_tok },
    });

  it("takes the most there are", () => {
    expect(hierarchy(4, 3)).toMatchObject({ numExpertGroupsPerTok: 4, numExpertsPerTok: 3 });
  });

  test.each([
    [5, 3, /num_expert_groups_per_tok \(5\) is more than num_expert_groups \(4\)/],
    [4, 4, /num_experts_per_tok \(4\) is more than a group has experts \(3\)/],
  ])("refuses %d groups of %d", (groups, used, message) => {
    expect(() => hierarchy(groups, used)).toThrow(ConfigError);
    expect(() => hierarchy(groups, used)).toThrow(message);
  });
});

test("overrides leave the content they are put on as it was", () => {
  const content = { dropout: 0.2, data: { corpus_1: { path_src: "a", weight: 1 } } };
  const before = structuredClone(content);
  const changed = applyOverrides(content, { dropout: "0.5", "data.corpus_1.weight": "3" });
  expect(changed).toEqual({ dropout: 0.5, data: { corpus_1: { path_src: "a", weight: 3 } } });
  expect(content).toEqual(before);
});

describe("guided_alignment", () => {
  const train = { path_src: "a", path_tgt: "b" };
  const aligned = { ...train, path_align: "c" };

  test.each<[string, Partial<ConfigInput>, string]>([
    ["none, without alignments", {}, "none"],
    ["files, where a corpus has one", { data: { one: train, two: aligned } }, "files"],
    ["none, when asked for", { data: { one: aligned }, guided_alignment: "none" }, "none"],
    ["auto, when asked for", { data: { one: aligned, two: train }, guided_alignment: "auto" }, "auto"],
  ])("is %s", (_, settings, expected) => {
    expect(resolve(settings).guidedAlignment).toBe(expected);
  });

  test.each<[string, Partial<ConfigInput>, RegExp]>([
    ["files without a file", { guided_alignment: "files" }, /no training corpus has path_align/],
    ["alignments of held-out text", { data: { one: train, valid: aligned } }, /only training follows alignments/],
    ["a language model's", { task: "language_model", guided_alignment: "auto" }, /has no attention to guide/],
    ["a weight of 0", { guided_alignment: "auto", guided_alignment_weight: 0 }, /guided_alignment_weight/],
  ])("refuses %s", (_, settings, message) => {
    expect(() => resolve(settings)).toThrow(message);
  });
});
