/** Source of truth: SentencePiece's file formats, the options' own documentation, and training through the library. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { DataError, WordpieceError } from "../../../src/base/errors.ts";
import { setLogSink } from "../../../src/base/logger.ts";
import { vocabCommand } from "../../../src/cli/commands/vocab.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../../src/text/wordpiece-trainer.ts";
import { sentences } from "../../text/sample-text.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-vocab-"));
const printed: string[] = [];
const sink = setLogSink((line) => printed.push(line));
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

const lines = sentences(300, 20);
const plain = join(folder, "a.txt");
const packed = join(folder, "b.txt.gz");
const prefix = join(folder, "out", "pieces");
writeFileSync(plain, `${lines.slice(0, 150).join("\n")}\n`);
writeFileSync(packed, gzipSync(`${lines.slice(150).join("\n")}\n`));

const run = (...words: string[]) => runCommand(vocabCommand, ["vocab", ...words]);

it("writes the model that the library trains, and its pieces as text", async () => {
  await run(
    "--input",
    plain,
    packed,
    "--model-prefix",
    prefix,
    "--vocab_size=800",
    "--user-defined-symbols",
    "<2de>,<2fr>",
    "<2en>",
  );
  const expected = trainWordpieces(lines, { vocabSize: 800, userDefinedSymbols: ["<2de>", "<2fr>", "<2en>"] });
  expect(Buffer.compare(readFileSync(`${prefix}.model`), expected.toBytes())).toBe(0);
  const vocabulary = readFileSync(`${prefix}.vocab`, "utf8").split("\n");
  expect(vocabulary).toHaveLength(801);
  expect(vocabulary.slice(0, 6)).toEqual(["<pad>\t0", "<unk>\t0", "<s>\t0", "</s>\t0", "<2de>\t0", "<2fr>\t0"]);
  expect(vocabulary[799]).toBe(`${expected.pieceOf(799)}\t${expected.scoreOf(799)}`);
  expect(printed.at(-1)).toContain("800 wordpieces from 300 lines");
});

it("takes symbols apart at spaces, in one word or several, and keeps control symbols out of texts", async () => {
  const options = ["--model_prefix", prefix, "--vocab_size=600", "--control_symbols", "<2de> <2fr>"];
  for (const words of [["@num@ @unit@"], ["@num@", "@unit@"], ["@num@,@unit@"]]) {
    await run("--input", plain, ...options, "--user_defined_symbols", ...words);
    const model = WordpieceModel.load(`${prefix}.model`);
    expect(model.userDefinedSymbols).toEqual(["@num@", "@unit@"]);
    expect(["<2de>", "<2fr>"].map((tag) => model.idOf(tag))).toEqual([4, 5]);
    expect(model.encode("<2de> @num@")).not.toContain(4);
    expect(model.encode("<2de> @num@")).toContain(model.idOf("@num@"));
  }
});

it("passes every option on", async () => {
  const options = [
    "--character_coverage",
    "0.98",
    "--no-byte_fallback",
    "--max_sentencepiece_length",
    "4",
    "--required_chars",
    "☃",
  ];
  await run(
    "--input",
    plain,
    "--model_prefix",
    prefix,
    "--vocab_size",
    "500",
    "--normalization",
    "identity",
    ...options,
  );
  const model = WordpieceModel.load(`${prefix}.model`);
  expect(model.has("<0x00>")).toBe(false);
  expect(model.normalize("½")).toBe("▁½");
  expect(model.has("☃")).toBe(true);
  expect(model.encode("\u{1f600}")).toContain(model.unkId);
  for (let id = 4; id < model.size; id++) expect([...model.pieceOf(id)].length).toBeLessThanOrEqual(4);
});

it("leaves nothing behind when it fails", async () => {
  const absent = join(folder, "none", "x");
  await expect(run("--input", plain, "--model_prefix", absent, "--vocab_size", "300")).rejects.toThrow(WordpieceError);
  await expect(run("--input", join(folder, "missing"), "--model_prefix", absent)).rejects.toThrow(DataError);
  expect(() => readFileSync(`${absent}.model`)).toThrow("ENOENT");
});

it("evens out files by temperature", async () => {
  const large = join(folder, "large.txt");
  const small = join(folder, "small.txt");
  writeFileSync(large, `${Array.from({ length: 16 }, () => "gggg").join("\n")}\n`);
  writeFileSync(small, "ssss\n");
  const options = ["--model_prefix", prefix, "--vocab_size=270", "--no-byte_fallback"];
  await run("--input", large, small, ...options, "--sampling_temperature", "2");
  // Shares 4 : 1 of 17 lines: large's are taken 0.85 times, small's 3.4 times.
  const lines = [...Array.from({ length: 13 }, () => "gggg"), ...Array.from({ length: 3 }, () => "ssss")];
  const expected = trainWordpieces(lines, { vocabSize: 270, byteFallback: false });
  expect(Buffer.compare(readFileSync(`${prefix}.model`), expected.toBytes())).toBe(0);
  await expect(run("--input", large, ...options, "--sampling_temperature", "0")).rejects.toThrow(/temperature is 0/);
});

it("replaces wordpieces, but not those of a model, nor other files", async () => {
  const model = join(folder, "a-model");
  const options = ["--input", plain, "--vocab_size", "300", "--byte_fallback", "false"];
  const into = (name: string) => run(...options, "--model_prefix", join(model, name));
  await into("wordpiece");
  await into("wordpiece");
  writeFileSync(join(model, "model.safetensors"), "weights");
  const before = readFileSync(join(model, "wordpiece.model"));
  await expect(into("wordpiece")).rejects.toThrow("a model uses these wordpieces");
  expect(readFileSync(join(model, "wordpiece.model"))).toEqual(before);
  await into("others");
  writeFileSync(join(model, "trees.model"), "of another program");
  await expect(into("trees")).rejects.toThrow("not a wordpiece model");
  writeFileSync(join(model, "words.vocab"), "a list of words\n");
  await expect(into("words")).rejects.toThrow("not a list of wordpieces");
  expect(readFileSync(join(model, "words.vocab"), "utf8")).toBe("a list of words\n");
});
