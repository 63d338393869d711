/** Source of truth: the definitions in the ops' own descriptions, in double precision, and central differences of them. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { combine, composedCombine, composedDispatch, dispatch, planDispatch } from "../../src/ops/dispatch.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, operand } from "./op-outcomes.ts";

const addon = nativeAddon();

/** Different experts for each position. */
function choices(positions: number, k: number, numExperts: number, seed = 1): Int32Array {
  const random = new Random(seed);
  const all = Array.from({ length: numExperts }, (_, i) => i);
  return Int32Array.from(Array.from({ length: positions }, () => random.shuffle([...all]).slice(0, k)).flat());
}

describe("dispatch plan", () => {
  it("sorts slots by expert, keeping their order within one", () => {
    const plan = planDispatch(Int32Array.of(2, 0, 3, 2, 0, 2), 5);
    expect(Array.from(plan.offsets)).toEqual([0, 2, 2, 5, 6, 6]);
    expect(Array.from(plan.slots)).toEqual([1, 4, 0, 3, 5, 2]);
    expect(Array.from(plan.rows)).toEqual([2, 0, 5, 3, 1, 4]);
  });

  it("may have no slots", () => {
    expect(Array.from(planDispatch(new Int32Array(0), 2).offsets)).toEqual([0, 0, 0]);
  });
});

const shapes: [positions: number, k: number, experts: number, width: number][] = [
  [5, 2, 4, 3],
  [1, 1, 3, 2],
  [3, 4, 4, 5],
];

describe("composed dispatch and combine", () => {
  it.each(shapes)("%i positions, k = %i of %i experts, width %i", async (positions, k, experts, width) => {
    const plan = planDispatch(choices(positions, k, experts), experts);
    const position = (row: number) => Math.floor(plan.slots[row]! / k);
    await expectDefined(
      (x) => composedDispatch(x, plan, k),
      [operand(1, [positions, width])],
      (x) =>
        Float64Array.from(
          { length: positions * k * width },
          (_, i) => x[position(Math.floor(i / width)) * width + (i % width)]!,
        ),
    );
    await expectDefined(
      (y, gates) => composedCombine(y, gates, plan),
      [operand(2, [positions * k, width]), operand(3, [positions, k])],
      (y, gates) => {
        const out = new Float64Array(positions * width);
        for (let i = 0; i < y.length; i++) {
          const row = Math.floor(i / width);
          out[position(row) * width + (i % width)]! += gates[plan.slots[row]!]! * y[i]!;
        }
        return out;
      },
    );
  });
});

describe.skipIf(addon === undefined)("native dispatch and combine", () => {
  it.each([...shapes, [90, 3, 8, 131] as (typeof shapes)[0], [0, 2, 4, 3] as (typeof shapes)[0]])(
    "%i positions, k = %i of %i experts, width %i: agree with the composed ops",
    async (positions, k, experts, width) => {
      const plan = planDispatch(choices(positions, k, experts, 5), experts);
      const [x, y, gates] = [
        operand(4, [positions, width]),
        operand(5, [positions * k, width]),
        operand(6, [positions, k]),
      ];
      await expectNativeAgrees(
        addon!,
        (t) => dispatch(t, plan, k),
        (t) => composedDispatch(t, plan, k),
        [x],
      );
      await expectNativeAgrees(
        addon!,
        (t, g) => combine(t, g, plan),
        (t, g) => composedCombine(t, g, plan),
        [y, gates],
      );
    },
  );
});
