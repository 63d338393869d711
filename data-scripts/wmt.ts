/** Recipes `wmt14` and `wmt16`: the news translation tasks' training texts, development sets and newstests. */
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { unpackMembers } from "../src/corpora/archives/archive-member.ts";
import { cacheFolder } from "../src/corpora/fetch/cache-folder.ts";
import { type FoundSource, fetchSource, recordOf, type SourceFile } from "../src/corpora/fetch/source-file.ts";
import { preparePairs, reversed } from "../src/corpora/prepare-pairs.ts";
import type { PreparedPair, Recipe, RecipeOptions } from "../src/corpora/recipe.ts";
import { loadTestSet } from "../src/corpora/test-sets/test-sets.ts";
import { type CorpusIdentity, earlierSources, type TextPair, writeLargeCorpus } from "../src/corpora/write-corpus.ts";
import { streamAligned } from "../src/data/files/corpus.ts";

/** Address, bytes and SHA-256 of each archive; sizes and checksums are those that TensorFlow Datasets publishes for the same addresses. */
const ARCHIVES = {
  europarl7: [
    "https://www.statmt.org/wmt13/training-parallel-europarl-v7.tgz",
    657632379,
    "0224c7c710c8a063dfd893b0cc0830202d61f4c75c17eb8e31836103d27d96e7",
  ],
  europarl8: [
    "https://data.statmt.org/wmt16/translation-task/training-parallel-ep-v8.tgz",
    225018324,
    "8917bd3bef3bc894c8519ca1f8a4c7c330aad08a1263655a9d99ee13d532e3c7",
  ],
  commonCrawl: [
    "https://www.statmt.org/wmt13/training-parallel-commoncrawl.tgz",
    918311367,
    "c7a74e2ea01ac6c920123108627e35278d4ccb5701e15428ffa34de86fa3a9e5",
  ],
  newsCommentary9: [
    "https://www.statmt.org/wmt14/training-parallel-nc-v9.tgz",
    80418416,
    "cb8953f292298e6877ae433c98912b927cb0766b303f4540512ddd286c748485",
  ],
  newsCommentary11: [
    "https://data.statmt.org/wmt16/translation-task/training-parallel-nc-v11.tgz",
    75178032,
    "cfe8ab047e05043476e498ee765c98e939c7b7d6d294e856344c84476b619d6a",
  ],
  un: [
    "https://www.statmt.org/wmt13/training-parallel-un.tgz",
    2365634246,
    "29141b5c1eba149a94f7a59d3b1a834b2e47fe0f8758d68dcd77a3d3f497ee47",
  ],
  gigaFrEn: [
    "https://www.statmt.org/wmt10/training-giga-fren.tar",
    2595102720,
    "3ff8319f6919393520559bfbc7ad6a747ec81b3abc7be9993b338d4b017b4d9a",
  ],
} as const satisfies Record<string, readonly [url: string, size: number, sha256: string]>;

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

/** A text of an archive: BASE.LANGUAGE, with an ending where it is compressed inside. */
function part(archive: keyof typeof ARCHIVES | SourceFile, base: string, ending = ""): TrainingPart {
  const file = (language: string) => `${base}.${language}${ending}`;
  if (typeof archive !== "string") return { archive, file };
  const [url, size, sha256] = ARCHIVES[archive];
  return { archive: { name: url.slice(url.lastIndexOf("/") + 1), urls: [url], size, sha256 }, file };
}

/** The task's own test set has all 3,003 sentences, as papers use it; `wmt14` is sacreBLEU's filtered one. */
const NEWSTESTS_14 = { valid: "wmt13", test: "wmt14/full", newstest2012: "wmt12" };

export const WMT14_PAIRS: Record<string, WmtPair> = {
  "en-de": {
    train: [
      part("europarl7", "training/europarl-v7.de-en"),
      part("commonCrawl", "commoncrawl.de-en"),
      part("newsCommentary9", "training/news-commentary-v9.de-en"),
    ],
    heldOut: NEWSTESTS_14,
  },
  "en-fr": {
    train: [
      part("europarl7", "training/europarl-v7.fr-en"),
      part("commonCrawl", "commoncrawl.fr-en"),
      part("newsCommentary9", "training/news-commentary-v9.fr-en"),
      part("un", "un/undoc.2000.fr-en"),
      part("gigaFrEn", "giga-fren.release2.fixed", ".gz"),
    ],
    heldOut: NEWSTESTS_14,
  },
};

const WMT16_PAIRS: Record<string, WmtPair> = {
  "en-de": {
    train: [
      part("europarl7", "training/europarl-v7.de-en"),
      part("commonCrawl", "commoncrawl.de-en"),
      part("newsCommentary11", "training-parallel-nc-v11/news-commentary-v11.de-en"),
    ],
    heldOut: { valid: "wmt15", test: "wmt16", newstest2014: "wmt14/full" },
  },
  "en-ro": {
    train: [part("europarl8", "training-parallel-ep-v8/europarl-v8.ro-en"), part(SETIMES, "SETIMES.en-ro")],
    heldOut: { valid: "wmt16/dev", test: "wmt16" },
  },
};

const LICENCE =
  "for research; Europarl, News Commentary, Common Crawl, UN, 10^9 and SETIMES have terms of their own, see the origin";

export const wmt14: Recipe = newsTask(14, WMT14_PAIRS, {
  description: "WMT 2014 news task: 4.5 million pairs en-de, 41 million en-fr; newstest2012 to newstest2014",
  size: "en-de 1.7 GB to download, en-fr 6.6 GB",
  checksums: "SHA-256 of every training archive, MD5 of test sets",
});

export const wmt16: Recipe = newsTask(16, WMT16_PAIRS, {
  description: "WMT 2016 news task: 4.5 million pairs en-de, 0.6 million en-ro; newstest2016",
  size: "en-de 1.7 GB to download, en-ro 0.3 GB",
  checksums: "SHA-256 of every training archive but SETIMES, whose first download is remembered; MD5 of test sets",
});

function newsTask(
  year: number,
  table: Record<string, WmtPair>,
  texts: Pick<Recipe, "description" | "size" | "checksums">,
): Recipe {
  const recipe: Recipe = {
    name: `wmt${year}`,
    ...texts,
    licence: LICENCE,
    origin: `https://www.statmt.org/wmt${year}/translation-task.html`,
    pairs: Object.keys(table).flatMap((pair) => [pair, reversed(pair)]),
    prepare: (options) => prepareWmt(recipe, table, options),
  };
  return recipe;
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
