/** Test sets: downloads them and reads their texts as sacreBLEU does, so that scores can be compared. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DataError, UsageError } from "../../base/errors.ts";
import { chooseLanguage } from "../../base/languages/choose-language.ts";
import { type LanguagePair, languagesOfPair } from "../../base/languages/language-pair.ts";
import { nearestName } from "../../base/nearest-name.ts";
import { unpackMembers } from "../archives/archive-member.ts";
import { readWholeText } from "../archives/whole-text.ts";
import { cacheFolder } from "../fetch/cache-folder.ts";
import { fetchSource, type SourceFile, type SourceOptions } from "../fetch/source-file.ts";
import { readColumnOf, readLinesOf, readSegments, readXmlTestSet } from "../formats/test-set-formats.ts";
import type { TestSet } from "./test-set.ts";
import { TEST_SETS } from "./test-set-registry.ts";

/** The texts of a test set, line by line. */
export interface TestSetTexts {
  /** One line a segment. */
  source: string[];
  /** [references][segments] */
  references: string[][];
}

/**
 * Finds a set by sacreBLEU's name and checks the language pair. Throws UsageError, saying which there are.
 *
 * @example
 * import { findTestSet } from "gnmt-moe/corpora";
 *
 * console.log(findTestSet("wmt14", "en-de"));
 */
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
  codesOf(set, pair);
  return set;
}

/** The two languages of a pair by the set's own codes. Throws UsageError, saying which there are. */
function codesOf({ name, pairs, languages }: TestSet, pair: string): LanguagePair {
  if (languages === undefined) {
    if (pairs.includes(pair)) return languagesOfPair(pair, "language pair");
    throw new UsageError(`The test set ${name} has no language pair "${pair}".`, {
      where: "language pair",
      nextStep: `Use one of ${pairs.join(", ")}.`,
    });
  }
  const [source, target] = languagesOfPair(pair, "language pair").map((language) => {
    const code = chooseLanguage(language, languages);
    if (code !== undefined) return code;
    throw new UsageError(`The test set ${name} has no language "${language}".`, {
      where: "language pair",
      nextStep: `Use two of ${languages.join(", ")}, or the codes of two letters that they are known by.`,
    });
  }) as [string, string];
  if (source !== target) return [source, target];
  throw new UsageError(`Both languages of "${pair}" are ${source} in the test set ${name}.`, {
    where: "language pair",
    nextStep: "Name two different ones.",
  });
}

/**
 * Downloads a set, unless it is there, and reads its texts. Errors as `findTestSet` and `fetchSource`.
 *
 * @example
 * import { loadTestSet } from "gnmt-moe/corpora";
 *
 * const { source, references } = await loadTestSet("wmt14", "en-de");
 * console.log(source.length, references.length);
 */
export async function loadTestSet(name: string, pair: string, options: SourceOptions = {}): Promise<TestSetTexts> {
  return readTestSet(findTestSet(name, pair), pair, options);
}

/** The texts of a set that may be of no registry. */
export async function readTestSet(set: TestSet, pair: string, options: SourceOptions = {}): Promise<TestSetTexts> {
  const [source, target] = codesOf(set, pair);
  const texts: TestSetTexts = { source: [], references: [] };
  for (const part of set.parts ?? [""]) {
    const places = await unpackFiles(set, set.files(source, target, part), options);
    const sides =
      set.translators === undefined ? sidesOf(places, set.columns) : sidesOfXml(places, set.translators(pair));
    checkLengths(set, sides);
    texts.source = texts.source.concat(sides.source);
    texts.references = sides.references.map((lines, i) => (texts.references[i] ?? []).concat(lines));
  }
  return texts;
}

interface Place {
  path: string;
  /** Archive and file, for errors. */
  name: string;
}

/** Where each file is after unpacking, in the order given; every archive is read once. */
async function unpackFiles(
  { archive, cache = "test-sets" }: TestSet,
  files: readonly string[],
  options: SourceOptions,
): Promise<Place[]> {
  const archiveOf = (file: string) => (typeof archive === "function" ? archive(file) : archive);
  const archives = new Map(files.map((file) => [archiveOf(file).name, archiveOf(file)]));
  const places = new Map<string, Place>();
  for (const [name, source] of archives) {
    const found = await fetchSource(source, cache, options);
    const alone = files.find((file) => isAlone(source, file));
    if (alone !== undefined) {
      places.set(alone, { path: found.path, name });
      continue;
    }
    const folder = join(options.cache ?? cacheFolder(), "test-sets", `${name}.files`, found.sha256.slice(0, 12));
    mkdirSync(folder, { recursive: true });
    const wanted = files.filter((file) => archiveOf(file).name === name);
    const unpacked = await unpackMembers(found.path, wanted, folder);
    for (const [file, path] of unpacked) places.set(file, { path, name: `${name}, ${file}` });
  }
  return files.map((file) => places.get(file)!);
}

/** Whether a file is what the address gives, not something inside it. */
function isAlone({ urls }: SourceFile, file: string): boolean {
  return urls[0]!.endsWith(`/${file}`);
}

function sidesOf(places: readonly Place[], columns?: TestSet["columns"]): TestSetTexts {
  if (columns !== undefined) {
    const { path, name } = places[0]!;
    const text = readWholeText(path);
    const [source, reference] = columns.map((column) => readColumnOf(text, column, name));
    return { source: source!, references: [reference!] };
  }
  const [source, ...references] = places.map(({ path, name }) => {
    const text = readWholeText(path);
    return /\.(sgm|xml)$/.test(path) ? readSegments(text, name) : readLinesOf(text);
  });
  return { source: source!, references };
}

function sidesOfXml([place]: readonly Place[], translators: readonly string[]): TestSetTexts {
  const xml = readXmlTestSet(readWholeText(place!.path), place!.name);
  const references = translators.flatMap((translator) => {
    const lines = xml.references.get(translator);
    return lines === undefined ? [] : [lines];
  });
  return { source: xml.sources, references };
}

function checkLengths(set: TestSet, { source, references }: TestSetTexts): void {
  const counts = [source, ...references].map((lines) => lines.length);
  if (references.length > 0 && new Set(counts).size === 1) return;
  throw new DataError(`The test set ${set.name} does not fit together: ${counts.join(", ")} lines.`, {
    where: set.name,
    nextStep: "Delete its archive from the cache and try again.",
  });
}
