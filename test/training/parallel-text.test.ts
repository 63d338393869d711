/** Source of truth: the lines written here, encoded by the wordpieces themselves. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { EncodedSentences } from "../../src/alignment/parallel-text.ts";
import { DataError } from "../../src/base/errors.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { readParallelText } from "../../src/training/parallel-text.ts";
import { prepareCorpora } from "../../src/training/training-corpora.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-parallel-text-"));
afterAll(() => rmSync(folder, { recursive: true }));

const wordpieces = toyWordpieces(["de", "fr"]);
const letters = [..."abcdef"];
const pairs = {
  de: letters.map((letter, i) => [`${letter}ab`.slice(0, 1 + (i % 3)), `f ${letter}`] as const),
  fr: letters.map((letter) => [`cab ${letter}`, letter] as const),
};

const data = Object.entries(pairs).map(([language, lines]) => {
  const paths = { path_src: join(folder, `${language}.src`), path_tgt: join(folder, `${language}.tgt`) };
  writeFileSync(paths.path_src, lines.map(([source]) => `${source}\n`).join(""));
  writeFileSync(paths.path_tgt, lines.map(([, target]) => `${target}\n`).join(""));
  return [language, { ...paths, tgt_lang: language }] as const;
});
const config = resolveConfig({ save_model: join(folder, "model"), train_steps: 1, data: Object.fromEntries(data) });
const { corpora } = await prepareCorpora(config, wordpieces, () => {});
const folders = corpora.map((corpus) => corpus.folder);

const sentencesOf = ({ ids, starts }: EncodedSentences) =>
  Array.from({ length: starts.length - 1 }, (_, n) => [...ids.subarray(starts[n], starts[n + 1])]);
const all = Object.entries(pairs).flatMap(([language, lines]) =>
  lines.map(([source, target]) => ({
    source: [wordpieces.idOf(`<2${language}>`), ...wordpieces.encode(source), wordpieces.eosId],
    target: [...wordpieces.encode(target), wordpieces.eosId],
  })),
);

it("has every pair of every corpus: the source with its language tag, both sides with </s>", () => {
  const text = readParallelText(folders, wordpieces, { most: 1000 });
  expect(sentencesOf(text.source)).toEqual(all.map(({ source }) => source));
  expect(sentencesOf(text.target)).toEqual(all.map(({ target }) => target));
});

it("takes as many as are asked for, evenly spread over all corpora", () => {
  const text = readParallelText(folders, wordpieces, { most: 5 });
  const taken = [0, 2, 4, 7, 9].map((n) => all[n]!);
  expect(sentencesOf(text.source)).toEqual(taken.map(({ source }) => source));
  expect(sentencesOf(text.target)).toEqual(taken.map(({ target }) => target));
});

it("names what is not prepared", () => {
  expect(() => readParallelText([join(folder, "none")], wordpieces, { most: 5 })).toThrow(DataError);
});
