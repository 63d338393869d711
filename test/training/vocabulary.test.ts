// Source of truth: training on the lines themselves, taken as often as the temperature says, and the pieces a run needs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { ensureWordpieces } from "../../src/training/vocabulary.ts";
import { byRank, modelProto } from "../text/model-specs.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-vocabulary-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, line: string, times: number) => {
  writeFileSync(join(folder, name), `${line}\n`.repeat(times));
  return join(folder, name);
};

/** 16 lines of two languages each, and one line of each of another pair that shares the source language. */
const config = (samplingTemperature: number) =>
  resolveConfig({
    save_model: join(folder, "model"),
    data: {
      large: {
        path_src: write("l.en", "eeee", 16),
        path_tgt: write("l.de", "dddd", 16),
        src_lang: "en",
        tgt_lang: "de",
      },
      small: { path_src: write("s.en", "eeee", 1), path_tgt: write("s.fr", "ffff", 1), src_lang: "en", tgt_lang: "fr" },
    },
    vocab_size: 270,
    byte_fallback: false,
    sampling_temperature: samplingTemperature,
    train_steps: 1,
  });

const controlSymbols = ["<2de>", "<2fr>"];

test.each([
  [1, { eeee: 17, dddd: 16, ffff: 1 }],
  // Sizes 17, 16 and 1 have roots 4.12, 4 and 1: of 34 lines they get 15.36, 14.91 and 3.73.
  [2, { eeee: 15, dddd: 14, ffff: 3 }],
])("languages are evened out by temperature %d", async (temperature, times) => {
  const path = join(folder, `pieces-${temperature}.model`);
  await ensureWordpieces(config(temperature), path, () => {});
  const lines = Object.entries(times).flatMap(([line, count]) => Array.from({ length: count }, () => line));
  const expected = trainWordpieces(lines, { vocabSize: 270, byteFallback: false, controlSymbols });
  expect(Buffer.compare(readFileSync(path), expected.toBytes())).toBe(0);
});

const german = { large: { path_src: write("t.en", "eeee", 16), path_tgt: write("t.de", "½ dddd", 16) } };

test("wordpieces are normalised as the configuration says", async () => {
  const small = { data: german, vocab_size: 12, byte_fallback: false, train_steps: 1 };
  for (const [normalization, half] of [
    ["nmt_nfkc", "1⁄2"],
    ["identity", "½"],
  ] as const) {
    const path = join(folder, `${normalization}.model`);
    const model = await ensureWordpieces(
      resolveConfig({ ...small, save_model: folder, normalization }),
      path,
      () => {},
    );
    expect(model.normalize("½")).toBe(`▁${half}`);
    expect(model.has("½")).toBe(normalization === "identity");
  }
});

test("a given model without tags, or without <s>, is refused by name before it is copied", async () => {
  const given = join(folder, "given.model");
  const path = join(folder, "copied.model");
  const tagged = { ...config(1), wordpieceModel: given };
  trainWordpieces(["a b"], { vocabSize: 8, byteFallback: false }).save(given);
  await expect(ensureWordpieces(tagged, path, () => {})).rejects.toMatchObject({
    name: "ConfigError",
    message: "the wordpiece model has no piece <2de> for a target language",
    where: given,
    nextStep: expect.stringContaining("--control_symbols") as string,
  });
  const proto = modelProto({ normal: byRank(["▁", "a"]) });
  WordpieceModel.fromProto({ ...proto, pieces: proto.pieces.filter(({ text }) => text !== "<s>") }).save(given);
  await expect(ensureWordpieces(tagged, path, () => {})).rejects.toMatchObject({
    name: "WordpieceError",
    where: given,
  });
  expect(existsSync(path)).toBe(false);
});

test("tags of a given model are no text, whatever type it gives them", async () => {
  const given = join(folder, "tags.model");
  const userDefinedSymbols = ["<2de>", "<2fr>"];
  trainWordpieces(["a b"], { vocabSize: 270, userDefinedSymbols }).save(given);
  const model = await ensureWordpieces({ ...config(1), wordpieceModel: given }, join(folder, "run.model"), () => {});
  expect(model.idOf("<2fr>")).toBe(5);
  expect(model.encode("<2fr> a")).not.toContain(5);
});
