/** Source of truth: `scorePairs` on the same model; the rules of the command line for files and errors. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { scoreCommand } from "../../../src/cli/commands/score.ts";
import { translateCommand } from "../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { scorePairs } from "../../../src/decoding/force-score.ts";
import { loadEnsemble } from "../../../src/inference/open-ensemble.ts";
import { loadTranslationModel } from "../../../src/inference/open-model.ts";
import { writeToyModel } from "../toy-model-directory.ts";

const lines = ["ab cd", "", "f", "abc def abc", "  ", "zz a", "e"];
let folder: string;
let model: string;
let source: string;
let sink: LogSink;

beforeAll(async () => {
  sink = setLogSink(() => {});
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-score-"));
  model = mkdtempSync(join(folder, "model-"));
  writeToyModel(model);
  source = file("source.txt", lines);
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

function file(name: string, content: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, content.map((line) => `${line}\n`).join(""));
  return path;
}

describe("nmt score", () => {
  const targets = ["dc ba", "", "f", "a", "", "zz", "e e e"];
  async function score(...options: string[]): Promise<string[]> {
    const output = join(folder, "score.out");
    const target = file("target.txt", targets);
    await runCommand(scoreCommand, [
      "score",
      "--model",
      model,
      "--src",
      source,
      "--tgt",
      target,
      "--output",
      output,
      "--backend",
      "cpu",
      ...options,
    ]);
    return readFileSync(output, "utf8").split("\n").slice(0, -1);
  }

  test("prints the sum, the mean, or every piece's log-probability", async () => {
    const loaded = await loadTranslationModel(model, { backend: "cpu" });
    const scores = await scorePairs(
      loaded,
      lines.map((line, i) => ({ source: line, target: targets[i]! })),
    );
    loaded.model.dispose();
    expect(await score()).toEqual(scores.map(({ logProbability }) => logProbability.toFixed(6)));
    expect(await score("--normalize", "--batch_size", "2")).toEqual(
      scores.map(({ logProbability, tokens }) => (logProbability / tokens.length).toFixed(6)),
    );
    const [line] = await score("--per-token");
    const [total, pieces] = line!.split(" ||| ");
    const parts = pieces!.split(" ").map((part) => part.split("="));
    expect(parts.map(([piece]) => piece)).toEqual(["▁d", "c", "▁b", "a", "</s>"]);
    expect(parts.reduce((sum, [, value]) => sum + Number(value), 0)).toBeCloseTo(Number(total), 5);
  });

  test("scores by an ensemble as translation does: the mean of log-probabilities, or of probabilities", async () => {
    const other = mkdtempSync(join(folder, "model-"));
    writeToyModel(other, [], 9);
    const pairs = lines.map((line, i) => ({ source: line, target: targets[i]! }));
    for (const avgRawProbs of [false, true]) {
      const loaded = await loadEnsemble([model, other], { backend: "cpu", avgRawProbs });
      const scores = await scorePairs(loaded, pairs);
      loaded.model.dispose();
      const printed = await score("--model", other, ...(avgRawProbs ? ["--avg_raw_probs"] : []));
      expect(printed).toEqual(scores.map(({ logProbability }) => logProbability.toFixed(6)));
    }
    const [alone, together] = [await score(), await score("--model", other)];
    expect(alone[0]).not.toBe(together[0]);
    const different = mkdtempSync(join(folder, "model-"));
    writeToyModel(different, ["de"]);
    await expect(score("--model", different)).rejects.toMatchObject({ name: "CheckpointError", where: different });
  });

  test("prints word alignments by attention, before pieces: those of translation for its own words", async () => {
    const output = join(folder, "translated.out");
    const common = ["--model", model, "--backend", "cpu", "--output", output];
    await runCommand(translateCommand, [
      "translate",
      "--src",
      source,
      "--max_length",
      "6",
      ...common,
      "--with_alignment",
      "0.1",
    ]);
    const translated = readFileSync(output, "utf8").split("\n").slice(0, -1);
    const [texts, alignments] = [0, 1].map((field) => translated.map((line) => line.split(" ||| ")[field]!));
    expect(alignments!.some((links) => links.includes(" "))).toBe(true);
    const tgt = file("translated.txt", texts!);
    const argv = ["score", "--src", source, "--tgt", tgt, ...common, "--with_alignment", "0.1", "--per_token"];
    await runCommand(scoreCommand, argv);
    const scored = readFileSync(output, "utf8").split("\n").slice(0, -1);
    expect(scored.map((line) => line.split(" ||| ")[1])).toEqual(alignments);
    expect(scored.every((line) => /^-[\d.]+ \|\|\| [\d -]*\|\|\| \S+=-/.test(line))).toBe(true);
    await expect(score("--with_alignment", "x")).rejects.toThrow("--with_alignment is x");
  });

  test("reads standard input, compressed files and patterns on either side", async () => {
    const expected = await score();
    const target = targets.map((line) => `${line}\n`).join("");
    writeFileSync(join(folder, "target.gz"), gzipSync(target));
    const output = join(folder, "score.out");
    const base = ["score", "--model", model, "--src", join(folder, "[s]ource.txt"), "--output", output];
    for (const tgt of [join(folder, "target.gz"), "-"]) {
      const original = Object.getOwnPropertyDescriptor(process, "stdin")!;
      Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(target)]), configurable: true });
      try {
        await runCommand(scoreCommand, [...base, "--backend", "cpu", "--tgt", tgt]);
      } finally {
        Object.defineProperty(process, "stdin", original);
      }
      expect(readFileSync(output, "utf8").split("\n").slice(0, -1)).toEqual(expected);
    }
  });

  test("refuses a line over 1 MiB by its number", async () => {
    const long = file("long-target.txt", [...targets.slice(0, -1), "e".repeat((1 << 20) + 1)]);
    const argv = ["score", "--model", model, "--src", source, "--tgt", long, "--backend", "cpu"];
    await expect(runCommand(scoreCommand, argv)).rejects.toMatchObject({ name: "DataError", where: `${long}:7` });
  });

  test("refuses files of different line counts, printing both", async () => {
    const short = file("short.txt", targets.slice(0, 3));
    const run = runCommand(scoreCommand, [
      "score",
      "--model",
      model,
      "--src",
      source,
      "--tgt",
      short,
      "--output",
      join(folder, "none"),
      "--backend",
      "cpu",
    ]);
    await expect(run).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining("7 and 3"),
      where: `${source} and ${short}`,
    });
  });
});
