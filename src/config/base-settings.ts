/** Where a configuration starts from a model (`train_from`), keys about wordpieces and the model that it leaves out are that model's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { sections } from "./schema.ts";

type Input = Readonly<Record<string, unknown>>;

/** Their value in the model's configuration is what its weights were made for. A path of wordpieces is none: those of the directory count. */
const inherited: readonly string[] = [
  "task",
  ...Object.keys(sections.wordpieces).filter((key) => key !== "wordpiece_model"),
  ...Object.keys(sections.model),
  ...Object.keys(sections.experts),
];

/**
 * `input` with those keys. Once a run has begun, its own directory has them too, so that it goes on without the model it started from. Where
 * neither can be read, nothing is added: opening the model says why.
 */
export function withBaseSettings(input: Input): Input {
  const { train_from: base, save_model: own } = input;
  if (typeof base !== "string") return input;
  const settings = readSettings(base) ?? ownSettings(own, base);
  if (settings === undefined) return input;
  const keys = inherited.filter((key) => settings[key] !== undefined && !isDecided(key, input, settings));
  // Tags that a model was trained with stay, even for one language; whether a model without them gets some, the corpora decide.
  if (settings["target_tags"] === true) keys.push("target_tags");
  return { ...Object.fromEntries(keys.map((key) => [key, settings[key]])), ...input };
}

/** Lists by layer go with the number that they stand for, and how many experts are used with how many there are. */
function isDecided(key: string, input: Input, base: Input): boolean {
  const plain = key.replace(/_by_layer$/, "");
  if (plain !== key) return input[plain] !== undefined;
  const wasDense = !(Number(base["num_experts"]) > 1);
  return key === "num_experts_per_tok" && Number(input["num_experts"]) > 1 && wasDense;
}

/** Of a run in `directory` that began from the same model. */
function ownSettings(directory: unknown, base: string): Input | undefined {
  if (typeof directory !== "string") return undefined;
  const settings = readSettings(directory);
  return settings?.["train_from"] === base ? settings : undefined;
}

function readSettings(directory: string): Input | undefined {
  try {
    const content: unknown = parse(readFileSync(join(directory, "config.yaml"), "utf8"));
    return typeof content === "object" && content !== null ? (content as Input) : undefined;
  } catch {
    return undefined;
  }
}
