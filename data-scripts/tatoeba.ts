/** Recipe `tatoeba`: short everyday sentences with English, from tatoeba.org by way of manythings.org. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { archiveMembers, memberBytes } from "../src/corpora/archives/archive-member.ts";
import { fetchSource, recordOf } from "../src/corpora/fetch/source-file.ts";
import { preparePairs } from "../src/corpora/prepare-pairs.ts";
import { type PreparedPair, type Recipe, type RecipeOptions, SPLITS, type Split } from "../src/corpora/recipe.ts";
import { splitOf } from "../src/corpora/split.ts";
import { type CorpusIdentity, earlierSources, type TextPair, writeCorpus } from "../src/corpora/write-corpus.ts";
import { readAligned } from "../src/data/files/corpus.ts";

/** ISO 639-3 code of each language, which names its archive. */
const CODES: Record<string, string> = {
  de: "deu",
  fr: "fra",
  es: "spa",
  ja: "jpn",
  zh: "cmn",
  vi: "vie",
  it: "ita",
  pt: "por",
  nl: "nld",
  pl: "pol",
  ru: "rus",
  tr: "tur",
  cs: "ces",
  sv: "swe",
  fi: "fin",
  hu: "hun",
  uk: "ukr",
  ro: "ron",
};
/** In parts of 10,000. */
const SHARES = { valid: 100, test: 100 };

const pairs = Object.keys(CODES).flatMap((language) => [`en-${language}`, `${language}-en`]);

export const tatoeba: Recipe = {
  name: "tatoeba",
  description: `Everyday sentences in English and ${Object.keys(CODES).length} languages; no English sentence is in two splits`,
  licence: "CC BY 2.0 FR (attribution to tatoeba.org)",
  origin: "https://www.manythings.org/anki/",
  size: "1 to 15 MB to download a pair, 2,000 to 300,000 sentences",
  checksums: "none published; the first download is remembered and compared with; the archives grow",
  pairs,
  prepare: (options) =>
    preparePairs(tatoeba, "1", options, async (identity, folder) => {
      const { from } = options;
      if (from !== undefined && existsSync(splitFile(from, identity, "train", "en"))) {
        return writeCorpus(folder, identity, readSplits(from, identity));
      }
      return fromArchive(folder, identity, options);
    }),
};

const foreign = ({ source, target }: CorpusIdentity) => (source === "en" ? target : source);

async function fromArchive(folder: string, identity: CorpusIdentity, options: RecipeOptions): Promise<PreparedPair> {
  const code = CODES[foreign(identity)]!;
  const name = `${code}-eng.zip`;
  // The archives grow, so none has a fixed checksum.
  const archive = await fetchSource({ name, urls: [`https://www.manythings.org/anki/${name}`] }, "tatoeba", {
    ...options,
    earlier: earlierSources(folder),
  });
  for await (const member of archiveMembers(archive.path)) {
    if (member.path !== `${code}.txt`) continue;
    const { splits, dropped } = splitSentences((await memberBytes(member)).toString("utf8"), identity, archive.path);
    return writeCorpus(folder, identity, splits, dropped, [recordOf(archive)]);
  }
  throw new DataError(`The archive lacks ${code}.txt.`, { where: archive.path, nextStep: "Fetch it again." });
}

/** Lines are "English TAB translation TAB attribution". Held-out sentences keep one translation each. */
function splitSentences(text: string, identity: CorpusIdentity, where: string) {
  const splits: Record<Split, TextPair[]> = { train: [], valid: [], test: [] };
  const dropped: Record<string, number> = {};
  const seen = new Set<string>();
  for (const line of text.split("\n")) {
    const [english, translation] = line.split("\t").map((field) => field.trim());
    if (english === undefined || english === "" || translation === undefined || translation === "") continue;
    const split = splitOf(english, SHARES);
    const key = split === "train" ? `${english}\n${translation}` : english.toLowerCase();
    if (seen.has(key)) dropped["duplicate"] = (dropped["duplicate"] ?? 0) + 1;
    else splits[split].push(turned(english, translation, identity));
    seen.add(key);
  }
  if (splits.train.length > 0) return { splits, dropped };
  throw new DataError("The archive's text has no sentence pairs.", { where, nextStep: "Fetch it again." });
}

function turned(english: string, translation: string, { source }: CorpusIdentity): TextPair {
  return source === "en" ? { source: english, target: translation } : { source: translation, target: english };
}

/** tatoeba.en-de.train.de.gz */
function splitFile(folder: string, identity: CorpusIdentity, split: Split, language: string): string {
  return join(folder, `tatoeba.en-${foreign(identity)}.${split}.${language}.gz`);
}

/** Splits that are there already; without a test set, half of the validation sentences become it. */
function readSplits(from: string, identity: CorpusIdentity): Record<Split, TextPair[]> {
  const splits: Record<Split, TextPair[]> = { train: [], valid: [], test: [] };
  for (const split of SPLITS) {
    const [source, target] = [identity.source, identity.target].map((side) => splitFile(from, identity, split, side));
    if (split === "test" && !existsSync(source!)) continue;
    splits[split] = [...readAligned(source!, target!)];
  }
  if (splits.test.length > 0) return splits;
  const isTest = ({ source, target }: TextPair) =>
    splitOf(identity.source === "en" ? source : target, { valid: 0, test: 5000 }) === "test";
  return { ...splits, valid: splits.valid.filter((pair) => !isTest(pair)), test: splits.valid.filter(isTest) };
}
