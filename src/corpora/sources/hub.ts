/** Data sets of the Hugging Face Hub by name: their published files, or those the Hub has converted, as a plain corpus. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parse } from "yaml";
import { DataError, DownloadError } from "../../base/errors.ts";
import { type FoundSource, fetchSource, recordOf, type SourceFile, type SourceOptions } from "../fetch/source-file.ts";
import { DEFAULT_IMPORT, type ImportOptions } from "../formats/importer.ts";
import { findInputs } from "../importing/find-inputs.ts";
import { importPairs } from "../importing/import-pairs.ts";
import { emptyReport, type ImportReport } from "../importing/import-report.ts";
import {
  alreadyPrepared,
  type CorpusIdentity,
  earlierSources,
  type TextPair,
  writeLargeCorpus,
} from "../write-corpus.ts";
import {
  CONVERTED,
  cardSchema,
  endpointOf,
  gated,
  type HubCard,
  type HubDataset,
  type HubFile,
  type HubOptions,
  hubDataset,
  tokenHeaders,
} from "./hub-api.ts";
import {
  corpusSplit,
  filesByName,
  filesOfCard,
  filesOfConversion,
  type HubPart,
  type SplitFiles,
} from "./hub-files.ts";
import { connectionsOf, type NamedCorpus, sizeOf } from "./named-corpus.ts";
import { eachInTurn } from "./side-by-side.ts";

/** Changes with the rules by which files become a corpus. */
const RULES = "2";

/** What is asked for. */
export interface HubQuery extends HubPart {
  /** OWNER/NAME. */
  dataset: string;
  /** Branch, tag or commit (default main). */
  revision?: string | undefined;
  /** Names of the two columns, or of fields inside them: translation.en. */
  columns?: readonly [string, string] | undefined;
}

/** What is to be read, and from where. */
interface Published {
  id: string;
  /** Commit of the files. */
  sha: string;
  card: HubCard;
  splits: SplitFiles;
  files: readonly HubFile[];
  isGated: boolean;
}

/**
 * Writes `output/SPLIT.SOURCE` and `SPLIT.TARGET` of every split and `corpus.json`, which has the commit and checksums. Throws UsageError for a data set,
 * configuration or split that there is not, DownloadError where the network or the Hub refuses, DataError for files that cannot be read.
 */
export async function prepareHub(query: HubQuery, output: string, options: SourceOptions): Promise<NamedCorpus> {
  const { from, environment = process.env, progress } = options;
  const hub: HubOptions = {
    mirror: options.mirror ?? environment["NMT_MIRROR"],
    endpoint: endpointOf(environment),
    token: environment["HF_TOKEN"],
    environment,
  };
  const published = from === undefined ? await findPublished(query, hub) : inFolder(query, from);
  const paths = [...published.splits.values()].flat();
  const [source, target] = query.languages;
  const licence = [published.card.license ?? "not stated on its card"].flat().join(", ");
  const choice = [query.config, query.split, query.columns].map((each) => each ?? "");
  const identity = (sha: string): CorpusIdentity => ({
    recipe: { name: `hf/${published.id}`, origin: `https://huggingface.co/datasets/${published.id}`, licence },
    version: `${sha}, ${JSON.stringify([paths, ...choice])}, rules ${RULES}`,
    pair: `${source}-${target}`,
    source,
    target,
  });
  const unchanged = published.sha === "" ? undefined : alreadyPrepared(output, identity(published.sha));
  if (unchanged !== undefined) return { ...unchanged, dropped: {} };
  tellPlan(published, paths, licence, progress);
  const found = await fetchAll(published, paths, hub, { ...options, earlier: earlierSources(output) });
  // Files of a folder are known by their bytes.
  const sha = published.sha === "" ? digestOf(found) : published.sha;
  const same = alreadyPrepared(output, identity(sha));
  if (same !== undefined) return { ...same, dropped: {} };
  const dropped: Record<string, number> = {};
  const places = new Map(found.map(({ name, path }) => [name, path]));
  const splits = Object.fromEntries(
    [...published.splits].map(([split, names]) => [
      corpusSplit(split),
      pairsOf(
        names.map((name) => places.get(name)!),
        query,
        dropped,
      ),
    ]),
  );
  const prepared = await writeLargeCorpus(output, identity(sha), splits, found.map(recordOf), dropped);
  return { ...prepared, dropped };
}

function digestOf(found: readonly FoundSource[]): string {
  return createHash("sha1")
    .update(found.map(({ sha256 }) => sha256).join())
    .digest("hex");
}

async function findPublished(query: HubQuery, hub: HubOptions): Promise<Published> {
  const { dataset, revision = "main" } = query;
  const own = await hubDataset(dataset, revision, hub);
  if (own === undefined) {
    throw new DownloadError(`The data set ${dataset} has no revision "${revision}".`, {
      where: "--revision",
      nextStep: "Name a branch, a tag or a commit of it, or leave --revision out.",
    });
  }
  if (own.isGated && !hub.token) throw gated(own.id, hub);
  const splits = ownFiles(own, query);
  if (splits !== undefined) return { ...own, splits };
  // The conversion is of the main branch.
  const converted = revision === "main" ? await hubDataset(own.id, CONVERTED, hub) : undefined;
  const files = converted?.files.map(({ path }) => path) ?? [];
  const convertedSplits = filesOfConversion(files, query);
  if (convertedSplits !== undefined) return { ...converted!, card: own.card, splits: convertedSplits };
  throw unreadable(
    own.id,
    own.files.map(({ path }) => path),
  );
}

