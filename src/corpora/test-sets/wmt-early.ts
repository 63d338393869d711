/** Test sets of WMT's translation tasks until 2018: SGML-like files, one a side. */
import { archive, type TestSet, withEnglish } from "./test-set.ts";
import { dev, ownTexts, sameTexts, sharedTexts, TASK } from "./wmt-files.ts";

const WMT08 = archive("https://statmt.org/wmt08/test.tgz", "0582e4e894a3342044059c894e1aea3d", "wmt08");
const WMT16 = archive(`${TASK(16)}/test.tgz`, "3d809cd0c2c86adb2c67034d15c4e446", "wmt16");
const WMT17 = archive(`${TASK(17)}/test.tgz`, "86a1724c276004aa25455ae2a04cef26", "wmt17");
const WMT17_IMPROVED = archive(`${TASK(17)}/test-update-1.tgz`, "91dbfd5af99bc6891a637a68e04dfd41", "wmt17");
const HUMAN_PARITY = archive(
  "https://github.com/MicrosoftTranslator/Translator-HumanParityData/archive/master.zip",
  "18fdaa7a3c84cf6ef688da1f6a5fa96f",
  "human-parity",
);
const HUMAN_PARITY_FOLDER = "Translator-HumanParityData-master/Translator-HumanParityData/References";

export const EARLY_WMT: readonly TestSet[] = [
  {
    name: "wmt08",
    archive: WMT08,
    pairs: withEnglish("cs de es fr hu"),
    files: sameTexts("test/newstest2008", "cz"),
  },
  {
    name: "wmt08/nc",
    archive: WMT08,
    pairs: withEnglish("cs"),
    files: sameTexts("test/nc-test2008", "cz"),
  },
  {
    name: "wmt08/europarl",
    archive: WMT08,
    pairs: withEnglish("de es fr"),
    files: sameTexts("test/test2008"),
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
    archive: WMT16,
    pairs: withEnglish("cs de fi ro ru tr"),
    files: ownTexts("test/newstest2016"),
  },
  {
    name: "wmt16/B",
    archive: WMT16,
    pairs: ["en-fi"],
    files: () => ["test/newstest2016-enfi-src.en.sgm", "test/newstestB2016-enfi-ref.fi.sgm"],
  },
  {
    name: "wmt16/tworefs",
    archive: WMT16,
    pairs: ["en-fi"],
    files: (source, target) => [...ownTexts("test/newstest2016")(source, target), "test/newstestB2016-enfi-ref.fi.sgm"],
  },
  {
    name: "wmt16/dev",
    archive: archive(`${TASK(16)}/dev.tgz`, "4a3dc2760bb077f4308cce96b06e6af6", "wmt16"),
    pairs: withEnglish("ro tr"),
    files: ownTexts("dev/newsdev2016"),
  },
  {
    name: "wmt17",
    archive: WMT17,
    pairs: withEnglish("cs de fi lv ru tr zh"),
    files: ownTexts("test/newstest2017"),
  },
  {
    name: "wmt17/B",
    archive: WMT17,
    pairs: ["en-fi"],
    files: ownTexts("test/newstestB2017"),
  },
  {
    name: "wmt17/tworefs",
    archive: WMT17,
    pairs: ["en-fi"],
    files: (source, target) => [...ownTexts("test/newstest2017")(source, target), "test/newstestB2017-enfi-ref.fi.sgm"],
  },
  {
    name: "wmt17/improved",
    archive: WMT17_IMPROVED,
    pairs: withEnglish("zh"),
    files: ownTexts("newstest2017"),
  },
  {
    // The references of Microsoft's study of human parity (Hassan et al. 2018) beside WMT's own.
    name: "wmt17/ms",
    archive: (file) => (file.endsWith(".sgm") ? WMT17_IMPROVED : HUMAN_PARITY),
    pairs: ["zh-en"],
    files: (source, target) => [
      ...ownTexts("newstest2017")(source, target),
      ...["HT", "PE"].map((kind) => `${HUMAN_PARITY_FOLDER}/Translator-HumanParityData-Reference-${kind}.txt`),
    ],
  },
  dev(17, "9b1aa63c1cf49dccdd20b962fe313989", "lv zh"),
  {
    name: "wmt18",
    archive: archive(`${TASK(18)}/test.tgz`, "f996c245ecffea23d0006fa4c34e9064", "wmt18"),
    pairs: withEnglish("cs de et fi ru tr zh"),
    files: ownTexts("test/newstest2018"),
  },
  {
    name: "wmt18/test-ts",
    archive: archive(`${TASK(18)}/test-ts.tgz`, "5c621a34d512cc2dd74162ae7d00b320", "wmt18"),
    pairs: withEnglish("cs de et fi ru tr zh"),
    files: (source, target) => [
      `test-ts/newstest2018-${source}${target}-src-ts.${source}.sgm`,
      `test-ts/newstest2018-${source}${target}-ref-ts.${target}.sgm`,
    ],
  },
  dev(18, "486f391da54a7a3247f02ebd25996f24", "et"),
];
