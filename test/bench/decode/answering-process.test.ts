// Source of truth: what a program prints, in the order it prints it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AnsweringProcess } from "../../../bench/decode/answering-process.ts";
import { BackendError } from "../../../src/base/errors.ts";
import { writeProgram } from "./stub-programs.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-answering-"));

function start(name: string, code: string): AnsweringProcess {
  return new AnsweringProcess({ command: writeProgram(folder, name, code), args: ["an-argument"] });
}

test("says that it is ready, answers requests in order, and ends with its input", async () => {
  const program = start(
    "echo",
    `console.log(JSON.stringify({ ready: process.argv[2] }));
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      console.log(JSON.stringify({ got: JSON.parse(line) }));
    });`,
  );
  expect(await program.answer()).toEqual({ ready: "an-argument" });
  expect(await program.ask({ n: 1 })).toEqual({ got: { n: 1 } });
  expect(await program.ask({ n: 2 })).toEqual({ got: { n: 2 } });
  await program.close();
});

test("answers that came before the end of the program are still read; then its last words are the error", async () => {
  const program = start("dies", `console.log("{}"); console.error("no such model"); process.exitCode = 1;`);
  expect(await program.answer()).toEqual({});
  await expect(program.answer()).rejects.toThrow(BackendError);
  await expect(program.ask({})).rejects.toThrow(/dies failed: no such model/);
  await program.close();
});

test("a line that is no JSON is an error that quotes it", async () => {
  const program = start("talks", `console.log("Loading …"); process.stdin.resume();`);
  await expect(program.answer()).rejects.toThrow(/it printed "Loading …", which is no JSON/);
  await program.close();
});

test("a program that isn't there is an error that names it", async () => {
  const program = new AnsweringProcess({ command: join(folder, "missing"), args: [] });
  await expect(program.answer()).rejects.toThrow(/missing failed: .*ENOENT/);
  await program.close();
});
