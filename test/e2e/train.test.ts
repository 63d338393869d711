// Source of truth: an undisturbed run of the same configuration. Text is generated here.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reverseSplits } from "../../data-scripts/reverse.ts";
import { listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { readRunLog } from "../../src/report/run-log.ts";
import { readCheckpoint } from "../checkpoint/whole-checkpoint.ts";
import { nmt, temporaryFolder } from "./nmt-process.ts";

const folder = temporaryFolder();

function writeRun(name: string, extra: Record<string, unknown> = {}): { config: string; model: string } {
  const splits = reverseSplits({ train: 200, valid: 10, test: 1 }, 3);
  for (const split of ["train", "valid"] as const) {
    writeFileSync(join(folder, `${split}.src`), splits[split].map(({ source }) => `${source}\n`).join(""));
    writeFileSync(join(folder, `${split}.tgt`), splits[split].map(({ target }) => `${target}\n`).join(""));
  }
  const model = join(folder, name);
  const settings = {
    save_model: model,
    data: {
      reverse: { path_src: join(folder, "train.src"), path_tgt: join(folder, "train.tgt") },
      valid: { path_src: join(folder, "valid.src"), path_tgt: join(folder, "valid.tgt") },
    },
    vocab_size: 36,
    byte_fallback: false,
    hidden_size: 16,
    encoder_layers: 2,
    dropout: 0.1,
    num_experts: 4,
    expert_hidden_size: 16,
    batch_size: 100,
    train_steps: 60,
    valid_steps: 25,
    valid_max_sentences: 5,
    save_checkpoint_steps: 10,
    keep_checkpoint: 2,
    report_every: 5,
    threads: 1,
    ...extra,
  };
  const config = join(folder, `${name}.yaml`);
  writeFileSync(config, JSON.stringify(settings));
  return { config, model };
}

function lastCheckpoint(model: string) {
  const { path } = listCheckpoints(join(model, "checkpoints")).at(-1)!;
  return readCheckpoint<{ trainSeconds: number }>(path);
}

describe("nmt train", () => {
  const undisturbed = writeRun("undisturbed");
  const whole = nmt(["train", "--config", undisturbed.config]);

  test("trains, validates, prints samples and leaves a model that translates", async () => {
    const { code, stderr } = await whole;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/step 60 \| 100 % \| loss [\d.]+ \| ppl [\d.]+ .* tokens\/s .*encoder\.moe2 cv/);
    expect(stderr).toMatch(/validation at step 50: perplexity [\d.]+, BLEU [\d.]+/);
    const end = readRunLog(join(undisturbed.model, "log.jsonl")).at(-1);
    expect(end).toMatchObject({ event: "end", step: 60, reason: "steps" });
    const translated = await nmt(["translate", "--model", undisturbed.model], { input: "a b c\n\nd e f\n" });
    expect(translated.code, translated.stderr).toBe(0);
    const lines = translated.stdout.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe("");
  });

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "%s in the middle: the same command ends at the same parameters",
    async (signal) => {
      await whole;
      const { config, model } = writeRun(`killed-${signal}`);
      const first = await nmt(["train", "--config", config], { signal: { name: signal, at: "step 25 " } });
      if (signal === "SIGKILL") expect(first.signal).toBe("SIGKILL");
      else expect(first.stderr).toContain("stopped and saved at step");
      const second = await nmt(["train", "--config", config]);
      expect(second.code, second.stderr).toBe(0);
      expect(second.stderr).toMatch(/resuming after step \d+/);
      const [expected, found] = [lastCheckpoint(undisturbed.model), lastCheckpoint(model)];
      expect(found.step).toBe(60);
      expect(found.model).toEqual(expected.model);
      expect(found.optimizer).toEqual(expected.optimizer);
      const steps = readRunLog(join(model, "log.jsonl")).filter(({ event }) => event === "train");
      expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => 5 * (i + 1)));
    },
  );

  test("a finished run trains no further, and more steps go on from it", async () => {
    await whole;
    const again = await nmt(["train", "--config", undisturbed.config]);
    expect(again.code, again.stderr).toBe(0);
    expect(lastCheckpoint(undisturbed.model).step).toBe(60);
  });

  test("a checkpoint of another shape names the first parameter that differs, and the directory stays as it was", async () => {
    await whole;
    const before = readFileSync(join(undisturbed.model, "config.yaml"), "utf8");
    const other = await nmt(["train", "--config", undisturbed.config, "--hidden_size", "24"]);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/encoder\.embedding.*\[36, 16\].*\[36, 24\]|encoder\.embedding.*\[36, 24\]/s);
    expect(readFileSync(join(undisturbed.model, "config.yaml"), "utf8")).toBe(before);
  });

  test("a loss that is not finite stops the run, saves what led to it and names the lines", async () => {
    const { config, model } = writeRun("diverging", { learning_rate: 1e30, max_grad_norm: 0, warmup_steps: 0 });
    const { code, stderr } = await nmt(["train", "--config", config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/(loss|gradient) of step \d+ is not a finite number\n {2}at: corpus lines \d+/);
    const batch = JSON.parse(readFileSync(join(model, "failure", "batch.json"), "utf8")) as { lines: number[] };
    expect(batch.lines.length).toBeGreaterThan(0);
  });
});
