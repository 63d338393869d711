// Source of truth: what `npm run mutate` promises, on a project of one function; and today's source, which every mutation must fit.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { namedMutations } from "./list.ts";
import { isNative, type Mutation, mutate, StaleMutation } from "./mutation.ts";
import { type MutationResult, runMutations } from "./run.ts";

const root = join(import.meta.dirname, "..", "..");

describe("the list", () => {
  const mutations = namedMutations();

  it("fits today's source: each text to be found occurs exactly once", () => {
    const sources = new Map<string, string>();
    const stale = mutations.flatMap((mutation) => {
      const path = join(root, mutation.file);
      const text = sources.get(path) ?? (existsSync(path) ? readFileSync(path, "utf8") : "");
      sources.set(path, text);
      try {
        mutate(text, mutation);
        return [];
      } catch (error) {
        return [`${mutation.name}: ${(error as Error).message}`];
      }
    });
    expect(stale).toEqual([]);
  });

  it("has a name of its own for each", () => {
    const names = mutations.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it("names tests that exist, and for C++ always some", () => {
    const named = new Set(mutations.flatMap(({ tests = [] }) => tests));
    expect([...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(mutations.filter((mutation) => isNative(mutation) && mutation.tests === undefined)).toEqual([]);
  });
});

describe("an edit", () => {
  const edit =
    (find: string, replace = "?") =>
    () =>
      mutate("abcab", { name: "", file: "a.ts", find, replace });

  it("takes the text's only place", () => {
    expect(edit("bca")()).toBe("a?b");
    expect(edit("c", "")()).toBe("abab");
  });

  it("is stale where the text is gone, there twice, or would stay", () => {
    expect(edit("x")).toThrow(new StaleMutation("a.ts no longer has the text: x"));
    expect(edit("ab")).toThrow(new StaleMutation("a.ts has this text more than once: ab"));
    expect(edit("c", "c")).toThrow(StaleMutation);
  });
});

describe("a run", () => {
  const files: Record<string, string> = {
    "package.json": '{ "type": "module" }',
    "src/limit.ts":
      "export const limit = (x: number, most: number) => (x > most ? most : x);\nexport const unread = 1 + 1;\n",
    "test/limit.test.ts": `import { expect, it } from "vitest";
import { limit } from "../src/limit.ts";
it("limits", () => expect([limit(1, 2), limit(3, 2)]).toEqual([1, 2]));
`,
    "test/unsound.test.ts": 'import { it } from "vitest";\nit("fails", () => { throw new Error("always"); });\n',
  };

  function fakeProject(): string {
    const project = mkdtempSync(join(tmpdir(), "nmt-fake-project-"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(project, dirname(name)), { recursive: true });
      writeFileSync(join(project, name), text);
    }
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
    return project;
  }

  const sound = { file: "src/limit.ts", tests: ["test/limit.test.ts"] };
  const mutations: Mutation[] = [
    { ...sound, name: "wrong", find: "x > most", replace: "x < most" },
    { file: "src/limit.ts", name: "unread", find: "1 + 1", replace: "1 - 1", tests: ["test/limit.test.ts"] },
    { ...sound, name: "related", find: "? most : x", replace: "? x : most" },
    { ...sound, name: "gone", find: "x >= most", replace: "x < most" },
    { ...sound, name: "no file", file: "src/gone.ts", find: "x", replace: "y" },
    { ...sound, name: "no tests", find: "1 + 1", replace: "3", tests: ["test/gone"] },
    { ...sound, name: "unsound", find: "1 + 1", replace: "3", tests: ["test/unsound.test.ts"] },
  ];
  const { tests: _, ...related } = mutations[2]!;
  mutations[2] = related;

  it("tells what is noticed, by which test, and what is not, and leaves nothing behind", async () => {
    const project = fakeProject();
    const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith("nmt-mutate-"));
    const before = copies();
    const told: MutationResult[] = [];
    const results = await runMutations(mutations, {
      root: project,
      jobs: 1,
      workers: 1,
      patience: 600_000,
      onResult: (result) => told.push(result),
    });
    expect(results.map(({ mutation, verdict, detail }) => [mutation.name, verdict, detail])).toEqual([
      ["wrong", "killed", "test/limit.test.ts: limits"],
      ["unread", "survived", "no test notices it"],
      ["related", "killed", "test/limit.test.ts: limits"],
      ["gone", "stale", "src/limit.ts no longer has the text: x >= most"],
      ["no file", "stale", "src/gone.ts no longer has the text: x"],
      ["no tests", "broken", "there are no tests in test/gone"],
      ["unsound", "broken", "test/unsound.test.ts fails without the mutation too: fails"],
    ]);
    expect(told).toEqual(results);
    expect(readFileSync(join(project, "src/limit.ts"), "utf8")).toBe(files["src/limit.ts"]);
    expect(copies()).toEqual(before);
  }, 300_000);
});
