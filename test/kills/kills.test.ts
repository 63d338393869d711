// Source of truth: what an undisturbed run writes, byte for byte. Many more kills: npm run kills
import { join } from "node:path";
import { expect, test } from "vitest";
import { runWithKills } from "./run.ts";
import { TASKS } from "./tasks.ts";

const nmt = ["--import", "tsx", join(import.meta.dirname, "../e2e/nmt-source.ts")];

test.each([
  ["opus", 6, "bytes"],
  ["hub", 6, "bytes"],
  ["import", 3, "time"],
  ["finetune", 3, "time"],
] as const)("%s that is killed %d times on its way has the same files in the end", async (name, kills, by) => {
  const result = await runWithKills({ open: TASKS[name], nmt, kills, seed: 5, by });
  expect(result).toMatchObject({ killed: kills, differences: [] });
});
