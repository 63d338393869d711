/** What help says about a key: its kind of value, choices, default and one line of text. */
import type { z } from "zod";
import { keyHelp } from "./help.ts";
import { type ConfigKey, configSchema, sectionOf } from "./schema.ts";

export interface KeyDescription {
  kind: "number" | "boolean" | "text" | "list" | "corpora";
  /** Present when the value is one of a few names. */
  choices?: readonly string[];
  /** As the file would write it; absent for keys that have no fixed default. */
  default?: string;
  required: boolean;
  help: string;
}

/** Describes one top-level key. */
export function describeKey(key: ConfigKey): KeyDescription {
  let type: z.core.$ZodType = configSchema.shape[key];
  const description: KeyDescription = {
    kind: "text",
    required: !type._zod.optin,
    help: (keyHelp[sectionOf(key)] as Record<string, string>)[key]!,
  };
  for (;;) {
    const def = type._zod.def as z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; defaultValue?: unknown };
    if (def.type === "default") description.default = JSON.stringify(def.defaultValue).replaceAll('"', "");
    if (def.innerType === undefined) break;
    type = def.innerType;
  }
  const { type: kind } = type._zod.def;
  if (kind === "number" || kind === "boolean") description.kind = kind;
  else if (kind === "array") description.kind = "list";
  else if (kind === "record") description.kind = "corpora";
  else if (type._zod.values !== undefined) description.choices = [...type._zod.values].map(String);
  else if (key === "target_tags") description.choices = ["auto", "true", "false"];
  return description;
}
