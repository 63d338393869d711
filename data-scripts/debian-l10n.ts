/** Recipe `debian-l10n`: messages of free programs, English and translated, from the gettext catalogues in Debian packages. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { archiveMembers, memberBytes } from "../src/corpora/archives/archive-member.ts";
import { cacheFolder } from "../src/corpora/fetch/cache-folder.ts";
import { fetchDebianPackages } from "../src/corpora/fetch/debian-packages.ts";
import { type CatalogueMessage, readCatalogue } from "../src/corpora/formats/gettext/mo.ts";
import { preparePairs } from "../src/corpora/prepare-pairs.ts";
import type { Recipe, RecipeOptions } from "../src/corpora/recipe.ts";
import { splitPairs } from "../src/corpora/split.ts";
import { type TextPair, writeCorpus } from "../src/corpora/write-corpus.ts";
import { widthRatio } from "../src/data/cleaning/text-width.ts";

/** Packages with many full sentences and translations into many languages. */
const PACKAGES = [
  ..."bash coreutils findutils grep sed tar gettext gnupg-l10n apt dpkg debconf wget util-linux-locales".split(" "),
  ..."gimp-data inkscape evolution-common nautilus-data gnome-control-center-data libglib2.0-data libgtk-3-common".split(
    " ",
  ),
];
const LANGUAGES = [
  "de",
  "fr",
  "es",
  "it",
  "nl",
  "pl",
  "cs",
  "hu",
  "ru",
  "sv",
  "tr",
  "ja",
  "ko",
  "da",
  "fi",
  "pt",
  "uk",
  "vi",
  "ro",
];
/** In parts of 10,000. */
const SHARES = { valid: 200, test: 300 };

export const debianL10n: Recipe = {
  name: "debian-l10n",
  description: `Messages of free programs in Debian packages, English and ${LANGUAGES.length} languages`,
  licence: "that of each program, mostly GPL-2.0-or-later and GPL-3.0-or-later",
  origin: "gettext catalogues (.mo) of Debian packages",
  size: "about 70 MB to download for all languages together",
  checksums: "those of the distribution, signed; apt-get compares them",
  pairs: LANGUAGES.flatMap((language) => [`en-${language}`, `${language}-en`]),
  prepare: (options) =>
    preparePairs(debianL10n, `1 ${(options.packages ?? PACKAGES).join(" ")}`, options, async (identity, folder) => {
      const language = identity.source === "en" ? identity.target : identity.source;
      const { splits, dropped } = splitMessages(await catalogues(language, options));
      if (splits.train.length === 0) throw nothing(language, options.from);
      const turn = (pairs: TextPair[]) => (identity.source === "en" ? pairs : pairs.map(swapped));
      const { train, valid, test } = splits;
      return writeCorpus(folder, identity, { train: turn(train), valid: turn(valid), test: turn(test) }, dropped);
    }),
};

const swapped = ({ source, target }: TextPair): TextPair => ({ source: target, target: source });

/** Every message of the language, from packages, or from the .deb and .mo files of a folder. */
async function catalogues(
  language: string,
  { from, cache = cacheFolder(), packages = PACKAGES, progress }: RecipeOptions,
): Promise<CatalogueMessage[]> {
  const messages: CatalogueMessage[] = [];
  const add = (bytes: Uint8Array, name: string) => {
    for (const message of readCatalogue(bytes, name)) messages.push(message);
  };
  const isWanted = (path: string) => path.endsWith(".mo") && path.includes(`/${language}/LC_MESSAGES/`);
  if (from === undefined) progress?.(`Fetching ${packages.length} packages with apt-get`);
  const debs =
    from === undefined
      ? await fetchDebianPackages(join(cache, "debian"), packages)
      : filesIn(from).filter((path) => path.endsWith(".deb"));
  for (const deb of debs) {
    progress?.(`Reading ${deb}`);
    for await (const member of archiveMembers(deb)) {
      if (isWanted(`/${member.path}`)) add(await memberBytes(member), `${deb}, ${member.path}`);
    }
  }
  if (from !== undefined) for (const path of filesIn(from).filter(isWanted)) add(readFileSync(path), path);
  return messages;
}

