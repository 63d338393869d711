/** Source of truth: gated linear units and grouped products in double precision, row by row, and central differences of them. */
import { describe, it } from "vitest";
import { expertGlu } from "../../src/ops/expert-glu.ts";
import { groupedProduct } from "../../src/ops/grouped-product.ts";
import { gluDefinition, part } from "./moe-definition.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, type Op, operand } from "./op-outcomes.ts";

const addon = nativeAddon();

function offsetsOf(sizes: number[]): Int32Array {
  let end = 0;
  return Int32Array.from([0, ...sizes.map((size) => (end += size))]);
}

const small: [sizes: number[], width: number, hidden: number][] = [
  [[2, 0, 3], 3, 4],
  [[0, 1], 2, 3],
  [[4], 3, 2],
];
const large: typeof small = [
  [[13, 0, 40, 1, 7, 0], 33, 70],
  [[0, 0], 3, 2],
];

const glu =
  (offsets: Int32Array): Op =>
  (x, w1, gate, w2) =>
    expertGlu({ x, w1, gate, w2 }, offsets);

function gluOperands(sizes: number[], width: number, hidden: number) {
  const rows = sizes.reduce((a, b) => a + b);
  const inner = [sizes.length, width, hidden];
  return [
    operand(1, [rows, width]),
    operand(2, inner, width ** -0.5),
    operand(3, inner, width ** -0.5),
    operand(4, [sizes.length, hidden, width], hidden ** -0.5),
  ];
}

function groupOperands(sizes: number[], width: number, hidden: number) {
  return gluOperands(sizes, width, hidden).slice(0, 2);
}

const grouped =
  (offsets: Int32Array): Op =>
  (x, weights) =>
    groupedProduct(x, weights, offsets);

/** Runs `f` on each row with its group, and puts the results one after the other. */
function byRow(sizes: number[], x: Float64Array, width: number, f: (row: Float64Array, group: number) => Float64Array) {
  const groups = sizes.flatMap((size, group) => new Array<number>(size).fill(group));
  return Float64Array.from(
    groups.flatMap((group, row) => Array.from(f(x.subarray(row * width, (row + 1) * width), group))),
  );
}

describe("gated linear experts and grouped products", () => {
  it.each(small)("are as defined: rows %j, width %i, hidden %i", async (sizes, width, hidden) => {
    const offsets = offsetsOf(sizes);
    await expectDefined(glu(offsets), gluOperands(sizes, width, hidden), (x, ...weights) =>
      byRow(sizes, x!, width, (row, group) => {
        const [w1, gate, w2] = weights.map((values) => part(values, group, sizes.length));
        return gluDefinition(row, w1!, gate!, w2!);
      }),
    );
    await expectDefined(grouped(offsets), groupOperands(sizes, width, hidden), (x, weights) =>
      byRow(sizes, x!, width, (row, group) => {
        const own = part(weights!, group, sizes.length);
        return Float64Array.from({ length: hidden }, (_, j) =>
          row.reduce((sum, v, i) => sum + v * own[i * hidden + j]!, 0),
        );
      }),
    );
  });
});

describe.skipIf(addon === undefined)("native gated linear experts and grouped products", () => {
  it.each([...small, ...large])("agree with the composed ops: rows %j, width %i, hidden %i", async (...shape) => {
    const offsets = offsetsOf(shape[0]);
    await expectNativeAgrees(addon!, glu(offsets), glu(offsets), gluOperands(...shape), 3e-5);
    await expectNativeAgrees(addon!, grouped(offsets), grouped(offsets), groupOperands(...shape), 3e-5);
  });
});
