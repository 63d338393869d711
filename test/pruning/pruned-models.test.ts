/** Source of truth: experts' numbers written into their own parameters, and rankings worked out by hand. */
import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { chooseExperts, keptOf } from "../../src/pruning/choose-experts.ts";
import { type PrunableLayer, prunableLayers } from "../../src/pruning/prunable-layers.ts";
import { prunedConfig, prunedTensor } from "../../src/pruning/prune-experts.ts";
import { expertNorms, randomWorth, routerChanges } from "../../src/pruning/rank-experts.ts";

const flat: PrunableLayer = { name: "moe1", gating: "noisy_top_k", experts: 4, groups: 1, fewest: 2 };
const grouped: PrunableLayer = { ...flat, gating: "hierarchical", experts: 6, groups: 2 };

const tensor = (name: string, shape: number[], values: readonly number[]) => ({
  ...{ name, shape, data: Float32Array.from(values) },
});
const weightsOf = (...tensors: ReturnType<typeof tensor>[]) => new Map(tensors.map((each) => [each.name, each]));

describe("what experts are worth", () => {
  test("norm: of all matrices of an expert together", () => {
    const [inner, outer, gate] = [
      tensor("moe1.experts.inner", [4, 1, 2], [3, 0, 0, 0, 1, 1, 0, 2]),
      tensor("moe1.experts.outer", [4, 2, 1], [0, 4, 1, 0, 1, 1, 0, 0]),
      tensor("moe1.experts.inner_gate", [4, 1, 2], [0, 0, 0, 0, 0, 0, 2, 2]),
    ];
    const root = Math.sqrt;
    expect([...expertNorms(weightsOf(inner, outer), flat)]).toEqual([5, 1, 2, 2]);
    expect([...expertNorms(weightsOf(inner, outer, gate), flat)]).toEqual([5, 1, 2, root(12)]);
  });

  test("router: how much the norm of an expert's column grew, from zero where there is no start", () => {
    // [hidden 2, experts 4]
    const now = weightsOf(tensor("moe1.gate.weights", [2, 4], [3, 0, 1, 0, 4, 6, 0, -2]));
    const start = weightsOf(tensor("moe1.gate.weights", [2, 4], [0, 0, 4, 0, 5, 1, 3, 0]));
    expect([...routerChanges(now, flat)]).toEqual([5, 6, 1, 2]);
    expect([...routerChanges(now, flat, { weights: start, where: "start" })]).toEqual([0, 5, -4, 2]);
  });

  test("router of a hierarchy: columns of each group's own matrix", () => {
    // [groups 2, hidden 2, experts of a group 3]
    const weights = weightsOf(tensor("moe1.gate.weights", [2, 2, 3], [3, 0, 1, 4, 2, 0, 0, 0, 7, 9, 8, 0]));
    expect([...routerChanges(weights, grouped)]).toEqual([5, 2, 1, 9, 8, 7]);
  });

  test("a start with another gate is refused by name", () => {
    const now = weightsOf(tensor("moe1.gate.weights", [1, 4], [1, 1, 1, 1]));
    const other = weightsOf(tensor("moe1.gate.weights", [1, 2], [1, 1]));
    const against = (weights: ReturnType<typeof weightsOf>) => () =>
      routerChanges(now, flat, { weights, where: "start/model.safetensors" });
    expect(against(other)).toThrow("parameter moe1.gate.weights is [1, 2] there and [1, 4] in this model");
    expect(against(weightsOf())).toThrow("parameter moe1.gate.weights is not in it and [1, 4] in this model");
  });

  test("random: the same for a seed, another for another seed and another layer", () => {
    expect(randomWorth(flat, 1, 0)).toEqual(randomWorth(flat, 1, 0));
    expect(randomWorth(flat, 1, 0)).not.toEqual(randomWorth(flat, 2, 0));
    expect(randomWorth(flat, 1, 0)).not.toEqual(randomWorth(flat, 1, 1));
  });
});

describe("which experts stay", () => {
  test("the best of a flat layer, by number, share and use; equal ones from the lower on", () => {
    const worth = [0, 3, 1, 3];
    expect(chooseExperts(flat, worth, { number: 3 })).toEqual([[1, 2, 3]]);
    expect(chooseExperts(flat, worth, { share: 0.5 })).toEqual([[1, 3]]);
    expect(chooseExperts(flat, worth, "used")).toEqual([[1, 2, 3]]);
    expect(chooseExperts(flat, [5, 5, 5, 5], { number: 2 })).toEqual([[0, 1]]);
    expect(chooseExperts(flat, worth, { number: 9 })).toEqual([[0, 1, 2, 3]]);
  });

  test("in a hierarchy each group keeps its own best, as many as the fullest", () => {
    expect(chooseExperts(grouped, [1, 2, 3, 9, 8, 7], { number: 4 })).toEqual([
      [1, 2],
      [3, 4],
    ]);
    // Group 0 uses one of its experts and group 1 none: two of each stay, since a position uses two.
    expect(chooseExperts(grouped, [0, 0, 7, 0, 0, 0], "used")).toEqual([
      [0, 2],
      [3, 4],
    ]);
    expect(chooseExperts({ ...grouped, fewest: 1 }, [1, 1, 0, 0, 0, 1], "used")).toEqual([
      [0, 1],
      [3, 5],
    ]);
  });

  test("fewer than a position uses, and numbers that groups cannot share, are refused", () => {
    expect(() => chooseExperts(flat, [1, 2, 3, 4], { number: 1 })).toThrow(
      "moe1 would keep 1 of 4 experts, and a position uses 2",
    );
    expect(() => chooseExperts(grouped, [1, 2, 3, 4, 5, 6], { share: 0.3 })).toThrow(
      "each group of moe1 would keep 1 of 3 experts, and a position uses 2",
    );
    expect(() => chooseExperts(grouped, [1, 2, 3, 4, 5, 6], { number: 5 })).toThrow(
      "5 experts cannot be shared out evenly over the 2 groups of moe1",
    );
  });

  test("what --experts may say", () => {
    expect([keptOf("16"), keptOf("12.5%"), keptOf("used")]).toEqual([{ number: 16 }, { share: 0.125 }, "used"]);
    for (const text of ["0", "0%", "101%", "1.5", "half", "-3", ""]) {
      expect(() => keptOf(text)).toThrow(`--experts is ${text}`);
    }
  });
});

