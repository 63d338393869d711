/** Source of truth: the table of folders in docs/architecture.md, read from there. Imports go one way, and packages stay in their places. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
/** Folders of TypeScript beside `src`; their rows have their names. */
const beside = ["bench", "data-scripts", "experiments", "web"];

/**
 * What each folder may import besides itself, from the table of docs/architecture.md; `types` only with `import type`. A row is for the
 * files of its folder and of those below that have no row; `index` is src/index.ts.
 */
const layers = readTable();

const tensorflow = ["backends", "ops", "layers", "moe", "model", "optim", "training"];
/** npm packages, and the folders that may import them. */
const packages: Record<string, string[]> = {
  "@fluent/syntax": ["corpora"],
  "@tensorflow/tfjs": tensorflow,
  "@tensorflow/tfjs-core": tensorflow,
  "@tensorflow/tfjs-backend-cpu": ["backends"],
  "@tensorflow/tfjs-backend-wasm": ["backends"],
  "@tensorflow/tfjs-node": ["backends"],
  "@tensorflow/tfjs-node-gpu": ["backends"],
  eld: ["data"],
  parse5: ["documents"],
  saxes: ["corpora", "documents"],
  yaml: ["config", "cli", "corpora"],
  zod: ["config", "server", "corpora"],
  hyparquet: ["corpora"],
  "hyparquet-compressors": ["corpora"],
  hono: ["server"],
  "@hono/node-server": ["server"],
  "@hono/zod-openapi": ["server"],
  yargs: ["cli"],
};

/** The rows between "| folder |" and the next blank line: name, what it is, what it may import; a row without a name goes on with the one before. */
function readTable(): Record<string, { values: string[]; types: string[] }> {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const start = page.indexOf("| folder | what | may import |");
  const rows = page.slice(start, page.indexOf("\n\n", start)).split("\n").slice(2);
  const table: Record<string, { values: string[]; types: string[] }> = {};
  let folder = "";
  for (const row of rows) {
    const [name, , may] = row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (name !== "") folder = name!.replaceAll("`", "");
    table[folder] ??= { values: [], types: [] };
    for (const each of may === "–" ? [] : may!.split(", ")) {
      if (each.endsWith(" (types)")) table[folder]!.types.push(each.replace(" (types)", ""));
      else table[folder]!.values.push(each);
    }
  }
  return table;
}

interface Import {
  /** File that imports, from the project's folder. */
  from: string;
  /** Its row of the table. */
  row: string;
  /** Where it leads: a file from the project's folder, or a package. */
  to: string;
  isPackage: boolean;
  typeOnly: boolean;
  /** `import(…)`, at run time. */
  lazy: boolean;
}

const files = ["src", ...beside].flatMap((folder) =>
  (readdirSync(join(root, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .sort(),
);
const imports = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const code = readFileSync(join(root, from), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = code.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^;"'`]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm,
  );
  return [...found].flatMap(([, type, fixed, dynamic]) => {
    const target = fixed ?? dynamic!;
    if (target.startsWith("node:")) return [];
    const isPackage = !target.startsWith(".");
    const to = isPackage ? target : relative(root, resolve(root, dirname(from), target));
    return [{ from, row: rowOf(from), to, isPackage, typeOnly: type !== undefined, lazy: fixed === undefined }];
  });
}

/** The row of the innermost folder that has one; of a file without any, its folder. */
function rowOf(file: string): string {
  const path = file.replace(/^src\//, "").replace(/^index\.ts$/, "index");
  for (let folder = path; folder !== "."; folder = dirname(folder)) if (folder in layers) return folder;
  return dirname(path);
}

function allowed({ row, to, typeOnly }: Import): boolean {
  const { values, types } = layers[row] ?? { values: [], types: [] };
  const target = rowOf(to);
  return target === row || values.includes(target) || (typeOnly && types.includes(target));
}

describe("imports", () => {
  it("are seen by this test", () => {
    expect(imports.length).toBeGreaterThan(50);
    for (const { from, to, isPackage } of imports) {
      if (!isPackage) expect(existsSync(join(root, to)), `${from} imports ${to}`).toBe(true);
    }
  });

  it("follow the table of folders", () => {
    const wrong = imports.filter((each) => !each.isPackage && !allowed(each));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it("use every permission of the table", () => {
    const used = (row: string, target: string, typesToo: boolean) =>
      imports.some((each) => each.row === row && rowOf(each.to) === target && (typesToo || !each.typeOnly));
    const unused = Object.entries(layers).flatMap(([row, { values, types }]) => [
      ...values.filter((target) => !used(row, target, false)).map((target) => `${row} → ${target}`),
      ...types.filter((target) => !used(row, target, true)).map((target) => `${row} → ${target} (types)`),
    ]);
    expect(unused).toEqual([]);
  });

  it("of packages stay where they belong", () => {
    const packageOf = (name: string) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/");
    const wrong = imports.filter(
      ({ from, isPackage, to }) =>
        from.startsWith("src/") && isPackage && !packages[packageOf(to)]?.includes(from.split("/")[1]!),
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
    expect(packagesOf("src/cli/main.ts")).toEqual([]);
    for (const command of ["average", "data", "evaluate", "report", "vocab"]) {
      expect(packagesOf(`src/cli/commands/${command}.ts`).filter((name) => name.startsWith("@tensorflow"))).toEqual([]);
    }
  });

  it("of the table lead to rows above", () => {
    const rows = Object.keys(layers);
    const upwards = rows.flatMap((row, at) =>
      [...layers[row]!.values, ...layers[row]!.types]
        .filter((target) => !rows.slice(0, at).includes(target))
        .map((target) => `${row} → ${target}`),
    );
    expect(upwards).toEqual([]);
  });
});

describe("modules", () => {
  it("stand in the folders of the table", () => {
    expect(files.filter((name) => !(rowOf(name) in layers))).toEqual([]);
  });

  it("of a folder are 20 at most, but in ops", () => {
    const counts = new Map<string, number>();
    for (const name of files.filter((each) => each.startsWith("src/"))) {
      counts.set(dirname(name), (counts.get(dirname(name)) ?? 0) + 1);
    }
    counts.delete("src/ops");
    expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
  });

  it("open with what they are", () => {
    const silent = files.filter(
      (name) => name.startsWith("src/") && !readFileSync(join(root, name), "utf8").startsWith("/**"),
    );
    expect(silent).toEqual([]);
  });

  it("are called after one thing", () => {
    const vague = files.filter((name) => /^(utils?|helpers?|common|misc|tools)\.ts$/.test(basename(name)));
    expect(vague).toEqual([]);
  });
});
