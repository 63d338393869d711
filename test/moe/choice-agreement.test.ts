/** Source of truth: the same layer's choices in evaluation. */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import { choiceAgreement, hierarchicalAgreement } from "../../src/moe/choice-agreement.ts";
import type { GateDecision } from "../../src/moe/gating.ts";
import type { MoeOptions } from "../../src/moe/moe-layer.ts";
import { layerOf, layerOperands, layerOptions, trainingContext } from "./toy-layer.ts";

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

test("of rows counts what both choose and what either does, in any order", () => {
  expect(choiceAgreement(Int32Array.of(1, 2, 0, 3), Int32Array.of(2, 1, 1, 0), 2)).toEqual({ both: 3, either: 5 });
  expect(choiceAgreement(Int32Array.of(1, 2), Int32Array.of(2, 1), 1)).toEqual({ both: 0, either: 4 });
});

test("of a hierarchy counts experts of groups that both choose", () => {
  // Position 0 keeps group 1 and leaves group 0 for 2; its secondary rows are 1 and 0.
  const primary = { noisy: Int32Array.of(0, 1), clean: Int32Array.of(1, 2), k: 2 };
  const secondary = { noisy: Int32Array.of(5, 6, 5, 6), clean: Int32Array.of(6, 7, 5, 6), k: 2 };
  expect(hierarchicalAgreement(primary, secondary, Int32Array.of(1, 0))).toEqual({ both: 1, either: 7 });
});

describe.each<[string, Partial<MoeOptions>]>([
  ["noisy_top_k", { numExperts: 8, numExpertsPerToken: 3 }],
  ["hierarchical", { numExperts: 12, numGroups: 4, numGroupsPerToken: 2, numExpertsPerToken: 2 }],
])("a layer with %s gates", (gating, own) => {
  const options = { ...layerOptions, gating, ...own } as MoeOptions;
  const positions = 40;

  function decisions(): { agreement: number | undefined; chosen: Set<number>[] } {
    const [x, ...parameters] = layerOperands(options, positions).map(({ shape, values }) =>
      tf.tensor(Float32Array.from(values), shape),
    );
    const layer = layerOf(options, parameters);
    const chosen: Set<number>[] = [];
    layer.observer = ({ experts }: GateDecision) => {
      const k = experts.length / positions;
      chosen.push(new Set(Array.from(experts, (expert, slot) => Math.floor(slot / k) * options.numExperts + expert)));
    };
    layer.apply(x as tf.Tensor2D, trainingContext());
    layer.apply(x as tf.Tensor2D, ForwardContext.evaluation);
    return { agreement: layer.balance.report().choiceAgreement, chosen };
  }

  it("reports the share of choices that evaluation would make too", () => {
    const { agreement, chosen } = decisions();
    const [training, evaluation] = chosen as [Set<number>, Set<number>];
    const both = [...training].filter((choice) => evaluation.has(choice)).length;
    expect(agreement).toBe(both / new Set([...training, ...evaluation]).size);
    expect(agreement).toBeGreaterThan(0.1);
    expect(agreement).toBeLessThan(0.9);
  });
});
