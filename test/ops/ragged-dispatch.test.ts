/** Source of truth: the definitions in the ops' own descriptions, in double precision, and central differences of them. */
import { describe, expect, it } from "vitest";
import { composedCombine, composedDispatch, planDispatch } from "../../src/ops/dispatch.ts";
import { positionOfSlots, raggedCombine, raggedDispatch } from "../../src/ops/ragged-dispatch.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, operand } from "./op-outcomes.ts";

const addon = nativeAddon();

/** Three positions of four: two experts, none, three, one. */
const starts = Int32Array.of(0, 2, 2, 5, 6);
const experts = Int32Array.of(0, 2, 0, 1, 2, 1);
const plan = planDispatch(experts, 4);
const width = 3;
const owners = [0, 0, 2, 2, 2, 3];

describe("ragged dispatch and combine", () => {
  it("know each slot's position", () => {
    expect(Array.from(positionOfSlots(starts))).toEqual(owners);
    expect(Array.from(positionOfSlots(Int32Array.of(0, 0)))).toEqual([]);
  });

  it("are as defined", async () => {
    const ownerOf = (row: number) => owners[plan.slots[row]!]!;
    await expectDefined(
      (x) => raggedDispatch(x, plan, starts),
      [operand(1, [4, width])],
      (x) =>
        Float64Array.from({ length: 6 * width }, (_, i) => x![ownerOf(Math.floor(i / width)) * width + (i % width)]!),
    );
    await expectDefined(
      (y, gates) => raggedCombine(y, gates, plan, starts),
      [operand(2, [6, width]), operand(3, [6, 1])],
      (y, gates) => {
        const out = new Float64Array(4 * width);
        y!.forEach((value, i) => {
          const row = Math.floor(i / width);
          out[ownerOf(row) * width + (i % width)]! += gates![plan.slots[row]!]! * value;
        });
        return out;
      },
    );
  });

  it("agree with the others where every position has k experts", async () => {
    const uniform = planDispatch(Int32Array.of(1, 0, 2, 1), 3);
    const even = Int32Array.of(0, 2, 4);
    const values = [operand(4, [4, width]), operand(5, [4, 1])];
    await expectDefined(
      (y, gates) => raggedCombine(y, gates, uniform, even).sub(composedCombine(y, gates.reshape([2, 2]), uniform)),
      values,
      () => new Float64Array(2 * width),
    );
    await expectDefined(
      (x) => raggedDispatch(x, uniform, even).sub(composedDispatch(x, uniform, 2)),
      [operand(6, [2, width])],
      () => new Float64Array(4 * width),
    );
  });
});

describe.skipIf(addon === undefined)("native ragged dispatch and combine", () => {
  it("agree with the composed ops", async () => {
    const dispatchOp = (x: Parameters<typeof raggedDispatch>[0]) => raggedDispatch(x, plan, starts);
    await expectNativeAgrees(addon!, dispatchOp, dispatchOp, [operand(7, [4, 33])]);
    const combineOp = (y: Parameters<typeof raggedCombine>[0], gates: Parameters<typeof raggedCombine>[1]) =>
      raggedCombine(y, gates, plan, starts);
    await expectNativeAgrees(addon!, combineOp, combineOp, [operand(8, [6, 33]), operand(9, [6, 1])]);
  });
});
