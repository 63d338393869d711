/**
 * Test sets by the names sacreBLEU gives them: which archive, which files in it, and the archive's published MD5.
 * `iwslt14`, which sacreBLEU lacks, is the customary test set of that campaign.
 */

import type { SourceFile } from "../fetch/source-file.ts";
import { ARCHIVE as IWSLT14_ARCHIVE, TEST_TALKS } from "./iwslt14-archive.ts";

/** A published test set, and where its texts are. */
export interface TestSet {
  /** sacreBLEU's name, `wmt14`. */
  name: string;
  /** Where each file is. */
  archive: SourceFile | ((file: string) => SourceFile);
  /** Folder of the cache that keeps the archive (default test-sets). */
  cache?: string;
  /** Language pairs, "en-de". */
  pairs: readonly string[];
  /** Texts that follow each other and together are the set; default one without a name. */
  parts?: readonly string[];
  /** Files in the archive: the source, then a reference each; or one XML file that holds both. */
  files: (source: string, target: string, part: string) => readonly string[];
  /** Translators of a pair's XML set whose references are taken. */
  translators?: (pair: string) => readonly string[];
}

function archive(url: string, md5: string, name: string): SourceFile {
  return { name: `${name}.${url.slice(url.lastIndexOf("/") + 1)}`, urls: [url], md5 };
}

/** Every pair of English with each language, both ways. */
const withEnglish = (languages: string) => languages.split(" ").flatMap((each) => [`${each}-en`, `en-${each}`]);

/** Until 2013 all languages had the same texts; until 2010 Czech was called cz. */
const sameTexts = (base: string, czech = "cs") => {
  const text = (language: string) => `${base}-src.${language === "cs" ? czech : language}.sgm`;
  return (source: string, target: string) => [text(source), text(target)];
};
/** Since 2015 each direction has files of its own. */
const ownTexts = (base: string) => (source: string, target: string) => [
  `${base}-${source}${target}-src.${source}.sgm`,
  `${base}-${source}${target}-ref.${target}.sgm`,
];
/** 2014: a pair's two directions share texts, and English comes second in their name. */
const sharedTexts = (base: string) => (source: string, target: string) => {
  const languages = source === "en" ? `${target}en` : `${source}en`;
  return [`${base}-${languages}-src.${source}.sgm`, `${base}-${languages}-ref.${target}.sgm`];
};

const TASK = (year: number) => `https://data.statmt.org/wmt${year}/translation-task`;
const WMT21 = archive(`${TASK(21)}/test.tgz`, "32e7ab995bc318414375d60f0269af92", "wmt21");
const WMT21_NEWS =
  "de-fr en-de en-ha en-is en-ja fr-de ha-en is-en ja-en zh-en en-zh cs-en de-en en-cs en-ru ru-en".split(" ");
const FLORES21 = ["bn-hi", "hi-bn", "xh-zu", "zu-xh"];

const wmt21 = (name: string, pairs: readonly string[], taken: readonly string[]): TestSet => ({
  name,
  archive: WMT21,
  pairs,
  translators: () => taken,
  files: (source, target) => [
    `test/${FLORES21.includes(`${source}-${target}`) ? "florestest" : "newstest"}2021.${source}-${target}.xml`,
  ],
});

/** WMT 2022 and later: one XML file a pair, systems' translations included. */
const withSystems = (folder: string, year: number) => (source: string, target: string) => [
  `${folder}xml/wmttest${year}.${source}-${target}.all.xml`,
];
/** Translators of a pair whose references are not those of the others. */
const translators = (usual: string, others: Record<string, string>) => (pair: string) => [others[pair] ?? usual];

const dev = (year: number, md5: string, languages: string): TestSet => ({
  name: `wmt${year}/dev`,
  archive: archive(`${TASK(year)}/dev.tgz`, md5, `wmt${year}`),
  pairs: withEnglish(languages),
  files: ownTexts(`dev/newsdev20${year}`),
});

