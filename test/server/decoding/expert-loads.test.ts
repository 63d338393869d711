/** Source of truth: sums worked out by hand. */
import { expect, test } from "vitest";
import { ExpertLoads } from "../../../src/server/decoding/expert-loads.ts";

test("loads of one directory's layers add up, whatever the number of experts of a version, and others stay apart", () => {
  const loads = new ExpertLoads()
    .add({ directory: "a", layers: [{ layer: "decoder.moe1", experts: [1, 2], positions: 2 }] })
    .add({ directory: "b", layers: [{ layer: "decoder.moe1", experts: [9], positions: 9 }] })
    .addAll([
      {
        directory: "a",
        layers: [
          { layer: "encoder.moe2", experts: [4], positions: 4 },
          { layer: "decoder.moe1", experts: [10, 20, 30], positions: 40 },
        ],
      },
      { directory: "a", layers: [{ layer: "decoder.moe1", experts: [100], positions: 100 }] },
    ]);
  expect(loads.list()).toEqual([
    {
      directory: "a",
      layers: [
        { layer: "decoder.moe1", experts: [111, 22, 30], positions: 142 },
        { layer: "encoder.moe2", experts: [4], positions: 4 },
      ],
    },
    { directory: "b", layers: [{ layer: "decoder.moe1", experts: [9], positions: 9 }] },
  ]);
});

test("counts of memory add up too; what models that are gone had in memory is gone", () => {
  const memory = { bytes: 100, uses: 9, packed: 5, letGo: 3 };
  const load = { directory: "a", layers: [], memory };
  const loads = new ExpertLoads().add(load).addEnded([load, { directory: "b", layers: [] }]);
  expect(loads.list()).toEqual([
    { directory: "a", layers: [], memory: { bytes: 100, uses: 18, packed: 10, letGo: 6 } },
    { directory: "b", layers: [] },
  ]);
});