function ownFiles({ card, files }: Pick<HubDataset, "card" | "files">, part: HubPart): SplitFiles | undefined {
  const paths = files.map(({ path }) => path);
  const configs = card.configs ?? [];
  // A program that makes the texts says more than the names of the files that it reads.
  if (configs.length === 0 && paths.some((path) => /^[^/]+\.py$/.test(path))) return undefined;
  return configs.length > 0 ? filesOfCard(configs, paths, part) : filesByName(paths, part);
}

/** A copy of the repository, as `hf download --local-dir` makes it, or a folder of its data. */
function inFolder(query: HubQuery, folder: string): Published {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .filter((path) => !path.startsWith("."))
    .sort();
  const card = readCard(join(folder, "README.md"));
  const files = paths.map((path) => ({ path }));
  const splits = ownFiles({ card, files }, query) ?? filesOfConversion(paths, query) ?? filesByName(paths, query);
  if (splits === undefined) throw unreadable(query.dataset, paths, folder);
  return { id: query.dataset, sha: "", card, splits, files, isGated: false };
}

/** The front matter of a card; empty where there is none or it is not understood. */
function readCard(path: string): HubCard {
  if (!existsSync(path)) return {};
  const matter = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, "utf8"))?.[1];
  try {
    return cardSchema.parse(parse(matter ?? "") ?? {});
  } catch {
    return {};
  }
}

function tellPlan(
  { id, sha, files }: Published,
  paths: readonly string[],
  licence: string,
  progress?: (message: string) => void,
): void {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const bytes = paths.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  const isKnown = paths.every((path) => sizes.get(path) !== undefined);
  progress?.(
    `${id}${sha === "" ? "" : ` at ${sha.slice(0, 12)}`}: ${paths.length} ${paths.length === 1 ? "file" : "files"}`,
  );
  if (sha !== "") progress?.(`Size: ${isKnown ? sizeOf(bytes) : "unknown"} to download`);
  progress?.(`Licence: ${licence}`);
}

async function fetchAll(
  published: Published,
  paths: readonly string[],
  hub: HubOptions,
  options: SourceOptions,
): Promise<FoundSource[]> {
  const { id, sha } = published;
  const known = new Map(published.files.map((file) => [file.path, file]));
  const connections = connectionsOf(options);
  const atOnce = Math.min(connections, paths.length);
  const { progress, ...silent } = options;
  let count = 0;
  const fetch = async (path: string): Promise<FoundSource> => {
    const { size, sha256 } = known.get(path) ?? {};
    const address = path.split("/").map(encodeURIComponent).join("/");
    const file: SourceFile = {
      name: path,
      urls: [`${hub.endpoint}/datasets/${id}/resolve/${sha}/${address}`],
      ...(size !== undefined && { size }),
      ...(sha256 !== undefined && { sha256 }),
    };
    // Several bars would overwrite each other.
    const found = await fetchSource(file, join("huggingface", ...id.split("/"), sha), {
      ...(atOnce > 1 ? silent : options),
      connections: Math.ceil(connections / atOnce),
      headers: tokenHeaders(hub),
    });
    count++;
    if (atOnce > 1 && options.from === undefined) progress?.(`${count} of ${paths.length} files: ${path}`);
    return found;
  };
  try {
    return await eachInTurn(paths, atOnce, fetch);
  } catch (error) {
    const isRefused = error instanceof DownloadError && /answers with status 40[13]/.test(error.message);
    throw isRefused ? gated(id, hub) : error;
  }
}

async function* pairsOf(
  files: readonly string[],
  query: HubQuery,
  dropped: Record<string, number>,
): AsyncGenerator<TextPair[]> {
  const [sourceLanguage, targetLanguage] = query.languages;
  const options: ImportOptions = { ...DEFAULT_IMPORT, sourceLanguage, targetLanguage, columns: query.columns };
  const report = emptyReport();
  const inputs = await findInputs(files, { sourceLanguage, targetLanguage }, report);
  for await (const { source, target } of importPairs(inputs, options, report)) {
    const targets = target.split("\n");
    yield source
      .split("\n")
      .slice(0, -1)
      .map((text, i) => ({ source: text, target: targets[i]! }));
  }
  count(report, dropped);
}

function count({ skipped }: ImportReport, dropped: Record<string, number>): void {
  for (const [reason, { count: more }] of Object.entries(skipped)) dropped[reason] = (dropped[reason] ?? 0) + more;
}

function unreadable(id: string, paths: readonly string[], folder?: string): DataError {
  const names = paths
    .filter((path) => !path.startsWith("."))
    .join(", ")
    .slice(0, 300);
  return new DataError(
    `The data set ${id} has no Parquet, CSV, TSV, JSON lines, ZIP or plain text files of the pair.`,
    {
      where: folder ?? `https://huggingface.co/datasets/${id}`,
      nextStep: `It has ${names === "" ? "no file" : names}; fetch it by the program its page names, and use nmt data import.`,
    },
  );
}
