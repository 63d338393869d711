/** Adapters beside small untrained models, large enough to be told from none. */
import { mkdirSync } from "node:fs";
import { writeAdapter } from "../../src/checkpoint/adapter.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { modelIdentity } from "../../src/checkpoint/model-identity.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";

/** Writes the directory of an adapter of one matrix; others of it for other seeds. */
export function writeToyAdapter(directory: string, model: string, seed: number): void {
  const matrix = "decoder.lstm1.input_weights";
  const { weights } = modelPaths(model);
  const [rows, columns] = readSafetensors(weights).tensors.find(({ name }) => name === matrix)!.shape as [
    number,
    number,
  ];
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 3 * i));
  const factors = [
    { name: `${matrix}.lora_a`, shape: [rows, 2], data: numbers(2 * rows) },
    { name: `${matrix}.lora_b`, shape: [2, columns], data: numbers(2 * columns) },
  ];
  mkdirSync(directory);
  writeAdapter(modelPaths(directory).adapter, factors, { base: modelIdentity(weights), scale: 4, step: 1 });
}
