/** Recipe `multi30k`: captions of 31,014 pictures in English, German, French and Czech (Elliott et al. 2016, WMT16 multimodal task). */
import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { fetchSource } from "../src/corpora/fetch/source-file.ts";
import { chosenPairs, pairFolder, type Recipe, type RecipeOptions, SPLITS, type Split } from "../src/corpora/recipe.ts";
import { alreadyPrepared, type TextPair, writeCorpus } from "../src/corpora/write-corpus.ts";
import { readLines } from "../src/data/files/corpus.ts";

/** The corpus's own name of each split. */
const FILES: Record<Split, string> = { train: "train", valid: "val", test: "test_2016_flickr" };

const MIRRORS = [
  "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw",
  "https://github.com/multi30k/dataset/raw/master/data/task1/raw",
];

/** SHA-256 of each text unpacked, every line ended by a newline. */
const CHECKSUMS: Record<string, string> = {
  "train.en": "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
  "val.en": "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
  "test_2016_flickr.en": "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
  "train.de": "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72",
  "val.de": "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660",
  "test_2016_flickr.de": "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16",
  "train.fr": "5925a3c18f1587b6b54b87743106e6e8ab93618edb6f65d19eac0621f853a10d",
  "val.fr": "5304e444d842e962b2dda4d816b70b22a1765b15401642b7ca37a67477e708dc",
  "test_2016_flickr.fr": "cb3160d69b002bb638e66cc7612fcd56cb0af82eadc9c142dedc438afb885ef6",
  "train.cs": "2be68b38c8d586ff4f54eb13cc6e1baaaa053695b3f070d3038303a47f2268da",
  "val.cs": "d53827e469b0a1ca8d57e9e26b2b64c4bc4b33f5479c7b03ae87ae5c882c3e33",
  "test_2016_flickr.cs": "45adb85f688de8407fddcbe1b36dca15d12aab868149b337e2576f2d6d2ff8d8",
};

export const multi30k: Recipe = {
  name: "multi30k",
  description: "Picture captions, 29,000 in English, German, French and Czech; test_2016_flickr as test set",
  licence: "none stated; cite Elliott et al. 2016, Multi30K: Multilingual English-German Image Descriptions",
  origin: "https://github.com/multi30k/dataset",
  size: "0.6 MB to download a language",
  checksums: "SHA-256 of every text",
  pairs: ["en-de", "en-fr", "en-cs", "de-en", "fr-en", "cs-en", "de-fr", "de-cs", "fr-de", "fr-cs", "cs-de", "cs-fr"],
  prepare: (options) => prepareMulti30k(options, CHECKSUMS),
};

/** `checksums` are by name of the text, "val.en". */
export async function prepareMulti30k(
  options: RecipeOptions,
  checksums: Record<string, string>,
): ReturnType<Recipe["prepare"]> {
  const { output, from } = options;
  const pairs = chosenPairs(multi30k, options.pairs);
  const wanted = pairs.map((pair) => {
    const [source, target] = pair.split("-") as [string, string];
    const identity = { recipe: multi30k, version: "1", pair, source, target };
    const folder = pairFolder(output, pair, pairs);
    return { identity, folder, prepared: alreadyPrepared(folder, identity) };
  });
  const missing = wanted.filter(({ prepared }) => prepared === undefined);
  const languages = new Set(missing.flatMap(({ identity }) => [identity.source, identity.target]));
  const texts = new Map<string, string[]>();
  for (const language of languages) {
    for (const split of SPLITS) {
      const name = `${FILES[split]}.${language}`;
      const path = from === undefined ? await fetchText(name, options) : findText(name, from);
      texts.set(`${split}.${language}`, readText(path, checksums[name]!, from === undefined));
    }
  }
  return wanted.map(({ identity, folder, prepared }) => {
    const side = (split: Split, language: string) => texts.get(`${split}.${language}`)!;
    const splitPairs = (split: Split): TextPair[] => {
      const targets = side(split, identity.target);
      return side(split, identity.source).map((source, i) => ({ source, target: targets[i]! }));
    };
    return (
      prepared ??
      writeCorpus(folder, identity, {
        train: splitPairs("train"),
        valid: splitPairs("valid"),
        test: splitPairs("test"),
      })
    );
  });
}

async function fetchText(name: string, options: RecipeOptions): Promise<string> {
  const file = `${name}.gz`;
  const { path } = await fetchSource(
    { name: file, urls: MIRRORS.map((mirror) => `${mirror}/${file}`) },
    "multi30k",
    options,
  );
  return path;
}

function findText(name: string, folder: string): string {
  const path = [`${name}.gz`, name].map((file) => join(folder, file)).find(existsSync);
  if (path !== undefined) return path;
  throw new DataError(`The folder has neither ${name} nor ${name}.gz.`, {
    where: folder,
    nextStep: `Put train, val and test_2016_flickr of both languages there, from ${multi30k.origin}, data/task1/raw.`,
  });
}

function readText(path: string, sha256: string, isDownload: boolean): string[] {
  const lines = [...readLines(path)];
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  if (hash.digest("hex") === sha256) return lines;
  // Of no use to a later call either.
  if (isDownload) rmSync(path);
  throw new DataError("The text is not that of Multi30k: its checksum differs.", {
    where: path,
    nextStep: isDownload ? "Run the same command again; the file has been deleted." : "Fetch the file again.",
  });
}
