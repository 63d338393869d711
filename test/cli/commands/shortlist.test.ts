/** Source of truth: the library's own shortlist of the same lines; lines whose translations are known. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadAddon, startThreads } from "../../../src/backends/native/addon.ts";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { Random } from "../../../src/base/random.ts";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import { shortlistCommand } from "../../../src/cli/commands/shortlist.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { toYaml } from "../../../src/config/write.ts";
import { learnShortlist } from "../../../src/shortlist/learn-shortlist.ts";
import { loadShortlist, readShortlist } from "../../../src/shortlist/shortlist-file.ts";
import { encoded } from "../../alignment/sentences.ts";
import { writeToyLanguageModel } from "../toy-language-model.ts";
import { toyWordpieces, writeToyModel } from "../toy-model-directory.ts";

const LETTERS = [..."abcdef"];
interface CorpusPaths {
  path_src: string;
  path_tgt: string;
  tgt_lang?: string;
}

let folder: string;
let sink: LogSink;
let logged: string[];
beforeAll(async () => {
  sink = setLogSink((line) => logged.push(line));
  logged = [];
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-shortlist-"));
});
afterAll(() => {
  setLogSink(sink);
  startThreads(loadAddon(), 1);
  rmSync(folder, { recursive: true });
});

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** Words of one letter, in any order; the translation of a letter is the one `step` further on. */
function lines(count: number, seed: number, step: number): { source: string[]; target: string[] } {
  const random = new Random(seed);
  const source = Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.integer(4) }, () => LETTERS[random.integer(LETTERS.length)]!),
  );
  const target = source.map((words) => words.map((word) => LETTERS[(LETTERS.indexOf(word) + step) % 6]!).reverse());
  return { source: source.map((words) => words.join(" ")), target: target.map((words) => words.join(" ")) };
}

/** A model directory whose configuration names these corpora; no weights are needed but those of the toy. */
function model(name: string, data: Record<string, CorpusPaths>, languages: readonly string[] = []): string {
  const directory = mkdtempSync(join(folder, `${name}-`));
  writeToyModel(directory, languages);
  const config = resolveConfig({ save_model: directory, train_steps: 1, data, hidden_size: 16, encoder_layers: 2 });
  writeFileSync(join(directory, "config.yaml"), toYaml(config));
  return directory;
}

function corpus(name: string, count: number, seed: number, step = 1, language?: string): CorpusPaths {
  const { source, target } = lines(count, seed, step);
  return {
    path_src: file(`${name}.src`, source),
    path_tgt: file(`${name}.tgt`, target),
    ...(language !== undefined && { tgt_lang: language }),
  };
}

async function shortlist(directory: string, ...options: string[]): Promise<string> {
  logged = [];
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await runCommand(shortlistCommand, ["shortlist", "--model", directory, ...options]);
    return written.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    written.mockRestore();
  }
}
const pathIn = (directory: string) => join(directory, "shortlist.safetensors");

