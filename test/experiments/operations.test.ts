// Source of truth: Shazeer et al. 2017, appendix C.1 and its table ("ops/timestep", millions), and counts by hand.
import { describe, expect, test } from "vitest";
import { operationsPerToken } from "../../experiments/operations.ts";
import { loadConfig } from "../../src/config/load.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";

const millions = (value: number) => Math.round(value / 1e5) / 10;

describe("operations per token", () => {
  test.each([
    ["lm-4xlstm-512", 8.4],
    ["lm-moe-1-wide", 8.4],
    ["lm-moe-1-deep", 8.4],
    ["lm-moe-4", 8.4],
    ["lm-moe-32", 8.4],
    ["lm-lstm-2048-512", 9.4],
    ["lm-moe-256-h", 8.4],
    ["lm-moe-1024-h", 8.5],
    ["lm-moe-4096-h", 8.9],
    ["lm-moe-34m", 33.8],
    ["lm-moe-143m", 142.7],
  ])("of the paper's %s", (name, ops) => {
    const { source, target } = operationsPerToken(loadConfig(`configs/paper/${name}.yaml`));
    expect(source).toBe(0);
    expect(millions(target)).toBe(ops);
  });

  test("of 4,096 experts in 16 groups are the paper's 8.9 million: both levels of gates count, with noise", () => {
    const config = language({
      ...{ hidden_size: 512, num_experts: 4096, num_experts_per_tok: 2, expert_hidden_size: 1024 },
      ...{ gating: "hierarchical", num_expert_groups: 16, num_expert_groups_per_tok: 2 },
    });
    expect(millions(operationsPerToken(config).target)).toBe(8.9);
  });

  test("of a small translation model, by hand", () => {
    const config = resolveConfig({
      ...{ save_model: "m", train_steps: 1, data: { text: { path_src: "a", path_tgt: "b" } } },
      ...{ hidden_size: 4, embedding_size: 2, encoder_layers: 2, decoder_layers: 2 },
      ...{ num_experts: 8, num_experts_per_tok: 2, expert_hidden_size: 3, shared_expert_hidden_size: 5 },
      ...{ moe_encoder_after: [1], moe_decoder_after: [1], gating: "strictly_balanced" },
    });
    // Two experts of 4 × 3 + 3 × 4, one of 4 × 5 + 5 × 4, and a gate of 4 × 8.
    const moe = 2 * 24 + 40 + 32;
    // Halves of the first layer read 2 and keep 2, with 8 gates; the second layer reads 4 and keeps 4, with 16; keys are 4 × 4.
    expect(operationsPerToken(config).source).toBe(2 * (2 + 2) * 8 + (4 + 4) * 16 + 16 + moe);
    // The bottom layer reads 2, the upper one its output beside the context; queries are 4 × 4.
    expect(operationsPerToken(config).target).toBe((2 + 4) * 16 + (8 + 4) * 16 + 16 + moe);
  });
});

function language(settings: Partial<ConfigInput>) {
  return resolveConfig({
    ...{ task: "language_model", save_model: "m", train_steps: 1, data: { text: { path_src: "a" } } },
    ...{ moe_decoder_after: [1] },
    ...settings,
  });
}
