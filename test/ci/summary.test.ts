/** Source of truth: what .ci/run promises: an unlisted skip fails, files that do not load fail, the counts stand alone in the last line. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "nmt-summary-"));

type Tests = Record<string, "passed" | "failed" | "skipped" | "pending" | "todo">;

function summary(files: Record<string, Tests>, allowed: string) {
  const testResults = Object.entries(files).map(([name, tests]) => ({
    name: join(root, name),
    status: Object.keys(tests).length === 0 || Object.values(tests).includes("failed") ? "failed" : "passed",
    message: "",
    assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
  }));
  const paths = ["results.json", "allowed"].map((name) => join(folder, name)) as [string, string];
  writeFileSync(paths[0], JSON.stringify({ testResults }));
  writeFileSync(paths[1], allowed);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, ".ci/summary.mjs"), ...paths], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, last: stdout.trimEnd().split("\n").at(-1), stderr };
}

describe("the summary", () => {
  test("counts, and passes with skips that are listed by file and by name", () => {
    const files: Record<string, Tests> = {
      "test/a.test.ts": { one: "passed", two: "skipped" },
      "test/b.test.ts": { "with a package": "pending", three: "passed" },
    };
    const allowed = "# why\ntest/a.test.ts | * | no data\n\ntest/b.test.ts | a package | optional\n";
    expect(summary(files, allowed)).toEqual({ status: 0, last: "2 passed, 0 failed, 2 skipped", stderr: "" });
  });

  test.each(["skipped", "pending", "todo"] as const)("fails where a test is %s that is not listed", (state) => {
    const allowed = "test/b.test.ts | * | another file\ntest/a.test.ts | another name | no data\n";
    const { status, last, stderr } = summary({ "test/a.test.ts": { one: "passed", "suite two": state } }, allowed);
    expect({ status, last }).toEqual({ status: 1, last: "1 passed, 1 failed, 0 skipped" });
    expect(stderr).toContain("test/a.test.ts | suite two");
  });

  test("fails where a test fails, and where a file does not load", () => {
    const { status, last } = summary({ "test/a.test.ts": { one: "failed" }, "test/b.test.ts": {} }, "");
    expect({ status, last }).toEqual({ status: 1, last: "0 passed, 2 failed, 0 skipped" });
  });

  test("wants a reason for every line of the list", () => {
    expect(summary({ "test/a.test.ts": { one: "passed" } }, "test/a.test.ts | *\n")).toMatchObject({ status: 1 });
  });
});

test("every file of the list exists", () => {
  const lines = readFileSync(join(root, ".ci/allowed-skips"), "utf8").split("\n");
  const files = lines.filter((line) => line.includes("|") && !line.startsWith("#")).map((line) => line.split(" |")[0]!);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(() => readFileSync(join(root, file)), file).not.toThrow();
});
