/**
 * Trains a small mixture-of-experts translator from TypeScript, on text made here (the target is the source backwards), and
 * translates with it:
 *
 *   npx tsx examples/train.ts FOLDER [STEPS]
 *
 * The same command again resumes from the last checkpoint.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  loadTranslationModel,
  resolveConfig,
  runTraining,
  selectBackend,
  Translator,
  trainingReporter,
} from "gnmt-moe";

const [folder = "models/example", steps = "400"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Writes sequences of digits and their reversals; `first` keeps the two files' sequences apart. Returns the corpus's paths. */
function writePairs(name: string, first: number, count: number) {
  const sources = Array.from({ length: count }, (_, i) => [...String((first + i) * 7919)].join(" "));
  const paths = { path_src: join(folder, `${name}.src`), path_tgt: join(folder, `${name}.tgt`) };
  writeFileSync(paths.path_src, sources.map((line) => `${line}\n`).join(""));
  writeFileSync(paths.path_tgt, sources.map((line) => `${line.split(" ").reverse().join(" ")}\n`).join(""));
  return paths;
}

// The keys of a YAML configuration; all others have their defaults. `parseConfig` and `loadConfig` read YAML itself.
const config = resolveConfig({
  save_model: join(folder, "model"),
  data: { train: writePairs("train", 1000, 2000), valid: writePairs("valid", 5000, 50) },
  vocab_size: 24,
  byte_fallback: false,
  hidden_size: 64,
  encoder_layers: 2,
  num_experts: 4,
  num_experts_per_tok: 2,
  expert_hidden_size: 64,
  batch_size: 800,
  train_steps: Number(steps),
  valid_steps: 100,
  report_every: 50,
});

const backend = await selectBackend(config);
// Messages on standard error, log.jsonl and TensorBoard events; any object with these methods will do instead.
const reporter = trainingReporter(config, backend);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort()); // The run saves a checkpoint, then returns.
const { reason, state } = await runTraining(config, reporter, stop.signal);
console.log(`ended after ${state.step} steps (${reason})`);

const { model, ...parts } = await loadTranslationModel(config.saveModel);
for await (const { hypotheses } of new Translator({ model, ...parts }).translate(["1 2 3 4 5 6"])) {
  console.log(`1 2 3 4 5 6 → ${hypotheses[0]?.text}`);
}
model.dispose();
