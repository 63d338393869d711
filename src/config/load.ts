/** Reads a YAML configuration file, with command-line overrides on top, and names file, line, section and key in every error. */
import { readFileSync } from "node:fs";
import { type Document, LineCounter, parseDocument } from "yaml";
import { ConfigError } from "../base/errors.ts";
import { withBaseSettings } from "./base-settings.ts";
import type { Config } from "./config.ts";
import { applyOverrides, type Overrides } from "./overrides.ts";
import { configProblems, type Path } from "./problems.ts";
import { resolveSettings } from "./resolve.ts";
import { configSchema } from "./schema.ts";

/**
 * Reads, checks and completes the configuration in `path`; `overrides` are keys with texts as the command line has them. Throws ConfigError, naming
 * file, line, section and key.
 *
 * @example
 * import { loadConfig } from "gnmt-moe";
 *
 * const config = loadConfig("configs/toy/reverse.yaml", { train_steps: "100" });
 * console.log(config.hiddenSize, config.trainSteps);
 */
export function loadConfig(path: string, overrides: Overrides = {}): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError("the configuration file cannot be read", {
      where: `${path} (${(error as NodeJS.ErrnoException).code})`,
      nextStep: "Check the path after --config and its permissions.",
      cause: error,
    });
  }
  return parseConfig(text, path, overrides);
}

/**
 * The same for YAML that is already in memory; `file` names it in errors. Throws ConfigError as `loadConfig` does.
 *
 * @example
 * import { parseConfig } from "gnmt-moe";
 *
 * const yaml = "save_model: models/my\ndata:\n  train: {path_src: a.en, path_tgt: a.de}\n  valid: {path_src: b.en, path_tgt: b.de}\n";
 * const config = parseConfig(yaml, "my.yaml");
 */
export function parseConfig(text: string, file: string, overrides: Overrides = {}): Config {
  const lines = new LineCounter();
  const document = documentOf(text, file, lines);
  const lineAt = (offset: number) => `${file}, line ${lines.linePos(offset).line}`;
  const broken = document.errors[0];
  if (broken !== undefined) {
    const duplicate = broken.code === "DUPLICATE_KEY";
    throw new ConfigError(duplicate ? "a key is given twice" : `not valid YAML: ${broken.message}`, {
      where: lineAt(broken.pos[0]),
      nextStep: duplicate ? "Keep one of the two." : "Correct the line; indent with spaces, and write key: value.",
    });
  }
  const content = contentOf(document, file) ?? {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new ConfigError("the file does not hold keys and values", {
      where: file,
      nextStep: "Write one key: value per line, such as learning_rate: 0.002.",
    });
  }
  const input = withBaseSettings(applyOverrides(content as Record<string, unknown>, overrides));
  const parsed = configSchema.safeParse(input, { jitless: true });
  if (!parsed.success) {
    throw configProblems(parsed.error.issues, input, (path, section) => {
      const place = overrides[path.join(".")] === undefined ? lineOf(path) : `command line, --${path.join(".")}`;
      return `${place}, ${section}`;
    });
  }
  return resolveSettings(parsed.data, file);

  /** The line of the deepest part of a path that is in the file. */
  function lineOf(path: Path): string {
    let place = file;
    let node: unknown = document.contents;
    for (const key of path) {
      const pair = pairOf(node, key);
      if (pair === undefined) break;
      place = lineAt(pair.at);
      node = pair.value;
    }
    return place;
  }
}

/** The parsed text. Errors in it are found in the document, but for nesting deeper than the parser can follow. */
function documentOf(text: string, file: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false });
  } catch (cause) {
    throw new ConfigError(`not valid YAML: ${(cause as Error).message}`, {
      where: file,
      nextStep: "Write one key: value per line; nothing in a configuration is nested deeper than three times.",
      cause,
    });
  }
}

/** Plain values. Aliases that lead nowhere, or to more than can be held, are found only here. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new ConfigError(`not valid YAML: ${(cause as Error).message}`, {
      where: file,
      nextStep: "Correct the alias (*name), or put the value in quotes if it begins with an asterisk.",
      cause,
    });
  }
}

function pairOf(node: unknown, key: PropertyKey): { at: number; value: unknown } | undefined {
  const items = (node as { items?: unknown[] } | undefined)?.items;
  if (items === undefined) return undefined;
  if (typeof key === "number") {
    const value = items[key] as { range?: [number, number, number] } | undefined;
    return value?.range === undefined ? undefined : { at: value.range[0], value };
  }
  for (const item of items as { key?: { value?: unknown; range?: [number, number, number] }; value?: unknown }[]) {
    if (item.key?.range !== undefined && String(item.key.value) === key) {
      return { at: item.key.range[0], value: item.value };
    }
  }
  return undefined;
}
