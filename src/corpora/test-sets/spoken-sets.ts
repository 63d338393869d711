/** Test sets of talks: IWSLT 2014 and 2017, and Multilingual TEDx (Salesky et al. 2021). */
import { ARCHIVE as IWSLT14_ARCHIVE, TEST_TALKS } from "./iwslt14-archive.ts";
import { archive, pairsOf, type TestSet } from "./test-set.ts";

const WIT3 = "https://raw.githubusercontent.com/hlt-mt/WIT3/master/archive";

/** MD5 of the archive of each direction; a direction's archive holds its source side only. */
const TESTED_17: Readonly<Record<string, string>> = {
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

/** The same of the archives that were for training and have the talks of the years before. */
const TRAINING_17: Readonly<Record<string, string>> = {
  "en-de": "d8a32cfc002a4f12b17429cfa78050e6",
  "de-en": "ca2b94d694150d4d6c5dc64c200fa589",
  "en-fr": "3cf07ebe305312b12f7f1a4d5f8f8377",
  "fr-en": "19927da9de0f40348cad9c0fc61642ac",
  "en-zh": "575b788dad6c5b9c5cee636f9ac1094a",
  "zh-en": "1c0ae40171d52593df8a6963d3828116",
};

/** `talks` as IWSLT names them, tst2015. */
function iwslt17(
  name: string,
  talks: string,
  folder: string,
  sums: typeof TESTED_17,
  pairs: readonly string[],
): TestSet {
  return {
    name,
    archive: (file) => {
      const pair = file.slice(0, file.indexOf("/"));
      const campaign = sums === TESTED_17 ? "iwslt17" : "iwslt17-training";
      return archive(`${WIT3}/${folder}/texts/${pair.replace("-", "/")}/${pair}.tgz`, sums[pair]!, campaign);
    },
    pairs,
    files: (source, target) => [
      `${source}-${target}/IWSLT17.TED.${talks}.${source}-${target}.${source}.xml`,
      `${target}-${source}/IWSLT17.TED.${talks}.${target}-${source}.${target}.xml`,
    ],
  };
}

const TESTED = "2017-01-ted-test";
const TRAINING = "2017-01-trnted";
const TRAINED_PAIRS = Object.keys(TRAINING_17);

const mtedx = (split: string, md5: string): TestSet => ({
  name: `mtedx/${split}`,
  archive: archive(`https://raw.githubusercontent.com/esalesky/mtedx-eval/main/${split}.tar.gz`, md5, "mtedx"),
  pairs: pairsOf("el-en es-en es-fr es-it es-pt fr-en fr-es fr-pt it-en it-es pt-en pt-es ru-en"),
  files: (source, target) => [source, target].map((side) => `${split}/mtedx-${split}-${source}${target}.${side}`),
});

export const SPOKEN_SETS: readonly TestSet[] = [
  {
    name: "iwslt14",
    archive: IWSLT14_ARCHIVE,
    cache: "iwslt14",
    pairs: ["de-en", "en-de"],
    parts: TEST_TALKS,
    files: (source, target, talk) => [source, target].map((side) => `de-en/IWSLT14.${talk}.de-en.${side}.xml`),
  },
  iwslt17("iwslt17", "tst2017", TESTED, TESTED_17, Object.keys(TESTED_17)),
  iwslt17("iwslt17/tst2016", "tst2016", TESTED, TESTED_17, TRAINED_PAIRS),
  ...["tst2015", "tst2014", "tst2013", "tst2012", "tst2011", "tst2010", "dev2010"].map((talks) =>
    iwslt17(`iwslt17/${talks}`, talks, TRAINING, TRAINING_17, TRAINED_PAIRS),
  ),
  mtedx("valid", "40618171614c50e6cbb5e5bbceee0635"),
  mtedx("test", "fa4cb1548c210ec424d7d6bc9a3675a7"),
];
