// Source of truth: the lines that `nmt train --profile` promises. Text is generated here; no time is judged.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reverseSplits } from "../../data-scripts/reverse.ts";
import { nmt, temporaryFolder } from "./nmt-process.ts";

const folder = temporaryFolder();
const { train } = reverseSplits({ train: 100, valid: 1, test: 1 }, 3);
writeFileSync(join(folder, "train.src"), train.map(({ source }) => `${source}\n`).join(""));
writeFileSync(join(folder, "train.tgt"), train.map(({ target }) => `${target}\n`).join(""));

function run(name: string, extra: Record<string, unknown> = {}) {
  const settings = {
    save_model: join(folder, name),
    data: { reverse: { path_src: join(folder, "train.src"), path_tgt: join(folder, "train.tgt") } },
    ...{ vocab_size: 36, byte_fallback: false, hidden_size: 16, encoder_layers: 2, num_experts: 4 },
    ...{ expert_hidden_size: 16, batch_size: 100, train_steps: 4, threads: 1, ...extra },
  };
  const config = join(folder, `${name}.yaml`);
  writeFileSync(config, JSON.stringify(settings));
  return nmt(["train", "--config", config, "--profile"]);
}

test("shows kernels, what was outside them, and what waited for data", async () => {
  const { code, stderr } = await run("profiled", { backend: "native" });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/kernel +calls +ms +% +GFLOP\/s +GB\/s/);
  expect(stderr).toMatch(/^(?:\w+|\d+ smaller ones) +[\d.]+ +[\d.]+ +[\d.]+ /m);
  expect(stderr).toMatch(/outside kernels +[\d.]+ +[\d.]+/);
  expect(stderr).toMatch(/waiting for data +[\d.]+ +[\d.]+/);
  // The first of four steps is left out.
  expect(stderr).toMatch(/a step, mean of 3 +[\d.]+ +100\.0 /);
});

test("is refused where the kernels are not the native backend's", async () => {
  const { code, stderr } = await run("other", { backend: "cpu" });
  expect(code).toBe(2);
  expect(stderr).toContain("--profile counts the kernels of the native backend");
});
