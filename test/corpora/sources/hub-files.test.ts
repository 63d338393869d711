// Source of truth: how cards of data sets declare their files (the Hub's manual configuration), and the names that data sets have.
import { expect, test } from "vitest";
import { matcherOf } from "../../../src/corpora/sources/glob.ts";
import type { HubConfig } from "../../../src/corpora/sources/hub-api.ts";
import {
  corpusSplit,
  filesByName,
  filesOfCard,
  filesOfConversion,
  type HubPart,
} from "../../../src/corpora/sources/hub-files.ts";

const part = (rest: Partial<HubPart> = {}): HubPart => ({ languages: ["en", "de"], ...rest });
const list = (found: ReadonlyMap<string, readonly string[]> | undefined) => found && Object.fromEntries(found);

test.each([
  ["data/*.parquet", ["data/a.parquet"], ["data/b/a.parquet", "data/a.csv", "xdata/a.parquet"]],
  ["**/train-*.parquet", ["train-0.parquet", "a/b/train-1.parquet"], ["a/test-0.parquet"]],
  ["data/**", ["data/a", "data/b/c"], ["x/data/a"]],
  ["./{a,b}?.t[sx]v", ["a1.tsv", "b2.txv"], ["c1.tsv", "a.tsv", "a1.tzv"]],
  ["a+b(1).csv", ["a+b(1).csv"], ["aab1.csv"]],
  ["x[!0-9].csv", ["xa.csv"], ["x1.csv"]],
  ["a,b}.csv", ["a,b}.csv"], ["a.csv"]],
])("the pattern %s", (pattern, fits, fails) => {
  const matcher = matcherOf(pattern);
  for (const path of fits) expect(matcher(path), path).toBe(true);
  for (const path of fails) expect(matcher(path), path).toBe(false);
});

test("patterns of anyone take no time", () => {
  const path = `${"a/".repeat(400)}b`;
  expect(matcherOf(`${"**/".repeat(300)}c`)(path)).toBe(false);
  expect(matcherOf(`${"*a".repeat(400)}`)(`${"a".repeat(900)}b`)).toBe(false);
  expect(matcherOf("{a,b}".repeat(40))("a".repeat(40))).toBe(false);
  expect(matcherOf("<doc>".repeat(10_000))("<doc>")).toBe(false);
});

const CONFIGS: HubConfig[] = [
  {
    config_name: "de-en",
    data_files: [
      { split: "train", path: "de-en/train-*" },
      { split: "validation", path: ["de-en/valid-*"] },
    ],
  },
  { config_name: "en-fr", data_dir: "en-fr" },
  { config_name: "plain", data_files: "all.jsonl" },
];
const PATHS = [
  "README.md",
  "all.jsonl",
  "de-en/train-00001.parquet",
  "de-en/train-00000.parquet",
  "de-en/valid-0.parquet",
  "en-fr/test-0.parquet",
  "en-fr/x.parquet",
];

test("a card's configuration, by name or by the pair", () => {
  expect(list(filesOfCard(CONFIGS, PATHS, part()))).toEqual({
    train: ["de-en/train-00000.parquet", "de-en/train-00001.parquet"],
    validation: ["de-en/valid-0.parquet"],
  });
  expect(list(filesOfCard(CONFIGS, PATHS, part({ languages: ["fr", "en"] })))).toEqual({
    test: ["en-fr/test-0.parquet"],
    train: ["en-fr/x.parquet"],
  });
  expect(list(filesOfCard(CONFIGS, PATHS, part({ config: "plain" })))).toEqual({ train: ["all.jsonl"] });
  expect(list(filesOfCard(CONFIGS, PATHS, part({ split: "validation" })))).toEqual({
    validation: ["de-en/valid-0.parquet"],
  });
  expect(() => filesOfCard(CONFIGS, PATHS, part({ config: "deen" }))).toThrow(
    expect.objectContaining({ nextStep: expect.stringMatching(/mean de-en\? There are de-en, en-fr, plain/) }),
  );
  expect(() => filesOfCard(CONFIGS, PATHS, part({ split: "test" }))).toThrow(
    expect.objectContaining({ nextStep: "There are train, validation." }),
  );
  expect(() => filesOfCard(CONFIGS, PATHS, part({ languages: ["en", "pl"] }))).toThrow(/several configurations/);
  const usual = [...CONFIGS, { config_name: "x", data_files: "en-fr/x.parquet", default: true }];
  expect(list(filesOfCard(usual, PATHS, part({ languages: ["en", "pl"] })))).toEqual({ train: ["en-fr/x.parquet"] });
});

test("files by their names", () => {
  expect(
    list(
      filesByName(
        ["data/train-00000-of-00002.parquet", "data/test-0.parquet", "data/dev.parquet", "data/train.csv", "README.md"],
        part(),
      ),
    ),
  ).toEqual({
    train: ["data/train-00000-of-00002.parquet"],
    test: ["data/test-0.parquet"],
    validation: ["data/dev.parquet"],
  });
  expect(list(filesByName(["contest.tsv.gz", "dataset_infos.json", ".x.csv"], part()))).toEqual({
    train: ["contest.tsv.gz"],
  });
  expect(list(filesByName(["de-en/train.jsonl", "en-fr/train.jsonl"], part()))).toEqual({
    train: ["de-en/train.jsonl"],
  });
  expect(list(filesByName(["train/0.csv", "validation/0.csv"], part()))).toEqual({
    train: ["train/0.csv"],
    validation: ["validation/0.csv"],
  });
  const both = ["train.en", "train.de", "train.fr", "test.en.txt.gz", "test.de.txt.gz", "README.txt", "x/LICENSE"];
  expect(list(filesByName(both, part()))).toEqual({
    train: ["train.de", "train.en"],
    test: ["test.de.txt.gz", "test.en.txt.gz"],
  });
  expect(list(filesByName([...both, "train.tsv"], part()))).toEqual({ train: ["train.tsv"] });
  expect(list(filesByName(["a.zip", "dev.zip"], part()))).toEqual({ train: ["a.zip"], validation: ["dev.zip"] });
  expect(filesByName(["a.py", "x.rar", "train.fr", "notes.txt"], part())).toBeUndefined();
});

test("files of the Hub's conversion", () => {
  const paths = ["de-en/train/0000.parquet", "de-en/train/0001.parquet", "en-fr/test/0000.parquet", "README.md"];
  expect(list(filesOfConversion(paths, part()))).toEqual({ train: paths.slice(0, 2) });
  expect(list(filesOfConversion(paths, part({ config: "en-fr" })))).toEqual({ test: [paths[2]] });
  expect(() => filesOfConversion(["default/partial-train/0000.parquet"], part())).toThrow(/first gigabytes/);
  expect(filesOfConversion(["README.md"], part())).toBeUndefined();
});

test("names of splits here", () => {
  expect(["train", "validation", "dev", "test", "devtest", "extra one"].map(corpusSplit)).toEqual([
    "train",
    "valid",
    "valid",
    "test",
    "test",
    "extra_one",
  ]);
});
