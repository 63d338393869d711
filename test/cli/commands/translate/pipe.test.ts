/** Source of truth: the translator itself on the same model; the rules of pipes. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../../src/backends/select.ts";
import { bestText } from "../../../../src/decoding/translation.ts";
import { Translator } from "../../../../src/decoding/translator.ts";
import { loadTranslationModel } from "../../../../src/inference/open-model.ts";
import { translateAll } from "../../../decoding/translate-all.ts";
import { writeToyModel } from "../../toy-model-directory.ts";

const root = resolve(import.meta.dirname, "../../../..");
const lines = ["ab cd", "", "f", "abc def abc", "  ", "zz a", "e"];
let model: string;
let expected: string[];

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
  model = mkdtempSync(join(tmpdir(), "nmt-translate-pipe-"));
  writeToyModel(model);
  const loaded = await loadTranslationModel(model, { backend: "cpu" });
  const translator = new Translator(loaded, { beamSize: 1 }, () => {});
  expected = (await translateAll(translator, lines)).map(bestText);
  loaded.model.dispose();
});
afterAll(() => rmSync(model, { recursive: true }));

describe("nmt translate in a pipe", () => {
  const script = `import { main } from "./src/cli/main.ts"; process.exitCode = await main(process.argv.slice(1));`;
  const start = (...options: string[]) =>
    spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        "--input-type=module",
        "-e",
        script,
        "translate",
        "--model",
        model,
        "--backend",
        "cpu",
        ...options,
      ],
      { cwd: root },
    );

  test("answers each line while the input stays open, then ends with it", async () => {
    const nmt = start("--beam_size", "1");
    const received: string[] = [];
    let rest = "";
    nmt.stdin.write(`${lines[0]}\n`);
    for await (const chunk of nmt.stdout.setEncoding("utf8")) {
      rest += chunk;
      const complete = rest.split("\n");
      rest = complete.pop()!;
      received.push(...complete);
      // Only an answer lets the next line be sent.
      if (received.length < lines.length) nmt.stdin.write(`${lines[received.length]}\n`);
      else nmt.stdin.end();
    }
    expect(received).toEqual(expected);
    expect(rest).toBe("");
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk ends it with exit code 1 while the input stays open", async () => {
    const nmt = start("--beam_size", "1", "--output", "/dev/full");
    const errors = text(nmt.stderr);
    nmt.stdin.on("error", () => {});
    const typing = setInterval(() => nmt.stdin.write("ab\n"), 100);
    const code = await new Promise((done) => nmt.once("close", done));
    clearInterval(typing);
    expect(await errors).toContain("error: the output cannot be written");
    expect(code).toBe(1);
  });

  test("reads it where it is named by itself, and packed", async () => {
    const input = lines.map((line) => `${line}\n`).join("");
    for (const [words, bytes] of [
      [["--src", "-", "--output", "-"], Buffer.from(input)],
      [["--src=-"], gzipSync(input)],
    ] as const) {
      const nmt = start("--beam_size", "1", ...words);
      nmt.stdin.end(bytes);
      expect((await text(nmt.stdout)).split("\n").slice(0, -1)).toEqual(expected);
    }
  });

  test("a reader that closes early is no error", async () => {
    const nmt = start("--beam_size", "1");
    const errors = text(nmt.stderr);
    nmt.stdin.on("error", () => {});
    nmt.stdin.write("ab\n");
    nmt.stdout.once("data", () => {
      nmt.stdout.destroy();
      nmt.stdin.end("cd\n".repeat(20));
    });
    const code = await new Promise((done) => nmt.once("close", done));
    expect(await errors).not.toMatch(/EPIPE|error/);
    expect(code).toBe(0);
  });
});
