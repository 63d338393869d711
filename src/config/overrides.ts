/** Command-line overrides: `--learning_rate 0.001`, `--data.corpus_1.weight 3`. Values are text, read as the key's type. */
import { parse } from "yaml";
import { ConfigError } from "../base/errors.ts";
import { unknownKey } from "./problems.ts";
import { type ConfigKey, configKeys, configSchema, corpusKeys, corpusSchema } from "./schema.ts";

/** By key, dots between the parts of a nested one; hyphens are read as underscores except in a corpus name. */
export type Overrides = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** A copy of `content` with the overrides set. Throws ConfigError for a key that does not exist. */
export function applyOverrides(
  content: Readonly<Record<string, unknown>>,
  overrides: Overrides,
): Record<string, unknown> {
  const result = structuredClone(content) as Record<string, unknown>;
  for (const [name, value] of Object.entries(overrides)) {
    const path = overridePath(name);
    const last = path[path.length - 1]!;
    let target = result;
    for (const part of path.slice(0, -1)) {
      if (typeof target[part] !== "object" || target[part] === null) target[part] = {};
      target = target[part] as Record<string, unknown>;
    }
    const shape: Record<string, Checks> = path.length === 1 ? configSchema.shape : corpusSchema.shape;
    target[last] = typeof value === "string" ? readAs(shape[last]!, value) : value;
  }
  return result;
}

/** Splits an override's name into the path of a key, or throws ConfigError with the nearest one. */
function overridePath(name: string): string[] {
  const path = name.split(".");
  const last = path.length - 1;
  path[last] = path[last]!.replaceAll("-", "_");
  const known =
    path.length === 1
      ? configKeys.includes(path[0] as ConfigKey)
      : path[0] === "data" && isCorpusPath(path) && corpusKeys.includes(path[last] as never);
  if (known) return path;
  const { message, nextStep } = unknownKey(path);
  throw new ConfigError(message, { where: `command line, --${name}`, nextStep });
}

/** data.NAME.key, or data.NAME.INDEX.key where NAME is a list. */
function isCorpusPath(path: readonly string[]): boolean {
  return path.length === 3 || (path.length === 4 && /^\d+$/.test(path[2]!));
}

/** The items of a list on the command line, which spaces or commas separate. */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== "");
}

interface Checks {
  safeParse(value: unknown): { success: boolean };
}

/** Text as it stands where the key takes text; otherwise as a YAML value, or a list separated by spaces or commas. */
function readAs(schema: Checks, text: string): unknown {
  if (schema.safeParse(text).success) return text;
  const value = yamlOr(text);
  if (Array.isArray(value) || schema.safeParse(value).success) return value;
  const list = splitList(text).map((part): unknown => (schema.safeParse([part]).success ? part : yamlOr(part)));
  return schema.safeParse(list).success ? list : value;
}

/** The YAML value of a text; the text itself where it is no YAML. */
function yamlOr(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
