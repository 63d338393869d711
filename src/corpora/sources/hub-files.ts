/** Which files of a data set are asked for: by what its card declares, else by the names of folders and files. */
import { UsageError } from "../../base/errors.ts";
import type { LanguagePair } from "../../base/languages/language-pair.ts";
import { languageLikeness } from "../../base/languages/language-tags.ts";
import { nearestName } from "../../base/nearest-name.ts";
import { isZipName } from "../archives/zip-member.ts";
import { isTextOf } from "../importing/paired-texts.ts";
import { matcherOf } from "./glob.ts";
import type { HubConfig } from "./hub-api.ts";

/** Which part of a data set is meant. */
export interface HubPart {
  config?: string | undefined;
  split?: string | undefined;
  languages: LanguagePair;
}

/** Paths of the data, by the data set's own name of each split. */
export type SplitFiles = ReadonlyMap<string, readonly string[]>;

const TABLE = /\.(?:parquet|csv|tsv|jsonl|ndjson|json)(?:\.(?:gz|zst|xz|bz2))?$/i;
/** The same data is published in several forms, of which the first that there is says most: tables, plain texts of both languages, archives. */
const FORMS: readonly ((path: string, languages: LanguagePair) => boolean)[] = [
  (path) => /\.parquet$/i.test(path),
  (path) => TABLE.test(path),
  (path, languages) => isTextOf(path, ...languages),
  isZipName,
];
/** Not data, whatever the ending. */
const OTHER = /(?:^|\/)(?:\.|dataset_infos?\.json$|dataset_dict\.json$|state\.json$|package\.json$|metadata\.jsonl$)/;

/** Undefined where nothing is declared or known to be data. Throws UsageError for a part that there is not, or that has to be named. */
export function filesOfCard(
  configs: readonly HubConfig[],
  paths: readonly string[],
  part: HubPart,
): SplitFiles | undefined {
  const config = configOf(configs, part);
  const { data_files: declared, data_dir: folder } = config;
  const inFolder = paths.filter((path) => folder === undefined || path.startsWith(`${folder.replace(/\/+$/, "")}/`));
  const splits =
    declared === undefined
      ? splitsByName(inFolder, part.languages)
      : declaredSplits(declared, folder, paths, part.languages);
  return splits.size === 0 ? undefined : chosen(splits, part);
}

/** The same by names alone: `CONFIG/SPLIT/…` and `SPLIT-….parquet`. */
export function filesByName(paths: readonly string[], part: HubPart): SplitFiles | undefined {
  const { config, languages } = part;
  const data = paths.filter((path) => isData(path, languages));
  if (data.length === 0) return undefined;
  const folders = new Set(
    data
      .map((path) => path.slice(0, Math.max(0, path.indexOf("/"))))
      .filter((name) => name !== "" && splitOf(name) === undefined && name !== "data"),
  );
  const names = [...folders];
  if (config === undefined && names.length < 2) return chosen(splitsByName(data, languages), part);
  const configs = names.map((name): HubConfig => ({ config_name: name, data_dir: name }));
  return filesOfCard(configs, data, part);
}

/** Files of the Hub's own conversion, `CONFIG/SPLIT/0000.parquet`. Throws likewise, and for splits that it has converted in part only. */
export function filesOfConversion(paths: readonly string[], part: HubPart): SplitFiles | undefined {
  const found = paths.flatMap((path) => {
    const [, config, split] = /^([^/]+)\/([^/]+)\/[^/]+\.parquet$/.exec(path) ?? [];
    return config === undefined ? [] : [{ path, config, split: split! }];
  });
  if (found.length === 0) return undefined;
  const names = [...new Set(found.map(({ config }) => config))];
  const { config_name: name } = configOf(
    names.map((each) => ({ config_name: each })),
    part,
  );
  const splits = new Map<string, string[]>();
  for (const { path, config, split } of found) {
    if (config === name) splits.set(split, [...(splits.get(split) ?? []), path]);
  }
  const partial = [...splits.keys()].find((split) => split.startsWith("partial-"));
  if (partial === undefined) return chosen(splits, part);
  throw new UsageError(`The Hub has converted the first gigabytes of ${name} only, and its own files cannot be read.`, {
    where: "hf:OWNER/NAME",
    nextStep: "Fetch the data set by the program that its page names, and import its files: nmt data import.",
  });
}

function isData(path: string, languages: LanguagePair): boolean {
  return !OTHER.test(path) && FORMS.some((is) => is(path, languages));
}

