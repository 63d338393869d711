/** Test sets of picture captions (Multi30k, Elliott et al. 2016) and of comments on the web (MTNT, Michel and Neubig 2018). */
import { archive, pairsOf, type TestSet } from "./test-set.ts";

const TASK1 = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1";
const MULTI30K = archive(`${TASK1}/multi30k_test_sets_d3ec2a38.tar.gz`, "9cf8f22d57fee2ca2af3c682dfdc525b", "multi30k");
/** The translations of 2018 came later, each by itself. */
const CAPTIONS_2018: Readonly<Record<string, string>> = {
  cs: "4c6b6490e58107b2e397c5e3e1690abc",
  de: "87e00327083dd69feaa029a8f7c1a047",
  fr: "a64563e986438ed731a6713027c36bfd",
};

const multi30k = (year: number, pairs: string): TestSet => ({
  name: `multi30k/${year}`,
  archive: MULTI30K,
  pairs: pairsOf(pairs),
  files: (source, target) => [`test_${year}_flickr.${source}`, `test_${year}_flickr.${target}`],
});

const MTNT_PAIRS = pairsOf("en-fr fr-en en-ja ja-en");
const mtnt = (split: string): TestSet => ({
  name: `mtnt1.1/${split}`,
  archive: archive(
    "https://github.com/pmichel31415/mtnt/releases/download/v1.1/MTNT.1.1.tar.gz",
    "8ce1831ac584979ba8cdcd9d4be43e1d",
    "mtnt",
  ),
  pairs: MTNT_PAIRS,
  columns: [1, 2],
  files: (source, target) => [`MTNT/${split}/${split}.${source}-${target}.tsv`],
});

export const OTHER_SETS: readonly TestSet[] = [
  multi30k(2016, "en-cs en-de en-fr"),
  multi30k(2017, "en-de en-fr"),
  {
    ...multi30k(2018, "en-cs en-de en-fr"),
    archive: (file) => {
      const language = /\.(\w\w)\.gz$/.exec(file)?.[1];
      return language === undefined ? MULTI30K : archive(`${TASK1}/raw/${file}`, CAPTIONS_2018[language]!, "multi30k");
    },
    files: (source, target) => [`test_2018_flickr.${source}`, `test_2018_flickr.${target}.gz`],
  },
  mtnt("test"),
  mtnt("valid"),
  mtnt("train"),
  {
    name: "mtnt2019",
    archive: archive(
      "https://pmichel31415.github.io/hosting/MTNT2019.tar.gz",
      "78a672e1931f106a8549023c0e8af8f6",
      "mtnt2019",
    ),
    pairs: MTNT_PAIRS,
    columns: [2, 3],
    files: (source, target) => [`MTNT2019/${source}-${target}.final.tsv`],
  },
];
