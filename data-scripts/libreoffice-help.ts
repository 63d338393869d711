/** Recipe `libreoffice-help`: paragraphs of LibreOffice's help, paired by page and paragraph number. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { archiveMembers, memberBytes } from "../src/corpora/archives/archive-member.ts";
import { cacheFolder } from "../src/corpora/fetch/cache-folder.ts";
import { debOf, fetchDebianPackages } from "../src/corpora/fetch/debian-packages.ts";
import { htmlParagraphs } from "../src/corpora/formats/html-paragraphs.ts";
import { preparePairs } from "../src/corpora/prepare-pairs.ts";
import type { Recipe, RecipeOptions } from "../src/corpora/recipe.ts";
import { splitPairs } from "../src/corpora/split.ts";
import { type CorpusIdentity, type TextPair, writeCorpus } from "../src/corpora/write-corpus.ts";
import { readAligned } from "../src/data/files/corpus.ts";

const LANGUAGES = ["de", "fr", "es", "it", "ja", "nl", "pl", "cs", "hu", "ru", "sv", "tr", "ko", "da", "fi", "pt"];
/** In parts of 10,000. */
const SHARES = { valid: 200, test: 300 };

export const libreofficeHelp: Recipe = {
  name: "libreoffice-help",
  description: `Help pages of LibreOffice, English and ${LANGUAGES.length} languages, about 34,000 paragraphs each`,
  licence: "MPL-2.0 (The Document Foundation)",
  origin: "Debian packages libreoffice-help-*",
  size: "7 MB to download a pair",
  checksums: "those of the distribution, signed; apt-get compares them",
  pairs: LANGUAGES.flatMap((language) => [`en-${language}`, `${language}-en`]),
  prepare: (options) =>
    preparePairs(libreofficeHelp, "1", options, async (identity, folder) => {
      const { splits, dropped } = splitPairs(await englishPairs(identity, options), SHARES, unusable);
      const turn = (pairs: TextPair[]) =>
        identity.source === "en" ? pairs : pairs.map(({ source, target }) => ({ source: target, target: source }));
      const { train, valid, test } = splits;
      return writeCorpus(folder, identity, { train: turn(train), valid: turn(valid), test: turn(test) }, dropped);
    }),
};

/** Pairs whose source is English: aligned files lohelp.en-de.* of a folder, or packages. */
async function englishPairs(
  { source, target }: CorpusIdentity,
  { from, cache = cacheFolder(), progress }: RecipeOptions,
): Promise<TextPair[]> {
  const language = source === "en" ? target : source;
  const aligned = (side: string) => join(from ?? "", `lohelp.en-${language}.${side}.gz`);
  if (from !== undefined && existsSync(aligned("en"))) return [...readAligned(aligned("en"), aligned(language))];
  const names = ["libreoffice-help-en-us", `libreoffice-help-${language}`];
  if (from === undefined) progress?.(`Fetching ${names.join(" and ")} with apt-get`);
  const paths =
    from === undefined
      ? await fetchDebianPackages(join(cache, "debian"), names)
      : names.map((name) => debOf(from, name) ?? missing(from, name));
  const [english, foreign] = [await readPages(paths[0]!, progress), await readPages(paths[1]!, progress)];
  const pairs: TextPair[] = [];
  for (const [key, text] of english) {
    const translation = foreign.get(key);
    if (translation !== undefined) pairs.push({ source: text, target: translation });
  }
  if (pairs.length > 0) return pairs;
  throw new DataError("The two packages have no paragraph in common.", {
    where: paths.join(" and "),
    nextStep: "Use packages of the same version.",
  });
}

/** Paragraphs of a package by page and number, "text/shared/main.html#par_1". */
async function readPages(path: string, progress: RecipeOptions["progress"]): Promise<Map<string, string>> {
  progress?.(`Reading ${path}`);
  const paragraphs = new Map<string, string>();
  for await (const member of archiveMembers(path)) {
    const page = /\/help\/[^/]+\/(text\/.*\.html)$/.exec(member.path)?.[1];
    if (page === undefined) continue;
    for (const [id, text] of htmlParagraphs((await memberBytes(member)).toString("utf8"))) {
      paragraphs.set(`${page}#${id}`, text);
    }
  }
  return paragraphs;
}

function unusable({ source, target }: TextPair): string | undefined {
  if (source === "" || target === "") return "empty";
  if (source === target) return "identical";
  return /\p{L}.*\s.*\p{L}/u.test(source) ? undefined : "under two words";
}

function missing(folder: string, name: string): never {
  throw new DataError(`The folder has neither aligned files nor ${name}_*.deb.`, {
    where: folder,
    nextStep: `Fetch the package with: apt-get download ${name}`,
  });
}
