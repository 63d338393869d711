/** Model directories: configuration, wordpieces and weights, opened and translated with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { selectBackend } from "../../../src/backends/select.ts";
import { bestText } from "../../../src/decoding/translation.ts";
import { Translator } from "../../../src/decoding/translator.ts";
import { loadTranslationModel } from "../../../src/inference/open-model.ts";
import { writeToyModel } from "../../cli/toy-model-directory.ts";
import { expectThat, type Format } from "../format.ts";

const FILES = ["config.yaml", "wordpiece.model", "model.safetensors"];

export const modelDirectories: Format = {
  name: "model-directory",
  isText: true,
  samples: async (folder) => {
    await selectBackend({ backend: "cpu" });
    writeToyModel(folder);
    return [{ files: Object.fromEntries(FILES.map((name) => [name, readFileSync(join(folder, name))])) }];
  },
  read: async (folder) => {
    const loaded = await loadTranslationModel(folder, { backend: "cpu" });
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
  },
};
