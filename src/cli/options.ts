/** Command-line options for configuration keys: `nmt train --config F.yaml --learning_rate 0.001 --data.corpus_1.weight 3`. */
import type { Options } from "yargs";
import { UsageError } from "../base/errors.ts";
import { describeKey, type KeyDescription } from "../config/describe.ts";
import { sectionTitles } from "../config/help.ts";
import type { Overrides } from "../config/overrides.ts";
import { type ConfigKey, configKeys, sectionOf } from "../config/schema.ts";
import { isDataOption } from "./data-option.ts";

/** The keys that are options of their own; `data` is set by dotted names. */
const optionKeys = configKeys.filter((key) => key !== "data");

/** One yargs option for each configuration key, grouped by section. None has a yargs default: absent means not overridden. */
export function configOptions(): Record<string, Options> {
  return Object.fromEntries(optionKeys.map((key) => [key, configOption(key)]));
}

function configOption(key: ConfigKey): Options {
  const { kind, choices, help, default: fallback } = describeKey(key);
  const option: Options = {
    group: `${sectionTitles[sectionOf(key)]}:`,
    describe: choices === undefined ? help : `${help} (${choices.join(", ")})`,
    type: optionType(kind, choices),
    ...(kind === "list" && { array: true }),
  };
  if (fallback !== undefined) option.defaultDescription = fallback;
  return option;
}

function optionType(
  kind: KeyDescription["kind"],
  choices: readonly string[] | undefined,
): "number" | "boolean" | "string" {
  return choices === undefined && (kind === "number" || kind === "boolean") ? kind : "string";
}

/** The overrides among parsed arguments: configuration keys and dotted data keys that were given. */
export function configOverrides(args: Readonly<Record<string, unknown>>): Overrides {
  const overrides: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined || !(isDataOption(name) || (optionKeys as string[]).includes(name))) continue;
    const list = !isDataOption(name) && describeKey(name as ConfigKey).kind === "list";
    if (Array.isArray(value) && list) overrides[name] = value.join(" ");
    else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      overrides[name] = value;
    else throw new UsageError(`--${name} is given twice`, { nextStep: "Keep one of the two." });
    if (value === "") throw new UsageError(`--${name} has no value`, { nextStep: `Write --${name} VALUE.` });
  }
  return overrides;
}
