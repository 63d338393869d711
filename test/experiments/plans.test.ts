// Source of truth: table 6 and appendix C of Shazeer et al. 2017, and the settings as the options say.
import { describe, expect, test } from "vitest";
import { open as openBalance, STRICT } from "../../experiments/balance.ts";
import { capacityRows, open as openCapacity } from "../../experiments/capacity.ts";
import { budget, chosenRuns, fingerprint, type RunPlan, runName } from "../../experiments/experiment.ts";
import { languageModelDefaults } from "../../experiments/language-model-runs.ts";
import { operationsPerToken } from "../../experiments/operations.ts";
import { open as openTranslation } from "../../experiments/translation.ts";
import { UsageError } from "../../src/base/errors.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { toyCorpus } from "./toy-corpus.ts";

const configOf = (plan: RunPlan) => resolveConfig({ ...plan.settings, save_model: "m" });

describe("balance", () => {
  const all = openBalance(["--seeds", "1,2", "--experts", "32"]).runs;
  const [strict, runs] = [true, false].map((is) => all.filter(({ row }) => (row === STRICT) === is)) as [
    RunPlan[],
    RunPlan[],
  ];

  test("has the six rows of table 6 and those of one strong loss, for each seed, that differ in nothing but the weights of the losses", () => {
    expect(runs).toHaveLength(16);
    const weights = runs.filter(({ seed }) => seed === 1).map(configOf);
    expect(weights.map((config) => [config.importanceLossWeight, config.loadLossWeight])).toEqual([
      ...[
        [0, 0],
        [0.2, 0],
        [0, 0.2],
      ],
      ...[
        [0.1, 0.1],
        [0.01, 0.01],
        [1, 1],
      ],
      ...[
        [1, 0],
        [0, 1],
      ],
    ]);
    const rest = runs.map(({ settings }) => ({ ...settings, importance_loss_weight: 0, load_loss_weight: 0, seed: 0 }));
    expect(new Set(rest.map((settings) => JSON.stringify(settings))).size).toBe(1);
    expect(configOf(runs[0]!).numExperts).toBe(32);
  });

  test("and one of strictly balanced gates without these losses", () => {
    expect(strict.map(({ seed }) => seed)).toEqual([1, 2]);
    const { gating, importanceLossWeight, loadLossWeight, numExperts } = configOf(strict[0]!);
    expect([gating, importanceLossWeight, loadLossWeight, numExperts]).toEqual(["strictly_balanced", 0, 0, 32]);
  });
});

describe("capacity", () => {
  const { runs } = openCapacity([]);

  test("holds the operations per token: only gates add to them", () => {
    const operations = new Map(runs.map((plan) => [plan.row, operationsPerToken(configOf(plan)).target]));
    expect([...operations.keys()]).toEqual([
      ...["MoE-1-Wide", "MoE-1-Deep", "4xLSTM-128", "MoE-4", "MoE-16", "MoE-64", "MoE-256"],
    ]);
    // LSTMs of 2 × (128 + 128) × 4 × 128, and as much again.
    const without = 4 * 256 * 512;
    expect(operations.get("4xLSTM-128")).toBe(without);
    expect(operations.get("MoE-1-Deep")).toBe(without);
    expect(operations.get("MoE-1-Wide")).toBe(without + 128);
    for (const experts of [4, 16, 64, 256]) {
      expect(operations.get(`MoE-${experts}`)).toBe(without + 2 * 128 * experts);
    }
  });

  test("refuses fewer experts than a position uses", () => {
    const options = { ...languageModelDefaults, minutes: 0, precision: "f32" };
    expect(() => capacityRows([2, 16], options)).toThrow(UsageError);
  });
});

describe("translation", () => {
  const data = toyCorpus();
  const open = (...argv: string[]) => openTranslation(["--data", data, "--corpus", "multi30k", ...argv]);

  test("compares equal operations per token but for the gate", () => {
    const { runs } = open("--variants", "dense,moe,strict", "--seeds", "1");
    const [dense, moe, strict] = runs.map((plan) => operationsPerToken(configOf(plan)).target);
    expect(moe! - dense!).toBe(2 * 256 * 16 - 256);
    expect(strict! - dense!).toBe(256 * 16 - 256);
    expect(runs.map((plan) => configOf(plan).gating)).toEqual(["dense", "noisy_top_k", "strictly_balanced"]);
  });

  test("compares precisions of the same model", () => {
    const { runs } = open("--variants", "f32,bf16", "--seeds", "7");
    const [first, second] = runs.map(({ settings }) => settings);
    expect(first).toEqual({ ...second, precision: "f32" });
    expect(second!.precision).toBe("bf16");
  });

  test.each([
    ["a variant", ["--variants", "dense,sparse"]],
    ["a corpus", ["--corpus", "books"]],
    ["a place", ["--places", "everywhere"]],
    ["a precision", ["--precision", "f64"]],
    ["a pair without text", ["--pair", "en-fr"]],
    ["a number of runs at once", ["--parallel", "0"]],
  ])("refuses %s that is not there", (_, argv) => {
    expect(() => open(...argv)).toThrow(UsageError);
  });
});

describe("runs", () => {
  test("have a name of their own for settings of their own, whatever the number of threads", () => {
    const [first] = openBalance(["--threads", "1"]).runs;
    expect(runName(first!)).toBe(`importance-0-load-0-seed1-${fingerprint(first!)}`);
    expect(fingerprint(openBalance(["--threads", "2", "--parallel", "2"]).runs[0]!)).toBe(fingerprint(first!));
    expect(fingerprint(openBalance(["--steps", "10"]).runs[0]!)).not.toBe(fingerprint(first!));
  });

  test("are chosen by row", () => {
    const { runs } = openBalance(["--seeds", "1,2"]);
    expect(chosenRuns(runs, [])).toHaveLength(18);
    expect(chosenRuns(runs, ["importance-1-load-1"]).map(({ seed }) => seed)).toEqual([1, 2]);
    expect(() => chosenRuns(runs, ["importance-2"])).toThrow(UsageError);
  });

  test("train for steps, or for minutes where they are given", () => {
    expect(budget({ steps: 100, minutes: 0 })).toEqual({ train_steps: 100, train_minutes: 0 });
    expect(budget({ steps: 100, minutes: 0.5 })).toEqual({ train_steps: 0, train_minutes: 0.5 });
  });
});
