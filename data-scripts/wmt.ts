/** Recipes `wmt14` and `wmt16`: the news translation tasks' training texts, development sets and newstests. */
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { streamAligned } from "../src/data/corpus.ts";
import { unpackMembers } from "./archive-member.ts";
import { preparePairs, reversed } from "./prepare-pairs.ts";
import { cacheFolder, type PreparedPair, type Recipe, type RecipeOptions } from "./recipe.ts";
import { type FoundSource, fetchSource, recordOf, type SourceFile } from "./source-file.ts";
import { loadTestSet } from "./test-sets.ts";
import { type CorpusIdentity, earlierSources, type TextPair, writeLargeCorpus } from "./write-corpus.ts";

/** Sizes and checksums are those that TensorFlow Datasets publishes for the same addresses. */
const EUROPARL: SourceFile = {
  name: "training-parallel-europarl-v7.tgz",
  urls: ["https://www.statmt.org/wmt13/training-parallel-europarl-v7.tgz"],
  size: 657632379,
  sha256: "0224c7c710c8a063dfd893b0cc0830202d61f4c75c17eb8e31836103d27d96e7",
};
const COMMON_CRAWL: SourceFile = {
  name: "training-parallel-commoncrawl.tgz",
  urls: ["https://www.statmt.org/wmt13/training-parallel-commoncrawl.tgz"],
  size: 918311367,
  sha256: "c7a74e2ea01ac6c920123108627e35278d4ccb5701e15428ffa34de86fa3a9e5",
};
const NEWS_COMMENTARY_9: SourceFile = {
  name: "training-parallel-nc-v9.tgz",
  urls: ["https://www.statmt.org/wmt14/training-parallel-nc-v9.tgz"],
  size: 80418416,
  sha256: "cb8953f292298e6877ae433c98912b927cb0766b303f4540512ddd286c748485",
};
const UN: SourceFile = {
  name: "training-parallel-un.tgz",
  urls: ["https://www.statmt.org/wmt13/training-parallel-un.tgz"],
  size: 2365634246,
  sha256: "29141b5c1eba149a94f7a59d3b1a834b2e47fe0f8758d68dcd77a3d3f497ee47",
};
const GIGA_FR_EN: SourceFile = {
  name: "training-giga-fren.tar",
  urls: ["https://www.statmt.org/wmt10/training-giga-fren.tar"],
  size: 2595102720,
  sha256: "3ff8319f6919393520559bfbc7ad6a747ec81b3abc7be9993b338d4b017b4d9a",
};
const NEWS_COMMENTARY_11: SourceFile = {
  name: "training-parallel-nc-v11.tgz",
  urls: ["https://data.statmt.org/wmt16/translation-task/training-parallel-nc-v11.tgz"],
  size: 75178032,
  sha256: "cfe8ab047e05043476e498ee765c98e939c7b7d6d294e856344c84476b619d6a",
};
const EUROPARL_8: SourceFile = {
  name: "training-parallel-ep-v8.tgz",
  urls: ["https://data.statmt.org/wmt16/translation-task/training-parallel-ep-v8.tgz"],
  size: 225018324,
  sha256: "8917bd3bef3bc894c8519ca1f8a4c7c330aad08a1263655a9d99ee13d532e3c7",
};
/** OPUS states no checksum. */
const SETIMES: SourceFile = {
  name: "SETIMES.en-ro.txt.zip",
  urls: [
    "https://object.pouta.csc.fi/OPUS-SETIMES/v2/moses/en-ro.txt.zip",
    "https://opus.nlpl.eu/download.php?f=SETIMES/v2/moses/en-ro.txt.zip",
  ],
};

export interface TrainingPart {
  archive: SourceFile;
  /** A side's file in the archive. */
  file: (language: string) => string;
}

/** What a pair is made of, written with English first. */
export interface WmtPair {
  train: readonly TrainingPart[];
  /** Test sets by the name of the split. */
  heldOut: Record<"valid" | "test", string> & Record<string, string>;
}

const part = (archive: SourceFile, base: string, ending = ""): TrainingPart => ({
  archive,
  file: (language) => `${base}.${language}${ending}`,
});

/** The task's own test set has all 3,003 sentences, as papers use it; `wmt14` is sacreBLEU's filtered one. */
const NEWSTESTS_14 = { valid: "wmt13", test: "wmt14/full", newstest2012: "wmt12" };

export const WMT14_PAIRS: Record<string, WmtPair> = {
  "en-de": {
    train: [
      part(EUROPARL, "training/europarl-v7.de-en"),
      part(COMMON_CRAWL, "commoncrawl.de-en"),
      part(NEWS_COMMENTARY_9, "training/news-commentary-v9.de-en"),
    ],
    heldOut: NEWSTESTS_14,
  },
  "en-fr": {
    train: [
      part(EUROPARL, "training/europarl-v7.fr-en"),
      part(COMMON_CRAWL, "commoncrawl.fr-en"),
      part(NEWS_COMMENTARY_9, "training/news-commentary-v9.fr-en"),
      part(UN, "un/undoc.2000.fr-en"),
      part(GIGA_FR_EN, "giga-fren.release2.fixed", ".gz"),
    ],
    heldOut: NEWSTESTS_14,
  },
};

