// Source of truth: scores and shares by hand; the paired tests themselves are tested with the metrics.
import { describe, expect, test } from "vitest";
import type { RunPlan } from "../../experiments/experiment.ts";
import { strictBalance } from "../../experiments/strict-balance.ts";
import { lossRatio, pairedDifference, translationBody } from "../../experiments/translation-tables.ts";
import { chinese } from "../../src/metrics/tokenizers/chinese.ts";
import { resultOfPlan } from "./result.ts";

const references = ["the cat sat on the mat", "a dog ran over the hill", "birds sing in the early morning light"];
const worse = ["the cat sat on a hat", "a dog ran over some hill", "birds sing in the late evening"];

function plan(row: string, seed: number): RunPlan {
  const settings = {
    ...{ train_steps: 1, data: { text: { path_src: "a", path_tgt: "b" } }, num_experts: 4, num_experts_per_tok: 2 },
  };
  return { row, seed, settings };
}

describe("pairedDifference", () => {
  test("is system minus baseline", () => {
    const baseline = resultOfPlan(plan("dense", 3), { translations: worse, references });
    const system = resultOfPlan(plan("moe", 3), { translations: references, references });
    const { seed, bleu, chrf } = pairedDifference(3, baseline, system);
    expect(seed).toBe(3);
    expect(bleu.difference).toBeGreaterThan(10);
    expect(chrf.difference).toBeGreaterThan(10);
    expect(pairedDifference(3, system, baseline).bleu.difference).toBeCloseTo(-bleu.difference, 9);
    for (const p of [bleu.bootstrap, bleu.randomization]) expect(p).toBeLessThanOrEqual(1);
  });

  test("of equal translations is no difference, with certainty of nothing", () => {
    const same = resultOfPlan(plan("dense", 1), { translations: worse, references });
    expect(pairedDifference(1, same, same).bleu).toEqual({ difference: 0, bootstrap: 1, randomization: 1 });
  });
});

test("strict balance: deviations are from k / n, relative to it", () => {
  const strict = plan("strict", 1);
  // k / n is 50 %; shares of 50, 60, 40 and 50 % deviate by 0, 20, 20 and 0 % of it.
  expect(strictBalance("strict", [strict], () => resultOfPlan(strict))).toContain(
    "| 1 | moe1 | 50.0 % | 40.0 % to 60.0 % | 10.0 % | 20.0 % | 3.0 % |",
  );
});

test("the ratio of losses is that of mean log-perplexities", () => {
  const runs = [plan("f32", 1), plan("bf16", 1)];
  const perplexity = (row: string) => Math.exp(row === "f32" ? 2 : 2.5);
  const resultOf = (each: RunPlan) =>
    resultOfPlan(each, { validPerplexity: perplexity(each.row), testPerplexity: perplexity(each.row) ** 2 });
  const text = lossRatio(
    { variants: ["f32", "bf16"], seeds: [1], runs, resultOf, beam: 5, tokenizer: chinese },
    "f32",
    "bf16",
  );
  expect(text).toContain("| validation | 2.0000 | 2.5000 | 1.25000 |");
  expect(text).toContain("| test | 4.0000 | 5.0000 | 1.25000 |");
});

test("without a result a variant has dashes, and its comparison says so", () => {
  const runs = [plan("dense", 1), plan("moe", 1)];
  const text = translationBody({
    variants: ["dense", "moe"],
    seeds: [1],
    runs,
    beam: 5,
    resultOf: () => undefined,
    tokenizer: chinese,
  });
  expect(text).toMatch(/\| moe \| – \| – \|/);
  expect(text).toContain("No seed has both runs yet.");
  expect(text).toContain("BLEU `zh`");
});
