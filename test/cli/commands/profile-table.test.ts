// Source of truth: a table written by hand.
import { expect, test } from "vitest";
import { formatProfile } from "../../../src/cli/commands/profile-table.ts";

test("kernels by time with rates of useful work, small ones in one line, then what is no kernel", () => {
  const table = formatProfile({
    ...{ steps: 2, milliseconds: 2000, dataWait: 10, outsideKernels: 86 },
    kernels: [
      { name: "lstmBackward", calls: 12, milliseconds: 1500, flops: 300e9, bytes: 0 },
      { name: "adamStep", calls: 2, milliseconds: 400, flops: 0, bytes: 8e9 },
      { name: "fill", calls: 3, milliseconds: 3, flops: 0, bytes: 3e6 },
      { name: "unary", calls: 4, milliseconds: 1, flops: 0, bytes: 1e6 },
    ],
  });
  expect(table).toBe(
    [
      "kernel             calls       ms      %  GFLOP/s  GB/s",
      "lstmBackward           6   750.00   75.0    200.0",
      "adamStep               1   200.00   20.0           20.0",
      "2 smaller ones       3.5     2.00    0.2            1.0",
      "outside kernels             43.00    4.3",
      "waiting for data             5.00    0.5",
      "a step, mean of 2         1000.00  100.0    150.0",
    ].join("\n"),
  );
});

test("without a step there is nothing to show", () => {
  const nothing = { steps: 0, milliseconds: 0, dataWait: 0, outsideKernels: 0, kernels: [] };
  expect(formatProfile(nothing)).toBe("no step to profile");
});
