// Source of truth: what an undisturbed run writes, byte for byte. Many more kills: npx tsx test/corpora/sources/kills/main.ts
import { expect, test } from "vitest";
import { runWithKills } from "./run.ts";

test.each(["opus", "hub"] as const)("a corpus of %s that is killed on its way is the same in the end", async (kind) => {
  expect(await runWithKills({ kind, kills: 6, seed: 5, by: "bytes" })).toMatchObject({ killed: 6, differences: [] });
});
