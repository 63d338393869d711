/** Test sets of WMT's translation tasks since 2019; since 2021 one XML file has both sides. */
import { archive, type TestSet, withEnglish } from "./test-set.ts";
import { dev, ownTexts, TASK } from "./wmt-files.ts";

const WMT19 = archive(`${TASK(19)}/test.tgz`, "84de7162d158e28403103b01aeefc39a", "wmt19");
const WMT20 = archive(`${TASK(20)}/test.tgz`, "3b1f777cfd2fb15ccf66e9bfdb2b1699", "wmt20");
/** Further references of WMT 2019's en-de (Freitag et al. 2020): additional, paraphrased, of high quality. */
const PARAPHRASES: Readonly<Record<string, string>> = {
  ar: "d66d9e91548ced0ac476f2390e32e2de",
  arp: "c70ea808cf2bff621ad7a8fddd4deca9",
  wmtp: "587c660ee5fd44727f0db025b71c6a82",
  hqr: "d9221135f62d7152de041f5bfc8efaea",
  hqp: "b7c3a07a59c8eccea5367e9ec5417a8a",
  hqall: "edecf10ced59e10b703a6fbcf1fa9dfa",
};

/** The robustness task of 2020. */
const robust = (number: number, pairs: readonly string[]): TestSet => ({
  name: `wmt20/robust/set${number}`,
  archive: archive(
    "https://data.statmt.org/wmt20/robustness-task/robustness20-3-sets.zip",
    "a12ac9ebe89b72195041518dffc4a9d5",
    "wmt20",
  ),
  pairs,
  files: (source, target) =>
    [source, target].map((side) => `robustness20-3-sets/robustness20-set${number}-${source}${target}.${side}`),
});

const WMT21 = archive(`${TASK(21)}/test.tgz`, "32e7ab995bc318414375d60f0269af92", "wmt21");
const WMT21_NEWS =
  "de-fr en-de en-ha en-is en-ja fr-de ha-en is-en ja-en zh-en en-zh cs-en de-en en-cs en-ru ru-en".split(" ");
const FLORES21 = ["bn-hi", "hi-bn", "xh-zu", "zu-xh"];

const test21 = (source: string, target: string) =>
  FLORES21.includes(`${source}-${target}`) ? "florestest" : "newstest";

const wmt21 = (name: string, pairs: readonly string[], taken: readonly string[]): TestSet => ({
  name,
  archive: WMT21,
  pairs,
  translators: () => taken,
  files: (source, target) => [`test/${test21(source, target)}2021.${source}-${target}.xml`],
});

/** WMT 2022 and later: one XML file a pair, systems' translations included. */
const withSystems = (folder: string, year: number) => (source: string, target: string) => [
  `${folder}xml/wmttest${year}.${source}-${target}.all.xml`,
];
/** Translators of a pair whose references are not those of the others. */
const translators = (usual: string, others: Record<string, string>) => (pair: string) => [others[pair] ?? usual];