export const WMT16_PAIRS: Record<string, WmtPair> = {
  "en-de": {
    train: [
      part(EUROPARL, "training/europarl-v7.de-en"),
      part(COMMON_CRAWL, "commoncrawl.de-en"),
      part(NEWS_COMMENTARY_11, "training-parallel-nc-v11/news-commentary-v11.de-en"),
    ],
    heldOut: { valid: "wmt15", test: "wmt16", newstest2014: "wmt14/full" },
  },
  "en-ro": {
    train: [part(EUROPARL_8, "training-parallel-ep-v8/europarl-v8.ro-en"), part(SETIMES, "SETIMES.en-ro")],
    heldOut: { valid: "wmt16/dev", test: "wmt16" },
  },
};

const LICENCE =
  "for research; Europarl, News Commentary, Common Crawl, UN, 10^9 and SETIMES have terms of their own, see the origin";

export const wmt14: Recipe = {
  name: "wmt14",
  description: "WMT 2014 news task: 4.5 million pairs en-de, 41 million en-fr; newstest2012 to newstest2014",
  licence: LICENCE,
  origin: "https://www.statmt.org/wmt14/translation-task.html",
  size: "en-de 1.7 GB to download, en-fr 6.6 GB",
  pairs: bothWays(WMT14_PAIRS),
  prepare: (options) => prepareWmt(wmt14, WMT14_PAIRS, options),
};

export const wmt16: Recipe = {
  name: "wmt16",
  description: "WMT 2016 news task: 4.5 million pairs en-de, 0.6 million en-ro; newstest2016",
  licence: LICENCE,
  origin: "https://www.statmt.org/wmt16/translation-task.html",
  size: "en-de 1.7 GB to download, en-ro 0.3 GB",
  pairs: bothWays(WMT16_PAIRS),
  prepare: (options) => prepareWmt(wmt16, WMT16_PAIRS, options),
};

function bothWays(table: Record<string, WmtPair>): string[] {
  return Object.keys(table).flatMap((pair) => [pair, reversed(pair)]);
}

/** Writes the pairs asked for; texts are streamed, so memory does not grow with them. */
export function prepareWmt(
  recipe: Pick<Recipe, "name" | "pairs" | "origin" | "licence">,
  table: Record<string, WmtPair>,
  options: RecipeOptions,
): Promise<PreparedPair[]> {
  return preparePairs(recipe, "1", options, async (identity, folder) => {
    const { train, heldOut } = table[identity.pair] ?? table[reversed(identity.pair)]!;
    const sourceOptions = { ...options, earlier: earlierSources(folder) };
    const found: FoundSource[] = [];
    for (const { archive } of train) found.push(await fetchSource(archive, recipe.name, sourceOptions));
    const sets: Record<string, AsyncIterable<TextPair[]>> = {};
    for (const [split, name] of Object.entries(heldOut)) {
      options.progress?.(`Reading test set ${name}`);
      const { source, references } = await loadTestSet(name, identity.pair, sourceOptions);
      sets[split] = one(source.map((text, i) => ({ source: text, target: references[0]![i]! })));
    }
    const { valid, test, ...more } = sets as Record<"valid" | "test", AsyncIterable<TextPair[]>>;
    const unpacked = join(options.cache ?? cacheFolder(), recipe.name, "unpacked");
    const splits = { train: trainingPairs(train, found, identity, unpacked, options), valid, test, ...more };
    return writeLargeCorpus(folder, identity, splits, found.map(recordOf));
  });
}

async function* trainingPairs(
  parts: readonly TrainingPart[],
  found: readonly FoundSource[],
  { source, target }: CorpusIdentity,
  unpacked: string,
  { progress }: RecipeOptions,
): AsyncGenerator<TextPair[]> {
  for (const [i, { file }] of parts.entries()) {
    progress?.(`Unpacking ${file("*")} of ${found[i]!.name}`);
    const names = [file(source), file(target)];
    const places = await unpackMembers(found[i]!.path, names, join(unpacked, found[i]!.sha256.slice(0, 12)));
    let count = 0;
    for await (const block of streamAligned(places.get(names[0]!)!, places.get(names[1]!)!)) {
      count += block.length;
      yield block;
    }
    if (count === 0) throw new DataError("The file has no lines.", { where: names[0]!, nextStep: "Fetch it again." });
  }
}

async function* one(pairs: TextPair[]): AsyncGenerator<TextPair[]> {
  yield pairs;
}