/** MD5 of the archive of each direction; a direction's archive holds its source side only. */
const IWSLT17: Readonly<Record<string, string>> = {
  "en-fr": "1849bcc3b006dc0642a8843b11aa7192",
  "fr-en": "79bf7a2ef02d226875f55fb076e7e473",
  "en-de": "b68e7097b179491f6c466ef41ad72b9b",
  "de-en": "e3f5b2a075a2da1a395c8b60bf1e9be1",
  "en-ar": "ecdc6bc4ab4c8984e919444f3c05183a",
  "ar-en": "4b5141d14b98706c081371e2f8afe0ca",
  "en-ja": "d957ee79de1f33c89077d37c5a2c5b06",
  "ja-en": "c213e8bb918ebf843543fe9fd2e33db2",
  "en-ko": "59f6a81c707378176e9ad8bb8d811f5f",
  "ko-en": "7e580af973bb389ec1d1378a1850742f",
  "en-zh": "975a858783a0ebec8c57d83ddd5bd381",
  "zh-en": "cc51d9b7fe1ff2af858c6a0dd80b8815",
};
const WIT3 = "https://raw.githubusercontent.com/hlt-mt/WIT3/master/archive/2017-01-ted-test/texts";

const MULTI30K = archive(
  "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/multi30k_test_sets_d3ec2a38.tar.gz",
  "9cf8f22d57fee2ca2af3c682dfdc525b",
  "multi30k",
);

