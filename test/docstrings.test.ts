/** Source of truth: the sources and the compiler. What the package offers has a docstring with an example, and every example compiles. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const { paths } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")).compilerOptions as {
  paths: Record<string, string[]>;
};
/** The files that the package's names stand for, from the root. */
const entries = Object.values(paths).flatMap((files) => files.map((file) => join(file)));

interface Exported {
  file: string;
  name: string;
}

/** Functions and classes that an entry file passes on, by the files that declare them. */
function exportsOf(entry: string): Exported[] {
  return [...sourceOf(entry).matchAll(/^export (\*|\{[^}]*\}) from "([^"]+)";/gm)].flatMap(
    ([, names = "", from = ""]) => {
      const file = join(dirname(entry), from);
      if (file.endsWith("index.ts")) return exportsOf(file).filter(({ name }) => names.includes(name));
      const declared = [...sourceOf(file).matchAll(/^export (?:async )?(?:abstract )?(?:function|class) (\w+)/gm)];
      const all = declared.map(([, name = ""]) => name);
      const passed = names === "*" ? all : names.split(/[{},]/).map((name) => name.trim());
      return all.filter((name) => passed.includes(name)).map((name) => ({ file, name }));
    },
  );
}

const sourceOf = (file: string) => readFileSync(join(root, file), "utf8");

/** The lines of the comment that stands before a declaration, without its stars; empty if there is none. */
function docstringOf({ file, name }: Exported): string[] {
  const declaration = new RegExp(`^export (async )?(abstract )?(function|class) ${name}\\b`, "m");
  const before = sourceOf(file).slice(0, sourceOf(file).search(declaration));
  if (!before.endsWith("*/\n")) return [];
  return before
    .slice(before.lastIndexOf("/**"))
    .split("\n")
    .map((line) => line.replace(/^\/\*\* ?| ?\*\/$|^ \* ?/g, ""));
}

function exampleOf(exported: Exported): string {
  const [, ...lines] = docstringOf(exported)
    .join("\n")
    .split(/^@example ?/m);
  return lines.join("\n").trim();
}

/** Errors say in a line when they are thrown; their base class has the example. */
const isError = ({ file, name }: Exported) =>
  file === "src/base/errors.ts" && /.Error$/.test(name) && name !== "NmtError";
const offered = [
  ...new Map(entries.flatMap(exportsOf).map((exported) => [`${exported.file} ${exported.name}`, exported])).values(),
];
const shown = offered.filter((exported) => !isError(exported));

describe("docstrings of what the package offers", () => {
  it("are found by this test", () => {
    const names = offered.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["Translator", "corpusBleu", "WordpieceTrainer", "download", "DataError"]),
    );
  });

  it.each(offered)("$name ($file) says what it is", (exported) => {
    expect(docstringOf(exported).join("").length).toBeGreaterThan(20);
  });

  it.each(shown)("$name ($file) has an example that uses it", (exported) => {
    expect(exampleOf(exported)).toMatch(new RegExp(`import \\{[^}]*\\b${exported.name}\\b[^}]*\\} from "gnmt-moe`));
  });

  it("have examples that compile", () => {
    const folder = mkdtempSync(join(tmpdir(), "nmt-docstrings-"));
    mkdirSync(join(folder, "examples"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const fileOf = ({ name }: Exported, i: number) => join(folder, "examples", `${name}-${i}.ts`);
    shown.forEach((exported, i) => {
      writeFileSync(fileOf(exported, i), exampleOf(exported));
    });
    const compilerOptions = { noUnusedLocals: false, typeRoots: [join(root, "node_modules/@types")] };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["examples"] }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});
