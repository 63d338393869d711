// Source of truth: what the command promises: every run leaves a result, none is run twice, pages say what is missing.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunResult } from "../../experiments/experiment.ts";
import { toyCorpus } from "./toy-corpus.ts";

const data = toyCorpus();

function experiment(name: string, folder: string, ...argv: string[]): Promise<{ code: number | null; stderr: string }> {
  const main = join(import.meta.dirname, "..", "..", "experiments", "main.ts");
  const places = ["--data", data, "--work", join(folder, "work"), "--out", join(folder, "out")];
  const sizes = ["--hidden", "8", "--expert-hidden", "8", "--experts", "4", "--k", "2", "--vocab", "290"];
  const options = [...places, ...sizes, "--batch-tokens", "100", "--threads", "2", "--parallel", "2", "--steps", "4"];
  const child = spawn(process.execPath, ["--import", "tsx", main, name, ...options, ...argv], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

const newFolder = () => mkdtempSync(join(tmpdir(), "nmt-experiment-"));

test.concurrent("balance: runs leave results, the same command runs nothing again", async () => {
  const folder = newFolder();
  const rows = ["--only", "importance-1-load-1"];
  const first = await experiment("balance", folder, ...rows);
  expect(first.code, first.stderr).toBe(0);
  const results = join(folder, "work", "balance", "results");
  const files = readdirSync(results);
  expect(files).toHaveLength(1);
  const result = JSON.parse(readFileSync(join(results, files[0]!), "utf8")) as RunResult;
  expect(result.steps).toBe(4);
  expect(result.curve.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(result.testPerplexity).toBeGreaterThan(1);
  expect(result.trainBalance).toHaveLength(4);
  const { shares, positions } = result.heldOutUse["moe1"]!;
  expect(positions).toBeGreaterThan(10);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2, 9);
  const [model] = readdirSync(join(folder, "work", "balance", "runs"));
  const kept = readdirSync(join(folder, "work", "balance", "runs", model!));
  expect(kept).toContain("model.safetensors");
  expect(kept).not.toContain("checkpoints");
  const again = await experiment("balance", folder, ...rows);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain("1 of 1 runs are done");
  expect(again.stderr).not.toContain("running");
  expect(readFileSync(join(folder, "out", "balance.md"), "utf8")).toContain(
    "Not run yet: importance-0-load-0 (seed 1)",
  );
});

test.concurrent("translation: systems are compared sentence by sentence", async () => {
  const folder = newFolder();
  const options = ["--corpus", "multi30k", "--seeds", "1", "--beam", "1", "--variants", "dense,strict"];
  const { code, stderr } = await experiment("translation", folder, ...options);
  expect(code, stderr).toBe(0);
  const page = readFileSync(join(folder, "out", "translation-multi30k.md"), "utf8");
  expect(page).toMatch(/### strict against dense\n\n\|.*\n\|.*\n\| 1 \| [+−]?[\d.]+ \|/);
  expect(page).toMatch(/\| 1 \| decoder\.moe1 \| 50\.0 % \|/);
  expect(page).not.toContain("Not run yet");
  expect(existsSync(join(folder, "out", "translation-multi30k-perplexity.svg"))).toBe(true);
});

test.concurrent("an experiment that is not there is an error that names those that are", async () => {
  const { code, stderr } = await experiment("speed", newFolder());
  expect(code).toBe(2);
  expect(stderr).toContain("Use one of balance, capacity, translation.");
});
