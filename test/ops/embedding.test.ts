/** Source of truth: rows by index, in double precision, and central differences of it. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { composedEmbedding, embedding } from "../../src/ops/embedding.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, onNative, operand, runOp } from "./op-outcomes.ts";

const addon = nativeAddon();

const cases = {
  "repeated and unused rows": { rows: 7, width: 5, ids: Int32Array.of(3, 0, 3, 6, 3, 1) },
  "one id": { rows: 2, width: 3, ids: Int32Array.of(1) },
};

describe("composed embedding", () => {
  it.each(Object.entries(cases))("is a choice of rows: %s", async (_, { rows, width, ids }) => {
    await expectDefined(
      (table) => composedEmbedding(table, ids),
      [operand(1, [rows, width])],
      (table) =>
        Float64Array.from(
          { length: ids.length * width },
          (_, i) => table[ids[Math.floor(i / width)]! * width + (i % width)]!,
        ),
    );
  });
});

describe.skipIf(addon === undefined)("native embedding", () => {
  const random = new Random(3);
  const many = {
    rows: 100,
    width: 129,
    ids: Int32Array.from({ length: 280 }, () => Math.min(random.integer(140), 99)),
  };
  const all = { ...cases, "enough for several threads": many, "no ids": { rows: 4, width: 2, ids: new Int32Array(0) } };

  it.each(Object.entries(all))("agrees with the composed op: %s", async (_, { rows, width, ids }) => {
    const table = operand(2, [rows, width]);
    await expectNativeAgrees(
      addon!,
      (t) => embedding(t, ids),
      (t) => composedEmbedding(t, ids),
      [table],
    );
  });

  it("refuses ids outside the table", async () => {
    await onNative(addon!, () => {
      for (const id of [-1, 7]) {
        expect(() => runOp((t) => embedding(t, Int32Array.of(id)), [operand(1, [7, 5])])).toThrow(/out of range/);
      }
    });
  });
});
