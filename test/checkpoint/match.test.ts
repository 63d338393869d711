/** Source of truth: the error rule "first differing parameter", in the model's own order. */
import { describe, expect, it } from "vitest";
import { checkSameParameters, floatsByName } from "../../src/checkpoint/match.ts";

const model = [
  { name: "encoder.1.inputWeights", shape: [8, 32] },
  { name: "encoder.1.bias", shape: [32] },
  { name: "softmax.bias", shape: [100] },
];

describe("checkSameParameters", () => {
  it("accepts the same parameters in any order", () => {
    expect(() => checkSameParameters(model, [...model].reverse(), "x")).not.toThrow();
  });

  it.each([
    [
      "another width",
      [{ ...model[0]!, shape: [8, 64] }, { ...model[1]!, shape: [64] }, model[2]!],
      "inputWeights is [8, 64] there",
    ],
    ["another rank", [model[0]!, { ...model[1]!, shape: [32, 1] }, model[2]!], "bias is [32, 1] there and [32]"],
    ["a missing one", [model[0]!, model[2]!], "encoder.1.bias [32] of this model is not in it"],
    [
      "one too many",
      [...model, { name: "encoder.2.bias", shape: [32] }],
      "encoder.2.bias [32] is not part of this model",
    ],
  ])("names the first parameter that differs: %s", (_name, stored, message) => {
    expect(() => checkSameParameters(model, stored, "x")).toThrow(message);
  });
});

describe("floatsByName", () => {
  it("keeps data and shape by name and refuses other types", () => {
    const data = Float32Array.of(1);
    expect(floatsByName([{ name: "a", shape: [1], data }]).get("a")).toEqual({ shape: [1], data });
    expect(() => floatsByName([{ name: "a", shape: [1], data: Int8Array.of(1) }])).toThrow("tensor a");
  });
});
