/** Model directories: configuration, wordpieces and weights, opened and translated with: as layers, and on the engine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { probeBackend, selectBackend } from "../../../src/backends/select.ts";
import type { BackendName } from "../../../src/base/engine-names.ts";
import { modelPaths } from "../../../src/checkpoint/model-directory.ts";
import { writeSafetensors } from "../../../src/checkpoint/write-safetensors.ts";
import { bestText } from "../../../src/decoding/translation.ts";
import { Translator } from "../../../src/decoding/translator.ts";
import { quantizeWeights } from "../../../src/engine/quantize-weights.ts";
import { loadTranslationModel } from "../../../src/inference/open-model.ts";
import { writeToyModel } from "../../cli/toy-model-directory.ts";
import { expectThat, type Format, type Sample } from "../format.ts";

const FILES = ["config.yaml", "wordpiece.model", "model.safetensors"];

export const modelDirectories: Format = {
  name: "model-directory",
  isText: true,
  samples: async (folder) => [await toySample(folder)],
  read: (folder) => translateWith("cpu", folder),
};

/** Weights of other programs have no checksums: what is damaged in them comes to the addon. */
export const engineDirectories: Format = {
  name: "engine-model-directory",
  samples: async (folder) => {
    const { files } = await toySample(folder);
    const { weights } = modelPaths(folder);
    const plain = { files: { ...files, "model.safetensors": withoutMetadata(readFileSync(weights)) } };
    if (!(await probeBackend("native")).usable) return [plain];
    writeSafetensors(weights, quantizeWeights(weights));
    return [plain, { files: { ...files, "model.safetensors": withoutMetadata(readFileSync(weights)) } }];
  },
  damages: (path) => path === "model.safetensors",
  read: async (folder) => {
    const { usable } = await probeBackend("native");
    await translateWith(usable ? "native" : "cpu", folder);
  },
};

async function toySample(folder: string): Promise<Sample> {
  await selectBackend({ backend: "cpu" });
  writeToyModel(folder);
  return { files: Object.fromEntries(FILES.map((name) => [name, readFileSync(join(folder, name))])) };
}

async function translateWith(backend: BackendName, folder: string): Promise<void> {
  const loaded = await loadTranslationModel(folder, { backend, threads: 1 });
  try {
    const translator = new Translator(loaded, { beamSize: 2 });
    let translated = 0;
    for await (const each of translator.translate(["ab cd", "f"])) {
      expectThat(typeof bestText(each) === "string", "a translation is no text");
      translated++;
    }
    expectThat(translated === 2, "a line has no translation");
  } finally {
    loaded.model.dispose();
  }
}

function withoutMetadata(file: Buffer): Buffer {
  const length = Number(file.readBigUInt64LE());
  const { __metadata__: _, ...tensors } = JSON.parse(file.toString("utf8", 8, 8 + length)) as Record<string, unknown>;
  const json = Buffer.from(JSON.stringify(tensors).padEnd(length));
  return Buffer.concat([file.subarray(0, 8), json, file.subarray(8 + length)]);
}
