/** Source of truth: the package as `npm pack` would make it, and the names by which it is imported. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));

describe("package.json", () => {
  const exported = Object.entries(manifest.exports as Record<string, string | { types: string; default: string }>);

  test("exports modules that the build makes of existing sources, and the sources go by the same names", () => {
    const modules = exported.filter(([name]) => name !== "./package.json");
    expect(modules.map(([name]) => name)).toEqual([".", "./metrics", "./text", "./corpora", "./documents"]);
    for (const [name, target] of modules) {
      if (typeof target === "string") throw new Error(`${name} has no types`);
      const source = target.default.replace("./dist/", "./").replace(/\.js$/, ".ts");
      expect(target.types).toBe(target.default.replace(/\.js$/, ".d.ts"));
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(compilerOptions.paths[name.replace(/^\./, "gnmt-moe")]).toEqual([source]);
    }
  });

  test("names one repository everywhere", () => {
    const address = "https://github.com/gnmt-moe/gnmt-moe";
    expect(manifest.repository).toEqual({ type: "git", url: `git+${address}.git` });
    expect(manifest.bugs).toEqual({ url: `${address}/issues` });
    expect(manifest.homepage).toBe(`${address}#readme`);
  });

  test("ships what runs and what it reads, and no tests", () => {
    const command = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const [{ files }] = JSON.parse(execFileSync("npm", command, { cwd: root, encoding: "utf8" }));
    const paths: string[] = files.map((file: { path: string }) => file.path);
    const wanted = ["bin/nmt.js", "src/index.ts", "data-scripts/recipes.ts", "configs/two-cores/quickstart.yaml"];
    for (const path of [
      ...wanted,
      "native/build.mjs",
      "native/src/binding/module.cc",
      "examples/train.ts",
      "deploy/nmt-serve.service",
      "CHANGELOG.md",
    ])
      expect(paths).toContain(path);
    expect(paths.filter((path) => /^(test|bench|experiments|native\/build)\//.test(path))).toEqual([]);
  });
});
