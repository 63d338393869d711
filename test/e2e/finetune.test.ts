// Source of truth: an undisturbed run of the same command, and the files that it leaves. Text is generated here.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { reverseSplits } from "../../data-scripts/reverse.ts";
import { listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { loadConfig } from "../../src/config/load.ts";
import { readCheckpoint } from "../checkpoint/whole-checkpoint.ts";
import { nmt, temporaryFolder } from "./nmt-process.ts";

const folder = temporaryFolder();
const inFolder = (name: string) => join(folder, name);

const write = (name: string, lines: readonly string[]) => {
  writeFileSync(inFolder(name), lines.map((line) => `${line}\n`).join(""));
  return inFolder(name);
};

/** Sources backwards is what the model knows; what it is to learn are sources as they are. */
const splits = reverseSplits({ train: 200, valid: 30, test: 300 }, 3);
const data = Object.fromEntries(
  (["train", "valid"] as const).map((split) => [
    split === "train" ? "reverse" : split,
    {
      path_src: write(
        `${split}.src`,
        splits[split].map(({ source }) => source),
      ),
      path_tgt: write(
        `${split}.tgt`,
        splits[split].map(({ target }) => target),
      ),
    },
  ]),
);
const copies = [...new Set(splits.test.map(({ source }) => source))];
const [sources, targets] = [write("copy.a", copies), write("copy.b", copies)];
const base = inFolder("base");

const options = {
  ...{ model: base, data: [sources, targets], steps: 30, retain_within: 100, learning_rate: 0.003, threads: 1 },
};
const finetune = (output: string, more: Record<string, unknown> = {}) => [
  "finetune",
  ...Object.entries({ ...options, output: inFolder(output), ...more }).flatMap(([name, value]) => [
    `--${name}`,
    ...[value].flat().map(String),
  ]),
];

function lastCheckpoint(output: string) {
  const { step, model, optimizer } = readCheckpoint(
    listCheckpoints(join(inFolder(output), "checkpoints")).at(-1)!.path,
  );
  return { step, model, optimizer };
}

describe("nmt finetune", () => {
  beforeAll(async () => {
    const settings = {
      ...{ save_model: base, data, vocab_size: 36, byte_fallback: false, hidden_size: 16, encoder_layers: 2 },
      ...{ dropout: 0.1, batch_size: 100, train_steps: 40, valid_steps: 20, valid_max_sentences: 5, threads: 1 },
      ...{ num_experts: 2, expert_hidden_size: 16, valid_samples: 0 },
    };
    const config = write("base.yaml", [JSON.stringify(settings)]);
    const { code, stderr } = await nmt(["train", "--config", config]);
    expect(code, stderr).toBe(0);
  });

  let whole: Awaited<ReturnType<typeof nmt>>;

  test("learns, says what changed on both texts, and leaves a model that translates", async () => {
    whole = await nmt(finetune("whole"));
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stderr).toMatch(/text: \d+ pairs to learn, \d+ to stop by and \d+ to measure with/);
    expect(whole.stderr).toMatch(/general text: 200 pairs in 1 corpora; what the model forgets is measured/);
    expect(whole.stderr).toMatch(/validation at step 0: .*; retained: perplexity/);
    const [head, ...rows] = whole.stdout.trim().split("\n");
    expect(head).toMatch(/^held out +texts +BLEU before +after +perplexity per word before +after$/);
    expect(rows.map((row) => row.split(/ +/)[0])).toEqual(["test", "test_general"]);
    const report = JSON.parse(readFileSync(join(inFolder("whole"), "finetune.json"), "utf8"));
    expect(report).toMatchObject({ model: base, steps: 30, comparisons: [{ name: "test" }, { name: "test_general" }] });
    const [learnt] = report.comparisons;
    expect(learnt.after.wordPerplexity).toBeLessThan(learnt.before.wordPerplexity);
    expect(loadConfig(join(inFolder("whole"), "config.yaml"))).toMatchObject({ trainFrom: base, hiddenSize: 16 });
    const translated = await nmt(["translate", "--model", inFolder("whole")], { input: "a b c\n" });
    expect([translated.code, translated.stdout.split("\n").length]).toEqual([0, 2]);
  });

  test.each(["text: ", "starting from", "validation at step 0", "step 16 ", "validation at step 18", "ended at step"])(
    "killed at %j, the same command ends at the same weights and report",
    async (at) => {
      const name = `killed-${at.replace(/\W+/g, "-")}`;
      const first = await nmt(finetune(name), { signal: { name: "SIGKILL", at } });
      expect(first.signal).toBe("SIGKILL");
      const second = await nmt(finetune(name));
      expect(second.code, second.stderr).toBe(0);
      expect(lastCheckpoint(name)).toEqual(lastCheckpoint("whole"));
      expect(second.stdout).toBe(whole.stdout);
      for (const file of ["model.safetensors", "text/domain/valid.source", "finetune.json"]) {
        expect(readFileSync(join(inFolder(name), file)).equals(readFileSync(join(inFolder("whole"), file))), file).toBe(
          true,
        );
      }
    },
  );

  test("--adapter leaves the model as it is, and is translated with beside it; killed, it ends the same", async () => {
    const weights = readFileSync(join(base, "model.safetensors"));
    const adapter = { adapter: 2, learning_rate: 0.01, steps: 20 };
    const whole = await nmt(finetune("adapter", adapter));
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stderr).toMatch(/an adapter of rank 2 beside \d+ parameters/);
    expect(whole.stderr).toContain(`translate with: nmt translate --model ${base} --adapter ${inFolder("adapter")}`);
    expect(readFileSync(join(base, "model.safetensors")).equals(weights)).toBe(true);
    const [learnt] = JSON.parse(readFileSync(join(inFolder("adapter"), "finetune.json"), "utf8")).comparisons;
    expect(learnt.after.wordPerplexity).toBeLessThan(learnt.before.wordPerplexity);
    const first = await nmt(finetune("adapter-killed", adapter), { signal: { name: "SIGKILL", at: "step 12 " } });
    expect(first.signal).toBe("SIGKILL");
    const second = await nmt(finetune("adapter-killed", adapter));
    expect(second.stdout).toBe(whole.stdout);
    const file = (name: string) => readFileSync(join(inFolder(name), "adapter.safetensors"));
    expect(file("adapter-killed").equals(file("adapter"))).toBe(true);
    const options = { input: "a b c\nd e\n" };
    const [plain, adapted] = [
      await nmt(["translate", "--model", base], options),
      await nmt(["translate", "--model", base, "--adapter", inFolder("adapter")], options),
    ];
    expect([plain.code, adapted.code], adapted.stderr).toEqual([0, 0]);
    expect(adapted.stdout.split("\n")).toHaveLength(3);
    const alone = await nmt(["translate", "--model", inFolder("adapter")], options);
    expect(alone.stderr).toContain(`Use --model ${base} --adapter ${inFolder("adapter")}.`);
  });
});