describe("tensors of what stays", () => {
  test("a flat layer: experts along the first axis, columns of the gate, thresholds raised; nothing else", () => {
    const layers = [{ layer: flat, kept: [[1, 3]] }];
    const pruned = (...of: Parameters<typeof tensor>) => prunedTensor(tensor(...of), layers);
    expect(pruned("moe1.experts.inner", [4, 1, 2], [0, 0, 1, 10, 2, 20, 3, 30])).toEqual(
      tensor("moe1.experts.inner", [2, 1, 2], [1, 10, 3, 30]),
    );
    for (const part of ["weights", "noise_weights"]) {
      expect(pruned(`moe1.gate.${part}`, [2, 4], [0, 1, 2, 3, 10, 11, 12, 13])).toEqual(
        tensor(`moe1.gate.${part}`, [2, 2], [1, 3, 11, 13]),
      );
    }
    expect(pruned("moe1.gate.thresholds", [4], [0.1, 0.25, 0.3, 0.5])).toEqual(
      tensor("moe1.gate.thresholds", [2], [0.5, 1]),
    );
    for (const name of ["moe1.shared_expert.inner", "moe10.experts.inner", "lstm1.bias"]) {
      expect(pruned(name, [4], [1, 2, 3, 4])).toEqual(tensor(name, [4], [1, 2, 3, 4]));
    }
  });

  test("a hierarchy: each group's columns, and the primary gate as it is", () => {
    const kept = [
      [0, 2],
      [4, 5],
    ];
    const pruned = (...of: Parameters<typeof tensor>) => prunedTensor(tensor(...of), [{ layer: grouped, kept }]);
    const matrix = [0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15];
    expect(pruned("moe1.gate.weights", [2, 2, 3], matrix)).toEqual(
      tensor("moe1.gate.weights", [2, 2, 2], [0, 2, 10, 12, 4, 5, 14, 15]),
    );
    expect(pruned("moe1.gate.primary_weights", [1, 2], [1, 2])).toEqual(
      tensor("moe1.gate.primary_weights", [1, 2], [1, 2]),
    );
    expect(pruned("moe1.experts.outer", [6, 1], [0, 1, 2, 3, 4, 5])).toEqual(
      tensor("moe1.experts.outer", [4, 1], [0, 2, 4, 5]),
    );
  });
});

describe("the configuration", () => {
  const configOf = (change: Partial<ConfigInput>) =>
    resolveConfig({
      ...{ save_model: "m", train_steps: 1, data: { a: { path_src: "x", path_tgt: "y" } } },
      ...{ num_experts: 4, moe_encoder_after: [3, 1], moe_decoder_after: [1], ...change },
    });
  const stay = (layers: readonly PrunableLayer[], ...counts: number[]) =>
    layers.map((layer, i) => ({ layer, kept: [Array.from({ length: counts[i]! }, (_, expert) => expert)] }));

  test("lists layers as lists by layer do, and their numbers where they differ", () => {
    const config = configOf({ num_experts_by_layer: [4, 8, 6] });
    const layers = prunableLayers(config, "m");
    expect(layers.map(({ name, experts }) => [name, experts])).toEqual([
      ["encoder.moe3", 4],
      ["encoder.moe1", 8],
      ["decoder.moe1", 6],
    ]);
    expect(prunedConfig(config, stay(layers, 3, 4, 5))).toEqual({ ...config, numExpertsByLayer: [3, 4, 5] });
    expect(prunedConfig(config, stay(layers, 3, 3, 3))).toEqual({ ...config, numExperts: 3, numExpertsByLayer: [] });
  });

  test("dense models, and a single expert of several layers, have none to choose from", () => {
    const lm: Partial<ConfigInput> = { task: "language_model", data: { a: { path_src: "x" } } };
    const deep = { ...lm, num_experts: 1, num_experts_per_tok: 1, expert_layers: 3 };
    for (const config of [configOf({ num_experts: 0 }), configOf(deep)]) {
      expect(() => prunableLayers(config, "models/m")).toThrow("this model is dense");
    }
    expect(prunableLayers(configOf({ ...lm, num_experts: 4 }), "m").map(({ name }) => name)).toEqual(["moe1"]);
  });
});
