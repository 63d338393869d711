/** Test sets: downloads them and reads their texts as sacreBLEU does, so that scores can be compared. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DataError, UsageError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest-name.ts";
import { unpackMembers } from "../archives/archive-member.ts";
import { readWholeText } from "../archives/whole-text.ts";
import { cacheFolder } from "../fetch/cache-folder.ts";
import { fetchSource, type SourceOptions } from "../fetch/source-file.ts";
import { readLinesOf, readSegments, readXmlTestSet } from "../formats/test-set-formats.ts";
import { TEST_SETS, type TestSet } from "./test-set-registry.ts";

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
  if (set.pairs.includes(pair)) return set;
  throw new UsageError(`The test set ${name} has no language pair "${pair}".`, {
    where: "language pair",
    nextStep: `Use one of ${set.pairs.join(", ")}.`,
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
  const [source, target] = pair.split("-") as [string, string];
  const texts: TestSetTexts = { source: [], references: [] };
  for (const part of set.parts ?? [""]) {
    const places = await unpackFiles(set, set.files(source, target, part), options);
    const sides = set.translators === undefined ? sidesOf(places) : sidesOfXml(places, set.translators(pair));
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
    const folder = join(options.cache ?? cacheFolder(), "test-sets", `${name}.files`, found.sha256.slice(0, 12));
    mkdirSync(folder, { recursive: true });
    const wanted = files.filter((file) => archiveOf(file).name === name);
    const unpacked = await unpackMembers(found.path, wanted, folder);
    for (const [file, path] of unpacked) places.set(file, { path, name: `${name}, ${file}` });
  }
  return files.map((file) => places.get(file)!);
}

function sidesOf(places: readonly Place[]): TestSetTexts {
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
