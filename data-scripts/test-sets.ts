/**
 * WMT's test sets by the names sacreBLEU gives them: which archive, which files in it, and the archive's published
 * MD5. Texts come out as sacreBLEU reads them, so scores can be compared.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DataError, UsageError } from "../src/base/errors.ts";
import { nearestName } from "../src/base/nearest-name.ts";
import { unpackMembers } from "./archive-member.ts";
import { cacheFolder } from "./recipe.ts";
import { fetchSource, type SourceFile, type SourceOptions } from "./source-file.ts";
import { readSegments, readXmlTestSet } from "./test-set-formats.ts";
import { readWholeText } from "./whole-text.ts";

export interface TestSet {
  name: string;
  archive: SourceFile;
  /** Language pairs, "en-de". */
  pairs: readonly string[];
  /** Files in the archive: the source, then a reference each; or one XML file that holds both. */
  files: (source: string, target: string) => readonly string[];
  /** Translators of an XML set whose references are taken. */
  translators?: readonly string[];
}

export interface TestSetTexts {
  source: string[];
  /** One text for each reference. */
  references: string[][];
}

function archive(url: string, md5: string, name: string): SourceFile {
  return { name: `${name}.${url.slice(url.lastIndexOf("/") + 1)}`, urls: [url], md5 };
}

/** Every pair of English with each language, both ways. */
const withEnglish = (languages: string) => languages.split(" ").flatMap((each) => [`${each}-en`, `en-${each}`]);

/** Until 2013 all languages had the same texts. */
const sameTexts = (base: string) => (source: string, target: string) => [
  `${base}-src.${source}.sgm`,
  `${base}-src.${target}.sgm`,
];
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

const wmt21 = (name: string, pairs: readonly string[], translators: readonly string[]): TestSet => ({
  name,
  archive: WMT21,
  pairs,
  translators,
  files: (source, target) => [
    `test/${FLORES21.includes(`${source}-${target}`) ? "florestest" : "newstest"}2021.${source}-${target}.xml`,
  ],
});

export const TEST_SETS: readonly TestSet[] = [
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
  {
    name: "wmt18",
    archive: archive(`${TASK(18)}/test.tgz`, "f996c245ecffea23d0006fa4c34e9064", "wmt18"),
    pairs: withEnglish("cs de et fi ru tr zh"),
    files: ownTexts("test/newstest2018"),
  },
  {
    name: "wmt19",
    archive: archive(`${TASK(19)}/test.tgz`, "84de7162d158e28403103b01aeefc39a", "wmt19"),
    pairs: [...["cs-de", "de-cs", "de-fr", "fr-de", "en-cs"], ...withEnglish("de fi gu kk lt ru zh")],
    files: ownTexts("sgm/newstest2019"),
  },
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
  wmt21("wmt21", [...WMT21_NEWS, ...FLORES21], ["A"]),
  wmt21("wmt21/B", ["cs-en", "de-en", "en-cs", "en-ru", "en-zh", "ru-en"], ["B"]),
  wmt21("wmt21/C", ["en-de"], ["C"]),
  wmt21("wmt21/D", ["en-de"], ["D"]),
  wmt21("wmt21/AB", ["cs-en", "de-en", "en-de", "en-cs", "en-ru", "en-zh", "ru-en"], ["A", "B"]),
  wmt21("wmt21/AC", ["en-de"], ["A", "C"]),
];

/** Finds a set and checks the pair. Throws UsageError, saying what there is. */
export function findTestSet(name: string, pair: string): TestSet {
  const set = TEST_SETS.find((each) => each.name === name);
  const names = TEST_SETS.map((each) => each.name);
  if (set === undefined) {
    const nearest = nearestName(name, names);
    throw new UsageError(`There is no test set "${name}".`, {
      where: "test set",
      nextStep: `${nearest === undefined ? "" : `Did you mean ${nearest}? `}There are ${names.join(", ")}.`,
    });
  }
  if (set.pairs.includes(pair)) return set;
  throw new UsageError(`The test set ${name} has no language pair "${pair}".`, {
    where: "language pair",
    nextStep: `Use one of ${set.pairs.join(", ")}.`,
  });
}

/** Downloads a set, unless it is there, and reads its texts. Errors as `findTestSet` and `fetchSource`. */
export async function loadTestSet(name: string, pair: string, options: SourceOptions = {}): Promise<TestSetTexts> {
  return readTestSet(findTestSet(name, pair), pair, options);
}

/** The texts of a set that may be of no registry. */
export async function readTestSet(set: TestSet, pair: string, options: SourceOptions = {}): Promise<TestSetTexts> {
  const [source, target] = pair.split("-") as [string, string];
  const found = await fetchSource(set.archive, "test-sets", options);
  const files = set.files(source, target);
  const unpacked = join(
    options.cache ?? cacheFolder(),
    "test-sets",
    `${set.archive.name}.files`,
    found.sha256.slice(0, 12),
  );
  mkdirSync(unpacked, { recursive: true });
  const places = await unpackMembers(found.path, files, unpacked);
  const texts = files.map((file) => readWholeText(places.get(file)!));
  if (set.translators === undefined) {
    const [first, ...references] = files.map((file, i) => readSegments(texts[i]!, `${set.archive.name}, ${file}`));
    return checked(set, { source: first!, references });
  }
  const xml = readXmlTestSet(texts[0]!, `${set.archive.name}, ${files[0]}`);
  const references = set.translators.flatMap((translator) => {
    const lines = xml.references.get(translator);
    return lines === undefined ? [] : [lines];
  });
  return checked(set, { source: xml.sources, references });
}

function checked(set: TestSet, texts: TestSetTexts): TestSetTexts {
  const counts = [texts.source, ...texts.references].map((lines) => lines.length);
  if (texts.references.length > 0 && new Set(counts).size === 1) return texts;
  throw new DataError(`The test set ${set.name} does not fit together: ${counts.join(", ")} lines.`, {
    nextStep: "Delete its archive from the cache and try again.",
  });
}
