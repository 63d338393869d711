/** Source of truth: src/config/help.ts. The lines above the fields of `Config`, which editors show, say the same as the help of the keys. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { camelCase } from "../../src/config/config.ts";
import { corpusHelp, keyHelp, sectionTitles } from "../../src/config/help.ts";
import type { SectionName } from "../../src/config/schema.ts";

const source = readFileSync(join(import.meta.dirname, "../../src/config/config.ts"), "utf8");

/** Of an interface: its fields in order, each with its docstring in one line. */
function fieldDocs(name: string): [string, string][] {
  const [, body = ""] = new RegExp(`^export interface ${name} \\{\n(.*?)^\\}`, "ms").exec(source) ?? [];
  const fields = body.matchAll(/(?:\/\*\*((?:(?!\*\/).)*)\*\/\s+)?^ {2}(\w+)\??: /gms);
  return [...fields].map(([, doc = "", field = ""]) => [
    field,
    doc
      .replace(/^ *\* /gm, " ")
      .replace(/\s+/g, " ")
      .trim(),
  ]);
}

const helpDocs = (help: object): [string, string][] =>
  Object.entries(help).map(([key, text]: [string, string]) => [camelCase(key), text]);

test("every field of Config has its key's line of help, in the order of the schema", () => {
  const sections = Object.keys(sectionTitles) as SectionName[];
  expect(fieldDocs("Config")).toEqual(sections.flatMap((section) => helpDocs(keyHelp[section])));
});

test("every field of a corpus has its key's line of help", () => {
  expect(fieldDocs("CorpusConfig")).toEqual(helpDocs(corpusHelp));
});
