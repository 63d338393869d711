/** Source of truth: what each program of examples/ says at its head. They run as a reader runs them, from the sources. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { writeToyModel } from "../cli/toy-model-directory.ts";

const root = resolve(import.meta.dirname, "../..");
const newFolder = () => mkdtempSync(join(tmpdir(), "nmt-example-"));

function run(
  name: string,
  args: string[],
  input = "",
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", join("examples", name), ...args], { cwd: root });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(input);
  return new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
}

describe("examples", () => {
  test("translate.ts gives each line a translation", async () => {
    const model = newFolder();
    await selectBackend({ backend: "cpu" });
    writeToyModel(model);
    const { code, stdout, stderr } = await run("translate.ts", [model], "ab\n\nfed\n");
    expect(code, stderr).toBe(0);
    expect(stdout.split("\n")).toHaveLength(4);
    expect(stdout.split("\n")[1]).toBe("\t-");
    expect(stderr).toContain("3 lines, 1 of them blank");
  });

  test("score.ts prints scores with signatures, and which systems differ", async () => {
    const [reference, good, poor] = ["a", "good", "poor"].map((name) => `test/metrics/golden/extract/de.${name}.txt`);
    const { code, stdout, stderr } = await run("score.ts", [reference!, good!, poor!]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/de\.good\.txt: BLEU\|nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\S* = [\d.]+ /);
    expect(stdout).toMatch(/BLEU [\d.]+: .*poor\.txt differs from .*good\.txt \(p = 0\.00/);
  });

  test("train.ts trains, resumes, and its model translates", async () => {
    const folder = newFolder();
    const first = await run("train.ts", [folder, "4"]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/ended after 4 steps \(steps\)\n1 2 3 4 5 6 → /);
    const second = await run("train.ts", [folder, "6"]);
    expect(second.stderr).toContain("resuming after step 4");
    expect(second.stdout).toContain("ended after 6 steps (steps)");
  });

  test("custom-corpus.ts writes splits without a text in common, once", async () => {
    const folder = newFolder();
    const file = join(folder, "pairs.tsv");
    const words = Array.from({ length: 400 }, (_, i) =>
      String.fromCharCode(97 + (i % 26), 97 + ((i * 7) % 25), 97 + (i % 23)),
    );
    writeFileSync(
      file,
      `${words.map((word, i) => `${word} ${words[(i * 3) % 400]}\tW ${word}`).join("\n")}\nsame\tsame\n`,
    );
    const output = join(folder, "corpus");
    const first = await run("custom-corpus.ts", [file, output]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^wrote \d+ training, [1-9]\d* validation, [1-9]\d* test pairs\n$/);
    const { dropped } = JSON.parse(readFileSync(join(output, "corpus.json"), "utf8")) as { dropped: object };
    expect(dropped).toMatchObject({ "not translated": 1 });
    const sources = (split: string) =>
      readFileSync(join(output, `${split}.en`), "utf8")
        .trimEnd()
        .split("\n");
    const training = new Set(sources("train"));
    for (const text of [...sources("valid"), ...sources("test")]) expect(training.has(text)).toBe(false);
    expect((await run("custom-corpus.ts", [file, output])).stdout).toMatch(/^found /);
  });

  test.each(["translate.ts", "score.ts", "custom-corpus.ts"])("%s says how it is used", async (name) => {
    const { code, stderr } = await run(name, []);
    expect(code).toBe(2);
    expect(stderr).toContain(`usage: ${name}`);
  });

  test("all are in the list, and all are tested", () => {
    const programs = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));
    const list = readFileSync(join(root, "examples/README.md"), "utf8");
    const tests = readFileSync(import.meta.filename, "utf8");
    for (const name of programs) {
      expect(list).toContain(`[${name}](${name})`);
      expect(tests).toContain(`run("${name}"`);
    }
  });
});
