/** A large model of random weights, written without having all of it as tensors of TensorFlow.js: few experts are drawn, and stand there again and again. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { selectBackend } from "../src/backends/select.ts";
import { Random } from "../src/base/random.ts";
import { openModelDirectory } from "../src/checkpoint/model-directory.ts";
import type { NamedArray } from "../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../src/checkpoint/write-safetensors.ts";
import { loadConfig } from "../src/config/load.ts";
import { toYaml } from "../src/config/write.ts";
import { quantizeWeights } from "../src/engine/quantize-weights.ts";
import { seq2seqOptions } from "../src/model/options.ts";
import { Seq2Seq } from "../src/model/seq2seq.ts";
import { loadModelWordpieces } from "../src/text/model-wordpieces.ts";
import { namedArrays } from "../src/training/run-files.ts";

export interface RandomModelOptions {
  /** Of each of two layers. */
  experts: number;
  /** Weights as nmt quantize writes them. */
  quantized?: boolean;
}

/** Width of the model, hidden units of an expert. */
export const [RANDOM_WIDTH, RANDOM_EXPERT_HIDDEN] = [512, 1024];
/** Experts that are drawn. */
const DRAWN = 4;

/** The model of `directory`, with its wordpieces, as large as `experts` make it; gates are drawn too, so that positions choose any expert. */
export async function writeRandomModel(
  directory: string,
  folder: string,
  { experts, quantized = false }: RandomModelOptions,
): Promise<void> {
  const files = openModelDirectory(directory);
  const configOf = (count: number) =>
    loadConfig(join(directory, "config.yaml"), {
      ...{ hidden_size: RANDOM_WIDTH, lstm_cell_size: RANDOM_WIDTH, embedding_size: RANDOM_WIDTH },
      ...{ num_experts: count, expert_hidden_size: RANDOM_EXPERT_HIDDEN, expert_output_init: 1 },
      ...{ moe_encoder_after: "2", moe_decoder_after: "1", gating: "noisy_top_k", param_init: 0.3, save_model: folder },
    });
  const config = configOf(experts);
  copyFileSync(files.wordpieceModelPath, join(folder, "wordpiece.model"));
  writeFileSync(join(folder, "config.yaml"), toYaml(config));
  await selectBackend({ backend: "native" });
  const wordpieces = loadModelWordpieces(files.wordpieceModelPath, config);
  const small = new Seq2Seq(seq2seqOptions(configOf(DRAWN), wordpieces), { seed: 1 });
  const path = join(folder, "model.safetensors");
  let tensors = namedArrays(small.parameters);
  small.dispose();
  if (quantized) {
    writeSafetensors(path, tensors);
    tensors = quantizeWeights(path);
  }
  writeSafetensors(
    path,
    tensors.map((tensor) => enlarged(tensor, experts)),
  );
}

/** Experts' tensors with all of them, gates' matrices drawn for as many; others as they are. */
function enlarged(tensor: NamedArray, experts: number): NamedArray {
  const { name, shape, data } = tensor;
  if (name.includes(".experts.")) {
    const size = data.length / DRAWN;
    const repeated = new (data.constructor as typeof Float32Array)(size * experts);
    for (let e = 0; e < experts; e++) {
      const own = (data as Float32Array).subarray((e % DRAWN) * size, ((e % DRAWN) + 1) * size);
      repeated.set(own, e * size);
    }
    return { name, shape: [experts, ...shape.slice(1)], data: repeated };
  }
  if (!/\.gate\.(noise_)?weights$/.test(name)) return tensor;
  const random = new Random(1, name.length);
  const values = Float32Array.from({ length: RANDOM_WIDTH * experts }, () => random.uniform() - 0.5);
  return { name, shape: [RANDOM_WIDTH, experts], data: values };
}