describe("nmt shortlist", () => {
  it("learns from the model's training corpora what the library learns, and says what it covers of the validation's", async () => {
    const directory = model("plain", { train: corpus("train", 300, 1), valid: corpus("valid", 40, 2) });
    const printed = await shortlist(directory, "--first", "2", "--best", "1", "--threads", "2");
    const wordpieces = toyWordpieces([]);
    const { source, target } = lines(300, 1, 1);
    // As cleaning does: a pair that was met before is dropped, and what is validated on.
    const held = Object.values(lines(40, 2, 1)).flat();
    const kept = source
      .map((_, n) => n)
      .filter((n) => source.indexOf(source[n]!) === n && !held.includes(source[n]!) && !held.includes(target[n]!));
    const side = (texts: readonly string[]) => encoded(kept.map((n) => [...wordpieces.encode(texts[n]!)]));
    const expected = learnShortlist(loadAddon(), { source: side(source), target: side(target) }, wordpieces, {
      first: 2,
      best: 1,
      threshold: 0,
      iterations: 3,
    });
    expect(readShortlist(pathIn(directory), wordpieces)).toEqual(expected);
    const made = { first: "2", best: "1", threshold: "0", iterations: "3", pairs: String(kept.length) };
    expect(readSafetensors(pathIn(directory)).metadata).toMatchObject(made);
    expect(logged.join("\n")).toContain("source to target: iteration 1 of 3, perplexity 17.0");

    // The letter itself, its translation, two frequent pieces, </s> and <unk>: every translation is covered.
    const pieces = lines(40, 2, 1).target.join(" ").split(" ").length;
    expect(printed).toMatch(
      new RegExp(
        `^valid: 100\\.00 % of ${pieces} target pieces are candidates, all of them in 100\\.00 % of 40 sentences; of 17 pieces, ` +
          "\\d\\.\\d are candidates of a sentence and \\d\\.\\d of a batch of 64\\n$",
      ),
    );
    const loaded = loadShortlist(directory, wordpieces, { first: 0 });
    const ids = (...texts: string[]) => texts.map((text) => wordpieces.idOf(text)).sort((a, b) => a - b);
    for (const [n, letter] of LETTERS.entries()) {
      const found = loaded.candidates([Int32Array.of(wordpieces.idOf(`▁${letter}`), wordpieces.eosId)]);
      expect([...found]).toEqual(ids("<unk>", "</s>", `▁${letter}`, `▁${LETTERS[(n + 1) % 6]}`));
    }
  });

  it("writes the same file for any number of threads", async () => {
    const directory = model("threads", { train: corpus("same", 400, 3), valid: corpus("held", 5, 4) });
    await shortlist(directory, "--threads", "1");
    const alone = readFileSync(pathIn(directory));
    await shortlist(directory, "--threads", "3");
    expect(readFileSync(pathIn(directory)).equals(alone)).toBe(true);
  });

  it("learns from given files, in the language that is named, and leaves nothing else behind", async () => {
    const data = {
      de: corpus("de", 5, 5, 1, "de"),
      fr: corpus("fr", 5, 6, 2, "fr"),
      valid: corpus("both", 20, 7, 2, "fr"),
    };
    const directory = model("languages", data, ["de", "fr"]);
    const { source, target } = lines(300, 8, 2);
    const given = [
      "--src",
      file("given.src", source),
      "--tgt",
      file("given.tgt", target),
      "--best",
      "1",
      "--first",
      "0",
    ];
    const before = [readdirSync(tmpdir()), readdirSync(directory)];
    expect(await shortlist(directory, ...given, "--tgt_lang", "fr")).toContain("valid: 100.00 % of");
    expect([readdirSync(tmpdir()), readdirSync(directory).filter((name) => !name.startsWith("shortlist"))]).toEqual(
      before,
    );
    const wordpieces = toyWordpieces(["de", "fr"]);
    const { starts } = readShortlist(pathIn(directory), wordpieces);
    const hasRow = (piece: string) => starts[wordpieces.idOf(piece) + 1]! > starts[wordpieces.idOf(piece)]!;
    expect([hasRow("<2fr>"), hasRow("<2de>")]).toEqual([true, false]);
    await expect(shortlist(directory, ...given, "--tgt_lang", "xx")).rejects.toThrow("xx");
    await expect(shortlist(directory, ...given)).rejects.toThrow();
  });

  it("goes without coverage where the validation files are gone, and says so", async () => {
    const [train, valid] = [corpus("there", 50, 10), corpus("gone", 5, 9)];
    const directory = model("gone", { train, valid });
    rmSync(valid.path_src);
    expect(await shortlist(directory, "--src", train.path_src, "--tgt", train.path_tgt)).toBe("");
    expect(existsSync(pathIn(directory))).toBe(true);
    expect(logged.at(-1)).toContain(`how much it covers cannot be measured: ${valid.path_src}`);
  });

  it("takes fewer pairs, of all corpora", async () => {
    const directory = model("few", { one: corpus("one", 60, 11), two: corpus("two", 60, 12) });
    await shortlist(directory, "--max_pairs", "10");
    expect(readSafetensors(pathIn(directory)).metadata["pairs"]).toBe("10");
  });

  it.each([
    [["--first", "-1"], "--first is -1"],
    [["--best", "0"], "--best is 0"],
    [["--best", "513"], "--best is 513"],
    [["--threshold", "1.5"], "--threshold is 1.5"],
    [["--threshold", "x"], "--threshold takes a number"],
    [["--iterations", "2.5"], "--iterations is 2.5"],
    [["--max_pairs", "0"], "--max_pairs is 0"],
    [["--src", "x"], "--src and --tgt belong together"],
  ])("refuses %s", async (options, message) => {
    await expect(shortlist(folder, ...options)).rejects.toThrow(message);
  });

  it("refuses language models and directories without a model", async () => {
    const directory = mkdtempSync(join(folder, "language-model-"));
    writeToyLanguageModel(directory);
    await expect(shortlist(directory)).rejects.toThrow("this is a language model, which does not translate");
    await expect(shortlist(join(folder, "none"))).rejects.toThrow("there is no such directory");
  });
});
