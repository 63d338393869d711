/** Xcode's string catalogues (.xcstrings): all languages of a program in one JSON file; plurals and devices by variation. */

import { DataError } from "../../../base/errors.ts";
import { languageLikeness } from "../../../base/languages/language-tags.ts";
import { wholeText } from "../decoded-text.ts";
import { type Importer, type ImportItem, type ImportOptions, pair, type SkipReason, skip } from "../importer.ts";

export const stringCatalogue: Importer = {
  name: "xcstrings",
  title: "a string catalogue of Xcode",
  files: 1,
  needsLanguages: true,
  matches: ({ name }) => name.endsWith(".xcstrings"),
  pairs: async function* (file, options) {
    const text = await wholeText(file);
    const { sourceLanguage = "", strings } = parsed(text, file.path);
    const lines = new KeyLines(text);
    for (const [key, entry] of Object.entries(strings)) {
      const line = lines.lineOf(key);
      const items = isObject(entry)
        ? entryItems(key, entry, String(sourceLanguage), line, options)
        : [skip("malformed", line)];
      if (items.length > 0) yield items;
    }
  },
};

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string, path: string): { sourceLanguage?: unknown; strings: JsonObject } {
  let catalogue: unknown;
  try {
    catalogue = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, `it is no JSON (${(cause as Error).message})`, cause);
  }
  if (isObject(catalogue) && isObject(catalogue["strings"])) return { ...catalogue, strings: catalogue["strings"] };
  throw unreadable(path, 'it has no "strings"');
}

function unreadable(path: string, why: string, cause?: unknown): DataError {
  return new DataError(`The file cannot be read: ${why}.`, {
    where: path,
    nextStep: "Mend the file, or export it again.",
    cause,
  });
}

function entryItems(
  key: string,
  entry: JsonObject,
  keyLanguage: string,
  line: number,
  options: ImportOptions,
): ImportItem[] {
  if (entry["shouldTranslate"] === false) return [skip("not to be translated", line)];
  if (entry["extractionState"] === "stale" && !options.obsolete) return [skip("obsolete", line)];
  const localizations = isObject(entry["localizations"]) ? entry["localizations"] : {};
  const sides = [options.sourceLanguage!, options.targetLanguage!].map((language) => {
    const code = closest(Object.keys(localizations), language);
    if (code !== undefined) return unitsOf(localizations[code]);
    // A key is the text of its language.
    return languageLikeness(keyLanguage, language) > 0
      ? new Map([["", { text: key, state: "translated" }]])
      : new Map();
  }) as [Map<string, Unit>, Map<string, Unit>];
  if (sides.some((units) => units.size === 0)) return [skip("not in both languages", line)];
  return pairedUnits(...sides).map(([source, target]) => {
    const obstacle = obstacleOf(source, options) ?? obstacleOf(target, options);
    return obstacle === undefined ? pair(source.text, target.text, line) : skip(obstacle, line);
  });
}

interface Unit {
  text: string;
  state: string;
}

function obstacleOf({ state }: Unit, options: ImportOptions): SkipReason | undefined {
  if (state === "new") return "not translated";
  return state === "needs_review" && !options.fuzzy ? "fuzzy or to be reviewed" : undefined;
}

function closest(codes: readonly string[], language: string): string | undefined {
  const same = codes.find((code) => languageLikeness(code, language) === 2);
  return same ?? codes.find((code) => languageLikeness(code, language) > 0);
}

/** Texts of a language by variation ("" without one, such as "plural one"), those of substitutions too. */
function unitsOf(localization: unknown, name = "", units = new Map<string, Unit>(), depth = 0): Map<string, Unit> {
  if (!isObject(localization) || depth > 8) return units;
  const { stringUnit, variations, substitutions } = localization;
  if (isObject(stringUnit) && typeof stringUnit["value"] === "string") {
    units.set(name, { text: stringUnit["value"], state: String(stringUnit["state"] ?? "translated") });
  }
  for (const [kind, group] of [...entriesOf(variations), ...entriesOf(substitutions)]) {
    const cases = isObject(group) && isObject(group["variations"]) ? { "": group } : group;
    for (const [value, inner] of entriesOf(cases)) unitsOf(inner, `${name}${kind} ${value} `, units, depth + 1);
  }
  return units;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

/** Units of the same variation; where one side has a single text, it goes with the other's last, which is that of the plural. */
function pairedUnits(sources: Map<string, Unit>, targets: Map<string, Unit>): [Unit, Unit][] {
  const both = [...sources].flatMap(([name, unit]): [Unit, Unit][] =>
    targets.has(name) ? [[unit, targets.get(name)!]] : [],
  );
  if (both.length > 0) return both;
  return [[[...sources.values()].at(-1)!, [...targets.values()].at(-1)!]];
}

/** Finds lines of keys that come in the file's order. */
class KeyLines {
  private readonly text: string;
  private at = 0;
  private line = 1;

  constructor(text: string) {
    this.text = text;
  }

  /** The line of the one before where a key is not found, such as a number, which JSON's objects put first. */
  lineOf(key: string): number {
    const found = this.at < 0 ? -1 : this.text.indexOf(JSON.stringify(key), this.at);
    if (found < 0) {
      this.at = -1;
      return this.line;
    }
    for (let end = this.text.indexOf("\n", this.at); end >= 0 && end < found; end = this.text.indexOf("\n", this.at)) {
      this.line++;
      this.at = end + 1;
    }
    return this.line;
  }
}
