// Source of truth: the rules of bench/options.ts, by hand.
import { describe, expect, test } from "vitest";
import { numberList, readOptions } from "../../bench/options.ts";
import { UsageError } from "../../src/base/errors.ts";

const defaults = { steps: 5, "expert-hidden": 1024, model: "", bf16: false } as const;

describe("readOptions", () => {
  test("fills in defaults", () => {
    expect(readOptions([], defaults)).toEqual(defaults);
  });

  test("reads numbers, texts and flags, in either way of writing a value", () => {
    const options = readOptions(["--steps", "2", "--expert-hidden=256", "--model", "m.bin", "--bf16"], defaults);
    expect(options).toEqual({ steps: 2, "expert-hidden": 256, model: "m.bin", bf16: true });
  });

  test.each([
    ["an unknown option", ["--stepz", "2"]],
    ["a word that is no option", ["steps"]],
    ["a text for a number", ["--steps", "many"]],
    ["nothing for a number", ["--steps="]],
    ["a negative number", ["--steps=-1"]],
    ["an option without its value", ["--steps"]],
  ])("refuses %s", (_, argv) => {
    expect(() => readOptions(argv, defaults)).toThrow(UsageError);
  });

  test("names the options there are", () => {
    expect(() => readOptions(["--stepz", "2"], defaults)).toThrow(
      expect.objectContaining({ nextStep: "Options are --steps, --expert-hidden, --model, --bf16." }),
    );
  });
});

test("numberList takes whole numbers between commas and nothing else", () => {
  expect(numberList("experts", "4,16")).toEqual([4, 16]);
  for (const wrong of ["", "4,", "4,x", "1.5", "-4"]) {
    expect(() => numberList("experts", wrong)).toThrow(UsageError);
  }
});
