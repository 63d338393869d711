// Source of truth: training on the lines themselves, taken as often as the temperature says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { ensureWordpieces } from "../../src/training/vocabulary.ts";

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

const userDefinedSymbols = ["<2de>", "<2fr>"];

test.each([
  [1, { eeee: 17, dddd: 16, ffff: 1 }],
  // Sizes 17, 16 and 1 have roots 4.12, 4 and 1: of 34 lines they get 15.36, 14.91 and 3.73.
  [2, { eeee: 15, dddd: 14, ffff: 3 }],
])("languages are evened out by temperature %d", async (temperature, times) => {
  const path = join(folder, `pieces-${temperature}.model`);
  await ensureWordpieces(config(temperature), path, () => {});
  const lines = Object.entries(times).flatMap(([line, count]) => Array.from({ length: count }, () => line));
  const expected = trainWordpieces(lines, { vocabSize: 270, byteFallback: false, userDefinedSymbols });
  expect(Buffer.compare(readFileSync(path), expected.toBytes())).toBe(0);
});
