/** Configurations: the files of configs/, and a complete one as a model directory holds it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import { toYaml } from "../../../src/config/write.ts";
import { expectThat, type Format } from "../format.ts";

const CONFIGS = join(import.meta.dirname, "../../../configs");

export const configurations: Format = {
  name: "configuration",
  isText: true,
  samples: () => {
    const paths = (readdirSync(CONFIGS, { recursive: true }) as string[])
      .filter((name) => name.endsWith(".yaml"))
      .sort()
      .map((name) => join(CONFIGS, name));
    const complete = Buffer.from(toYaml(loadConfig(paths[0]!)));
    return [complete, ...paths.map((path) => readFileSync(path))].map((bytes) => ({ files: { "config.yaml": bytes } }));
  },
  read: (folder) => {
    const path = join(folder, "config.yaml");
    const config = loadConfig(path);
    expectThat(loadConfig(path, { seed: "7" }).seed === 7, "an override was not applied");
    expectThat(Number.isSafeInteger(config.hiddenSize) && config.hiddenSize > 0, `hidden_size is ${config.hiddenSize}`);
    toYaml(config);
  },
};