function configOf(configs: readonly HubConfig[], { config, languages }: HubPart): HubConfig {
  const names = configs.map(({ config_name }) => config_name);
  const list = names.join(", ").slice(0, 1500);
  if (config !== undefined) {
    const found = configs.find(({ config_name }) => config_name === config);
    if (found !== undefined) return found;
    const nearest = nearestName(config, names);
    throw new UsageError(`The data set has no configuration "${config}".`, {
      where: "--config",
      nextStep: `${nearest === undefined ? "" : `Did you mean ${nearest}? `}There are ${list}.`,
    });
  }
  if (configs.length === 1) return configs[0]!;
  const ofPair = configs.filter(({ config_name: name }) => isOfPair(name, languages));
  if (ofPair.length === 1) return ofPair[0]!;
  const usual =
    configs.find((each) => each.default === true) ?? configs.find(({ config_name }) => config_name === "default");
  if (ofPair.length === 0 && usual !== undefined) return usual;
  throw new UsageError("The data set has several configurations.", {
    where: "--config",
    nextStep: `Name one with --config: ${ofPair.length > 1 ? ofPair.map(({ config_name }) => config_name).join(", ") : list}.`,
  });
}

/** Whether a name has both languages next to each other, in any order: `de-en`, `wmt_en_de`. */
function isOfPair(name: string, [source, target]: LanguagePair): boolean {
  const parts = name.split(/[-_.]/);
  const is = (part: string | undefined, language: string) =>
    part !== undefined && part !== "" && languageLikeness(part, language) > 0;
  return parts.some(
    (part, i) => (is(part, source) && is(parts[i + 1], target)) || (is(part, target) && is(parts[i + 1], source)),
  );
}

function declaredSplits(
  declared: NonNullable<HubConfig["data_files"]>,
  folder: string | undefined,
  paths: readonly string[],
  languages: LanguagePair,
): Map<string, string[]> {
  const entries = [declared].flat().map((each) => (typeof each === "string" ? { split: "train", path: each } : each));
  const splits = new Map<string, string[]>();
  for (const { split, path } of entries) {
    for (const pattern of [path].flat()) {
      const place = folder === undefined ? pattern : `${folder.replace(/\/+$/, "")}/${pattern}`;
      const matcher = matcherOf(place);
      const found = paths.filter((each) => matcher(each) && isData(each, languages));
      if (found.length > 0) splits.set(split, [...new Set([...(splits.get(split) ?? []), ...found])]);
    }
  }
  return splits;
}

function splitsByName(paths: readonly string[], languages: LanguagePair): Map<string, string[]> {
  const data = paths.filter((path) => isData(path, languages));
  const form = FORMS.find((is) => data.some((path) => is(path, languages)));
  const kept = form === undefined ? [] : data.filter((path) => form(path, languages));
  const splits = new Map<string, string[]>();
  for (const path of kept) {
    const split =
      path
        .split("/")
        .reverse()
        .map(splitOf)
        .find((each) => each !== undefined) ?? "train";
    splits.set(split, [...(splits.get(split) ?? []), path]);
  }
  return splits;
}

/** The split that a file's or folder's name tells. */
function splitOf(name: string): string | undefined {
  const word = (words: string) => new RegExp(`(?:^|[^a-z])(?:${words})(?:[^a-z]|$)`, "i").test(name);
  if (word("train|training")) return "train";
  if (word("validation|valid|val|dev")) return "validation";
  return word("test|testing|eval|devtest") ? "test" : undefined;
}

/** The split asked for, or all. */
function chosen(splits: ReadonlyMap<string, readonly string[]>, { split }: HubPart): SplitFiles {
  const sorted = new Map([...splits].map(([name, paths]) => [name, [...paths].sort()]));
  if (split === undefined) return sorted;
  const paths = sorted.get(split);
  if (paths !== undefined) return new Map([[split, paths]]);
  throw new UsageError(`The data set has no split "${split}".`, {
    where: "--split",
    nextStep: `There are ${[...sorted.keys()].join(", ")}.`,
  });
}

/** The name of a split's files here: train, valid and test where that is what it is. */
export function corpusSplit(split: string): string {
  if (/^(?:validation|valid|val|dev)$/i.test(split)) return "valid";
  return /^(?:test|eval|devtest)$/i.test(split) ? "test" : split.replace(/[^\w-]+/g, "_");
}
