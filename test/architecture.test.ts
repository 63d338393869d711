/** Source of truth: the table of folders in docs/architecture.md, read from there. Imports go one way, and packages stay in their places. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

/** What each folder may import besides itself, from the table of docs/architecture.md; `types` only with `import type`. */
const layers = readTable();

const tensorflow = ["backends", "ops", "layers", "moe", "model", "optim", "training"];
/** npm packages, and the folders that may import them. */
const packages: Record<string, string[]> = {
  "@tensorflow/tfjs": tensorflow,
  "@tensorflow/tfjs-core": tensorflow,
  "@tensorflow/tfjs-backend-cpu": ["backends"],
  "@tensorflow/tfjs-backend-wasm": ["backends"],
  "@tensorflow/tfjs-node": ["backends"],
  "@tensorflow/tfjs-node-gpu": ["backends"],
  yaml: ["config", "cli"],
  zod: ["config"],
  yargs: ["cli"],
};

/** The rows between "| folder |" and the next blank line: name, what it is, what it may import. */
function readTable(): Record<string, { values: string[]; types: string[] }> {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const start = page.indexOf("| folder | what | may import |");
  const rows = page.slice(start, page.indexOf("\n\n", start)).split("\n").slice(2);
  return Object.fromEntries(
    rows.map((row) => {
      const [name, , may] = row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
      const names = may === "–" ? [] : may!.split(", ");
      const types = names.filter((each) => each.endsWith(" (types)")).map((each) => each.replace(" (types)", ""));
      return [name!.replaceAll("`", ""), { values: names.filter((each) => !each.endsWith(" (types)")), types }];
    }),
  );
}

interface Import {
  /** File that imports, from src/. */
  from: string;
  folder: string;
  /** Where it leads: a file from src/, or a package. */
  to: string;
  isPackage: boolean;
  typeOnly: boolean;
  /** `import(…)`, at run time. */
  lazy: boolean;
}

const files = (readdirSync(source, { recursive: true }) as string[]).filter((name) => name.endsWith(".ts")).sort();
const imports = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const code = readFileSync(join(source, from), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = code.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^;"'`]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm,
  );
  return [...found].flatMap(([, type, fixed, dynamic]) => {
    const target = fixed ?? dynamic!;
    if (target.startsWith("node:")) return [];
    const isPackage = !target.startsWith(".");
    const to = isPackage ? target : relative(source, resolve(source, dirname(from), target));
    return [
      { from, folder: from.split("/")[0]!, to, isPackage, typeOnly: type !== undefined, lazy: fixed === undefined },
    ];
  });
}

function allowed({ folder, to, typeOnly }: Import): boolean {
  const { values, types = [] } = layers[folder] ?? { values: [] };
  const within = (place: string) => to === place || to.startsWith(`${place}/`);
  return within(folder) || values.some(within) || (typeOnly && types.some(within));
}

describe("imports", () => {
  it("are seen by this test", () => {
    expect(imports.length).toBeGreaterThan(50);
    for (const { from, to, isPackage } of imports) {
      if (!isPackage) expect(existsSync(join(source, to)), `${from} imports ${to}`).toBe(true);
    }
  });

  it("follow the table of folders", () => {
    const wrong = imports.filter((each) => !each.isPackage && each.folder !== "index.ts" && !allowed(each));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it("use every permission of the table", () => {
    const unused = Object.entries(layers).flatMap(([folder, { values, types }]) =>
      [...values, ...types]
        .filter(
          (place) =>
            !imports.some((each) => each.folder === folder && (each.to === place || each.to.startsWith(`${place}/`))),
        )
        .map((place) => `${folder} → ${place}`),
    );
    expect(unused).toEqual([]);
  });

  it("of packages stay where they belong", () => {
    const packageOf = (name: string) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/");
    const wrong = imports.filter(
      ({ isPackage, to, folder }) => isPackage && !packages[packageOf(to)]?.includes(folder),
    );
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it("form no cycle between files, types apart", () => {
    const next = new Map(
      files.map((name) => [
        name,
        imports.filter(({ from, typeOnly }) => from === name && !typeOnly).map(({ to }) => to),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].join(" → "));
      if (done.has(file)) return;
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  it("that happen at once keep small commands fast: no TensorFlow.js, and no package at all before a command is known", () => {
    const reached = (file: string, seen = new Set<string>()): Set<string> => {
      const eager = imports.filter(({ from, typeOnly, lazy }) => from === file && !typeOnly && !lazy);
      for (const { to } of eager) if (!seen.has(to)) reached(to, seen.add(to));
      return seen;
    };
    const packagesOf = (file: string) => [...reached(file)].filter((name) => !name.endsWith(".ts"));
    expect(packagesOf("cli/main.ts")).toEqual([]);
    for (const command of ["average", "data", "evaluate", "report", "vocab"]) {
      expect(packagesOf(`cli/commands/${command}.ts`).filter((name) => name.startsWith("@tensorflow"))).toEqual([]);
    }
  });

  it("of the table itself form no cycle between folders", () => {
    const seen: string[] = [];
    for (const [folder, { values, types = [] }] of Object.entries(layers)) {
      for (const other of [...values, ...types]) {
        if (!other.startsWith("..")) expect(seen, folder).toContain(other.split("/")[0]);
      }
      seen.push(folder);
    }
  });
});

describe("modules", () => {
  it("stand in the folders of the table", () => {
    const strange = files.filter((name) => !(name.split("/")[0]! in layers) && name !== "index.ts");
    expect(strange).toEqual([]);
  });

  it("open with what they are", () => {
    const silent = files.filter((name) => !readFileSync(join(source, name), "utf8").startsWith("/**"));
    expect(silent).toEqual([]);
  });

  it("are called after one thing", () => {
    const vague = files.filter((name) => /^(utils?|helpers?|common|misc|tools)\.ts$/.test(basename(name)));
    expect(vague).toEqual([]);
  });
});
