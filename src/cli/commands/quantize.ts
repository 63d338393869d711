/** `nmt quantize`: a model with 8-bit weights, a quarter of the size. */
import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { modelPaths, openModelDirectory } from "../../checkpoint/model-directory.ts";
import { identityMetadata } from "../../checkpoint/model-identity.ts";
import { writeSafetensors } from "../../checkpoint/write-safetensors.ts";
import { quantizeWeights } from "../../engine/quantize-weights.ts";
import { logSizes, newModelPaths } from "../output-model.ts";

interface QuantizeArguments {
  model: string;
  output: string;
}

export const quantizeCommand: CommandModule<object, QuantizeArguments> = {
  command: "quantize",
  describe: "Write a model with 8-bit weights: a quarter of the size, and faster to translate with",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("output", { type: "string", demandOption: true, describe: "Model directory to write" }),
  handler: ({ model, output }) => {
    const { wordpieceModelPath, weightsPath } = openModelDirectory(model);
    const target = newModelPaths(output);
    const weights = quantizeWeights(weightsPath);
    writeFileAtomic(target.config, readFileSync(modelPaths(model).config));
    writeFileAtomic(target.wordpieces, readFileSync(wordpieceModelPath));
    writeSafetensors(target.weights, weights, { quantization: "int8", ...identityMetadata(weightsPath) });
    logSizes(weightsPath, target.weights);
  },
};