export const LATE_WMT: readonly TestSet[] = [
  {
    name: "wmt19",
    archive: WMT19,
    pairs: [...["cs-de", "de-cs", "de-fr", "fr-de", "en-cs"], ...withEnglish("de fi gu kk lt ru zh")],
    files: ownTexts("sgm/newstest2019"),
  },
  ...Object.entries(PARAPHRASES).map(([name, md5]): TestSet => {
    const address = `https://raw.githubusercontent.com/google/wmt19-paraphrased-references/master/wmt19/ende/wmt19-ende-${name}.ref`;
    return {
      name: `wmt19/google/${name}`,
      archive: (file) => (file.endsWith(".sgm") ? WMT19 : archive(address, md5, "wmt19-google")),
      pairs: ["en-de"],
      files: () => ["sgm/newstest2019-ende-src.en.sgm", `wmt19-ende-${name}.ref`],
    };
  }),
  dev(19, "f2ec7af5947c19e0cacb3882eb208002", "gu kk lt"),
  {
    name: "wmt20",
    archive: WMT20,
    pairs: ["de-fr", "fr-de", ...withEnglish("cs de iu ja km pl ps ru ta zh")],
    files: ownTexts("sgm/newstest2020"),
  },
  {
    name: "wmt20/tworefs",
    archive: WMT20,
    pairs: ["de-en", "en-de", "en-zh", "ru-en", "zh-en"],
    files: (source, target) => [
      ...ownTexts("sgm/newstest2020")(source, target),
      ownTexts("sgm/newstestB2020")(source, target)[1]!,
    ],
  },
  robust(1, ["en-ja", "en-de"]),
  robust(2, ["en-ja", "ja-en"]),
  robust(3, ["de-en"]),
  dev(20, "037f2b37aab74febbb1b2307dc2afb54", "iu ja pl ta"),
  wmt21("wmt21", [...WMT21_NEWS, ...FLORES21], ["A"]),
  wmt21("wmt21/B", ["cs-en", "de-en", "en-cs", "en-ru", "en-zh", "ru-en"], ["B"]),
  wmt21("wmt21/C", ["en-de"], ["C"]),
  wmt21("wmt21/D", ["en-de"], ["D"]),
  wmt21("wmt21/AB", ["cs-en", "de-en", "en-de", "en-cs", "en-ru", "en-zh", "ru-en"], ["A", "B"]),
  wmt21("wmt21/AC", ["en-de"], ["A", "C"]),
  {
    ...wmt21("wmt21/systems", [...WMT21_NEWS, ...FLORES21], ["A"]),
    archive: archive(
      "https://github.com/wmt-conference/wmt21-news-systems/archive/refs/tags/v1.3.tar.gz",
      "a6aee4099da58f98f71eb3fac1694237",
      "wmt21-systems",
    ),
    files: (source, target) => [`wmt21-news-systems-1.3/xml/${test21(source, target)}2021.${source}-${target}.all.xml`],
  },
  {
    // Texts of both directions are in either file, so that of two translators each segment has one.
    name: "wmt21/dev",
    archive: archive(`${TASK(21)}/dev.tgz`, "165da59ac8dfb5b7cafd7e90b1cac672", "wmt21"),
    pairs: withEnglish("ha is"),
    translators: () => ["A", ""],
    files: (source, target) => [`dev/xml/newsdev2021.${source}-${target}.xml`],
  },
  {
    name: "wmt22",
    archive: archive(
      "https://github.com/wmt-conference/wmt22-news-systems/archive/refs/tags/v1.1.tar.gz",
      "0840978b9b50b9ac3b2b081e37d620b9",
      "wmt22",
    ),
    pairs: [...withEnglish("cs de ja liv ru uk zh"), ..."cs-uk de-fr en-hr fr-de ru-sah sah-ru uk-cs".split(" ")],
    files: withSystems("wmt22-news-systems-1.1/", 2022),
    translators: translators("A", { "cs-en": "B", "en-cs": "B", "liv-en": "", "ru-sah": "" }),
  },
  {
    name: "wmt23",
    archive: archive(
      "https://github.com/wmt-conference/wmt23-news-systems/archive/refs/tags/v.0.1.tar.gz",
      "63576405e4ce07130a19ad76ba7eb75b",
      "wmt23",
    ),
    pairs: [...withEnglish("de he ja ru uk zh"), "cs-uk", "en-cs"],
    files: withSystems("wmt23-news-systems-v.0.1/", 2023),
    translators: translators("refA", { "en-he": "refB", "he-en": "refB" }),
  },
  {
    name: "wmt24",
    archive: archive(
      "https://github.com/wmt-conference/wmt24-news-systems/releases/download/v1.1/data_onlyxml.tar.gz",
      "299963fcb7b4e86d6d212bf69beb9580",
      "wmt24",
    ),
    pairs: "cs-uk en-cs en-de en-es en-hi en-is en-ja en-ru en-uk en-zh ja-zh".split(" "),
    files: withSystems("", 2024),
    translators: translators("refA", {}),
  },
];
