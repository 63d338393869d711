/** `nmt finetune` of a tiny model on a translation memory: of all weights, with new wordpieces, and of an adapter. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reverseSplits } from "../../data-scripts/reverse.ts";
import { tmxOf } from "./import-task.ts";
import type { OpenTask } from "./kill-task.ts";
import { runContent } from "./run-content.ts";

/** `options`: more of the command. */
export const finetuneTask =
  (options: readonly string[]): OpenTask =>
  async (folder, { nmt, seed }) => {
    // Sources backwards is what the model knows; what it is to learn are sources as they are.
    const splits = reverseSplits({ train: 200, valid: 30, test: 300 }, seed);
    const write = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const corpus = (split: "train" | "valid") => {
      const side = (of: "source" | "target") => splits[split].map((pair) => `${pair[of]}\n`).join("");
      const paths = {
        path_src: write(`${split}.src`, side("source")),
        path_tgt: write(`${split}.tgt`, side("target")),
      };
      return { ...paths, src_lang: "en", tgt_lang: "de" };
    };
    const base = join(folder, "base");
    const settings = {
      ...{ save_model: base, data: { train: corpus("train"), valid: corpus("valid") }, vocab_size: 36 },
      ...{ byte_fallback: false, hidden_size: 16, encoder_layers: 2, num_experts: 2, expert_hidden_size: 16 },
      ...{ dropout: 0.1, batch_size: 100, train_steps: 40, valid_steps: 20, valid_max_sentences: 5, threads: 1 },
    };
    const config = write("base.yaml", JSON.stringify(settings));
    const trained = spawnSync(process.execPath, [...nmt, "train", "--config", config], { encoding: "utf8" });
    if (trained.status !== 0) throw new Error(`the model was not trained: ${trained.stderr}`);
    const copies = [...new Set(splits.test.map(({ source }) => source))];
    const memory = write("copies.tmx", tmxOf(copies.map((text) => [text, text])));
    const output = join(folder, "finetuned");
    const fixed = ["--steps", "30", "--retain_within", "100", "--learning_rate", "0.003", "--threads", "1"];
    return {
      words: [...nmt, "finetune", "--model", base, "--data", memory, "--output", output, ...fixed, ...options],
      output,
      kept: [],
      contentOf: runContent,
      close: () => {},
    };
  };
