/** Runs native/test: the group of threads, lexicons, vector functions against the C library, products and LSTM layers on every instruction set. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { reportMissingNative } from "./native-required.ts";

const native = fileURLToPath(new URL("../../native/", import.meta.url));
const build = spawnSync(process.execPath, [`${native}build.mjs`, "--test"], { encoding: "utf8" });
const unbuildable = build.stdout.includes("can't be built");
if (unbuildable) reportMissingNative(build.stdout);

test.skipIf(unbuildable)("native checks hold", () => {
  expect(build.status, build.stderr).toBe(0);
  const checks = spawnSync(`${native}build/native_test`, { encoding: "utf8" });
  expect(checks.stdout).not.toContain("FAILED");
  expect(checks.status).toBe(0);
});