export const TEST_SETS: readonly TestSet[] = [
  {
    name: "wmt08",
    archive: archive("https://statmt.org/wmt08/test.tgz", "0582e4e894a3342044059c894e1aea3d", "wmt08"),
    pairs: withEnglish("cs de es fr hu"),
    files: sameTexts("test/newstest2008", "cz"),
  },
  {
    name: "wmt09",
    archive: archive("https://statmt.org/wmt09/test.tgz", "da227abfbd7b666ec175b742a0d27b37", "wmt09"),
    pairs: withEnglish("cs de es fr hu it"),
    files: sameTexts("test/newstest2009", "cz"),
  },
  {
    name: "wmt10",
    archive: archive("https://statmt.org/wmt10/test.tgz", "491cb885a355da5a23ea66e7b3024d5c", "wmt10"),
    pairs: withEnglish("cs de es fr"),
    files: sameTexts("test/newstest2010", "cz"),
  },
  {
    name: "wmt11",
    archive: archive("https://statmt.org/wmt11/test.tgz", "b0c9680adf32d394aefc2b24e3a5937e", "wmt11"),
    pairs: withEnglish("cs de es fr"),
    files: sameTexts("newstest2011"),
  },
  {
    name: "wmt12",
    archive: archive("https://statmt.org/wmt12/test.tgz", "608232d34ebc4ba2ff70fead45674e47", "wmt12"),
    pairs: withEnglish("cs de es fr"),
    files: sameTexts("test/newstest2012"),
  },
  {
    name: "wmt13",
    archive: archive("https://statmt.org/wmt13/test.tgz", "48eca5d02f637af44e85186847141f67", "wmt13"),
    pairs: withEnglish("cs de es fr ru"),
    files: sameTexts("test/newstest2013"),
  },
  {
    name: "wmt14",
    archive: archive("https://statmt.org/wmt14/test-filtered.tgz", "84c597844c1542e29c2aff23aaee4310", "wmt14"),
    pairs: withEnglish("cs de fr hi ru"),
    files: sharedTexts("test/newstest2014"),
  },
  {
    name: "wmt14/full",
    archive: archive("https://statmt.org/wmt14/test-full.tgz", "a8cd784e006feb32ac6f3d9ec7eb389a", "wmt14"),
    pairs: withEnglish("cs de fr hi ru"),
    files: sharedTexts("test-full/newstest2014"),
  },
  {
    name: "wmt15",
    archive: archive("https://statmt.org/wmt15/test.tgz", "67e3beca15e69fe3d36de149da0a96df", "wmt15"),
    pairs: withEnglish("fr cs de fi ru"),
    files: (source, target) =>
      ownTexts([source, target].includes("fr") ? "test/newsdiscusstest2015" : "test/newstest2015")(source, target),
  },
  {
    name: "wmt16",
    archive: archive(`${TASK(16)}/test.tgz`, "3d809cd0c2c86adb2c67034d15c4e446", "wmt16"),
    pairs: withEnglish("cs de fi ro ru tr"),
    files: ownTexts("test/newstest2016"),
  },
  {
    name: "wmt16/dev",
    archive: archive(`${TASK(16)}/dev.tgz`, "4a3dc2760bb077f4308cce96b06e6af6", "wmt16"),
    pairs: withEnglish("ro tr"),
    files: ownTexts("dev/newsdev2016"),
  },
  {
    name: "wmt17",
    archive: archive(`${TASK(17)}/test.tgz`, "86a1724c276004aa25455ae2a04cef26", "wmt17"),
    pairs: withEnglish("cs de fi lv ru tr zh"),
    files: ownTexts("test/newstest2017"),
  },
  {
    name: "wmt17/improved",
    archive: archive(`${TASK(17)}/test-update-1.tgz`, "91dbfd5af99bc6891a637a68e04dfd41", "wmt17"),
    pairs: withEnglish("zh"),
    files: ownTexts("newstest2017"),
  },
  dev(17, "9b1aa63c1cf49dccdd20b962fe313989", "lv zh"),
  {
    name: "wmt18",
    archive: archive(`${TASK(18)}/test.tgz`, "f996c245ecffea23d0006fa4c34e9064", "wmt18"),
    pairs: withEnglish("cs de et fi ru tr zh"),
    files: ownTexts("test/newstest2018"),
  },
  dev(18, "486f391da54a7a3247f02ebd25996f24", "et"),
  {
    name: "wmt19",
    archive: archive(`${TASK(19)}/test.tgz`, "84de7162d158e28403103b01aeefc39a", "wmt19"),
    pairs: [...["cs-de", "de-cs", "de-fr", "fr-de", "en-cs"], ...withEnglish("de fi gu kk lt ru zh")],
    files: ownTexts("sgm/newstest2019"),
  },
  dev(19, "f2ec7af5947c19e0cacb3882eb208002", "gu kk lt"),
  {
    name: "wmt20",
    archive: archive(`${TASK(20)}/test.tgz`, "3b1f777cfd2fb15ccf66e9bfdb2b1699", "wmt20"),
    pairs: ["de-fr", "fr-de", ...withEnglish("cs de iu ja km pl ps ru ta zh")],
    files: ownTexts("sgm/newstest2020"),
  },
  {
    name: "wmt20/tworefs",
    archive: archive(`${TASK(20)}/test.tgz`, "3b1f777cfd2fb15ccf66e9bfdb2b1699", "wmt20"),
    pairs: ["de-en", "en-de", "en-zh", "ru-en", "zh-en"],
    files: (source, target) => [
      ...ownTexts("sgm/newstest2020")(source, target),
      ownTexts("sgm/newstestB2020")(source, target)[1]!,
    ],
  },
  dev(20, "037f2b37aab74febbb1b2307dc2afb54", "iu ja pl ta"),
  wmt21("wmt21", [...WMT21_NEWS, ...FLORES21], ["A"]),
  wmt21("wmt21/B", ["cs-en", "de-en", "en-cs", "en-ru", "en-zh", "ru-en"], ["B"]),
  wmt21("wmt21/C", ["en-de"], ["C"]),
  wmt21("wmt21/D", ["en-de"], ["D"]),
  wmt21("wmt21/AB", ["cs-en", "de-en", "en-de", "en-cs", "en-ru", "en-zh", "ru-en"], ["A", "B"]),
  wmt21("wmt21/AC", ["en-de"], ["A", "C"]),
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
  {
    name: "iwslt14",
    archive: IWSLT14_ARCHIVE,
    cache: "iwslt14",
    pairs: ["de-en", "en-de"],
    parts: TEST_TALKS,
    files: (source, target, talk) => [source, target].map((side) => `de-en/IWSLT14.${talk}.de-en.${side}.xml`),
  },
  {
    name: "iwslt17",
    archive: (file) => {
      const pair = file.slice(0, file.indexOf("/"));
      return archive(`${WIT3}/${pair.replace("-", "/")}/${pair}.tgz`, IWSLT17[pair]!, "iwslt17");
    },
    pairs: Object.keys(IWSLT17),
    files: (source, target) => [
      `${source}-${target}/IWSLT17.TED.tst2017.${source}-${target}.${source}.xml`,
      `${target}-${source}/IWSLT17.TED.tst2017.${target}-${source}.${target}.xml`,
    ],
  },
  {
    name: "multi30k/2016",
    archive: MULTI30K,
    pairs: ["en-cs", "en-de", "en-fr"],
    files: (source, target) => [`test_2016_flickr.${source}`, `test_2016_flickr.${target}`],
  },
  {
    name: "multi30k/2017",
    archive: MULTI30K,
    pairs: ["en-de", "en-fr"],
    files: (source, target) => [`test_2017_flickr.${source}`, `test_2017_flickr.${target}`],
  },
];
