/** Writes a resolved configuration as the `config.yaml` of a model directory: complete, grouped by section, readable again. */
import { stringify } from "yaml";
import { type Config, toSettings } from "./config.ts";
import { type SectionName, sections } from "./schema.ts";

/** Every key with its resolved value. `parseConfig` of the result gives the same configuration. */
export function toYaml(config: Config): string {
  const settings = toSettings(config) as unknown as Record<string, unknown>;
  const blocks = (Object.keys(sections) as SectionName[]).map((name) => {
    const keys = Object.keys(sections[name]).filter((key) => settings[key] !== undefined);
    const block = Object.fromEntries(keys.map((key) => [key, settings[key]]));
    return `# ${name}\n${stringify(block, { flowCollectionPadding: false, collectionStyle: "any" })}`;
  });
  return blocks.join("\n");
}
