/** A model directory with a small untrained language model of four experts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeBestModel } from "../../src/checkpoint/write-checkpoint.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { toYaml } from "../../src/config/write.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import { languageModelOptions } from "../../src/model/options.ts";
import { namedArrays } from "../../src/training/run-files.ts";
import { toyWordpieces } from "./toy-model-directory.ts";

/** The current backend makes the parameters. */
export function writeToyLanguageModel(directory: string): void {
  const config = resolveConfig({
    task: "language_model",
    save_model: directory,
    train_steps: 1,
    data: { text: { path_src: "x" } },
    hidden_size: 12,
    num_experts: 4,
    expert_hidden_size: 8,
    param_init: 0.6,
  });
  const wordpieces = toyWordpieces([]);
  const model = new LanguageModel(languageModelOptions(config, wordpieces), { seed: 4 });
  writeFileSync(join(directory, "config.yaml"), toYaml(config));
  wordpieces.save(join(directory, "wordpiece.model"));
  writeBestModel(directory, 1, namedArrays(model.parameters));
  model.dispose();
}
