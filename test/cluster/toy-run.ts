/** A training run of seconds, whose end doesn't depend on how often it was stopped. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reverseSplits } from "../../data-scripts/reverse.ts";
import { listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { readCheckpoint } from "../checkpoint/whole-checkpoint.ts";

/** Writes corpus and configuration into a folder. */
export function writeRun(
  folder: string,
  name: string,
  extra: Record<string, unknown> = {},
): { config: string; model: string; valid: string } {
  const splits = reverseSplits({ train: 200, valid: 10, test: 1 }, 3);
  for (const split of ["train", "valid"] as const) {
    for (const side of ["source", "target"] as const) {
      writeFileSync(join(folder, `${split}.${side}`), splits[split].map((pair) => `${pair[side]}\n`).join(""));
    }
  }
  const paths = (split: string) => ({
    path_src: join(folder, `${split}.source`),
    path_tgt: join(folder, `${split}.target`),
  });
  const model = join(folder, name);
  const settings = {
    ...{ save_model: model, data: { reverse: paths("train"), valid: paths("valid") }, vocab_size: 36 },
    ...{ byte_fallback: false, hidden_size: 16, encoder_layers: 2, num_experts: 6, expert_hidden_size: 16 },
    ...{ dropout: 0.1, batch_size: 50, train_steps: 60, valid_steps: 30, valid_max_sentences: 5 },
    ...{ save_checkpoint_steps: 10, keep_checkpoint: 2, report_every: 5, threads: 1 },
    ...extra,
  };
  const config = join(folder, `${name}.yaml`);
  writeFileSync(config, JSON.stringify(settings));
  return { config, model, valid: paths("valid").path_src };
}

/** Step and all numbers of the last checkpoint, by name. Throws where it is damaged. */
export function lastCheckpoint(model: string): { step: number; numbers: Record<string, Float32Array> } {
  const { path } = listCheckpoints(join(model, "checkpoints")).at(-1)!;
  const { step, model: arrays, optimizer } = readCheckpoint(path);
  return {
    step,
    numbers: Object.fromEntries([...arrays, ...optimizer].map(({ name, data }) => [name, data as Float32Array])),
  };
}