/** Every file below a folder, sorted. */
function filesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true }) as string[];
  } catch (cause) {
    throw new DataError(`The folder cannot be read: ${(cause as Error).message}.`, {
      where: folder,
      nextStep: "Name a folder of .deb files, or of .mo files as in /usr/share/locale.",
      cause,
    });
  }
  return names.sort().map((name) => join(folder, name));
}

/** Clean pairs of text by split. */
function splitMessages(messages: Iterable<CatalogueMessage>) {
  return splitPairs(pairsOf(messages), SHARES, unusable);
}

function* pairsOf(messages: Iterable<CatalogueMessage>): Generator<TextPair> {
  for (const message of messages) yield* messagePairs(message);
}

/** Singular with the first form and plural with the last, paragraph by paragraph where both have as many. */
export function messagePairs({ english, translation }: CatalogueMessage): TextPair[] {
  const forms =
    english.length < 2
      ? [[english[0]!, translation[0]!]]
      : [
          [english[0]!, translation[0]!],
          [english[1]!, translation.at(-1)!],
        ];
  return forms.flatMap(([source, target]) => {
    const [sources, targets] = withoutKeyMarks(source!, target!).map(paragraphs) as [string[], string[]];
    const whole = sources.length !== targets.length;
    const parts = whole ? [[sources.join(" "), targets.join(" ")]] : sources.map((text, i) => [text, targets[i]!]);
    return parts.map(([a, b]) => ({ source: a!, target: b! }));
  });
}

/** Blank lines part paragraphs; a line that begins with white space or a bullet begins one too. */
function paragraphs(text: string): string[] {
  return text
    .split(/\n(?=\s|[-*•])|\n\n+/)
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter((part) => part !== "");
}

/** Drops the mark of a key, "_File" or "&File": one mark on each side, and not the same word on both. */
function withoutKeyMarks(english: string, translation: string): [string, string] {
  for (const mark of ["_", "&"]) {
    const words = [english, translation].map((text) => markedWords(text, mark));
    if (words.some((found) => found.length !== 1) || words[0]![0] === words[1]![0]) continue;
    return [english.replace(mark, ""), translation.replace(mark, "")];
  }
  return [english, translation];
}

function markedWords(text: string, mark: string): string[] {
  return text.split(/\s+/).filter((word) => word.includes(mark));
}

function unusable({ source, target }: TextPair): string | undefined {
  if (source === "" || target === "") return "empty";
  if (source === target) return "identical";
  const prose = source.replace(/<[^>]*>|%[\w$.#*-]*[a-zA-Z]|\{\w*\}|\S*[/\\=]\S*|--?\w[\w-]*/g, " ");
  if ((prose.match(/\p{L}{2,}/gu) ?? []).length < 2) return "under two words";
  if (placeholders(source) !== placeholders(target)) return "unequal placeholders";
  return widthRatio(source, target) > 4 ? "length ratio" : undefined;
}

/** printf conversions without their position, Python's and .NET's fields, sorted. */
function placeholders(text: string): string {
  const found =
    text.match(/%(?:\d+\$)?(?:\(\w+\))?[-+#0 ]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j)?[diouxXeEfgGcsp]|\{\w+\}/g) ?? [];
  return found
    .map((each) => each.replace(/^%\d+\$/, "%"))
    .sort()
    .join();
}

function nothing(language: string, from: string | undefined): DataError {
  return new DataError(`No message in ${language} was found.`, {
    where: from ?? "Debian packages",
    nextStep:
      "Name packages that hold /usr/share/locale/LANGUAGE/LC_MESSAGES/*.mo with --packages, or a folder with --from.",
  });
}
