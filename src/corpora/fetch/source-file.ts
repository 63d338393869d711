/** The files a recipe is made of: found in a folder, or downloaded once into the cache, and compared with what is known of them. */
import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { DataError } from "../../base/errors.ts";
import { Progress } from "../../base/progress.ts";
import { hashFile } from "../../data/files/hash-file.ts";
import { cacheFolder } from "./cache-folder.ts";
import { download } from "./download.ts";

/** A published file, and what is known of it. */
export interface SourceFile {
  /** Name in the cache and in a `--from` folder. */
  name: string;
  /** Addresses of the same file, tried in order. */
  urls: readonly string[];
  /** Bytes, where the publisher's file is known not to change. */
  size?: number;
  /** Hexadecimal. */
  sha256?: string;
  /** Hexadecimal; for files whose publisher gives no other. */
  md5?: string;
}

/** Where a corpus's files come from. */
export interface SourcePlaces {
  /** Folder that already holds the corpus's own files, instead of the network. Default: none. */
  from?: string;
  /** Folder that keeps downloads between runs. Default: NMT_CACHE, else gnmt-moe in the user's cache folder. */
  cache?: string;
  /** Address that holds every file under its host's name and path, instead of the addresses the recipe knows. Default: NMT_MIRROR. */
  mirror?: string;
  /** Told what is being done, one line at a time. */
  progress?: (message: string) => void;
}

/** Where files come from, and what earlier ones were. */
export interface SourceOptions extends SourcePlaces {
  /** Connections at a time, where the server gives ranges (default 1). */
  connections?: number;
  /** Bytes that each of several connections asks for at once (default 8 MiB). */
  block?: number;
  /** Further headers of every request, such as a token. */
  headers?: Readonly<Record<string, string>>;
  /** Files of an earlier preparation; a file that has changed since is told. */
  earlier?: readonly SourceRecord[];
  /** Variables such as NMT_MIRROR and HTTPS_PROXY. Default: the process's. */
  environment?: NodeJS.ProcessEnv;
}

/** A file as it was downloaded or found. */
export interface SourceRecord {
  /** As in SourceFile. */
  name: string;
  /** Size of the file. */
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** Whether a checksum that the recipe knows was compared. */
  verified: boolean;
}

/** A file that is there to be read. */
export interface FoundSource extends SourceRecord {
  /** Where it is. */
  path: string;
}

/**
 * Finds a file in `from`, or downloads it into `folder` of the cache unless it is there. Throws DownloadError where the network fails, DataError where it is not the file the recipe knows.
 *
 * @example
 * import { fetchSource, recordOf } from "gnmt-moe/corpora";
 *
 * const found = await fetchSource(
 *   { name: "pairs.tsv.gz", urls: ["https://example.org/pairs.tsv.gz"], sha256: "0".repeat(64) },
 *   "downloads",
 * );
 * console.log(recordOf(found));
 */
export async function fetchSource(file: SourceFile, folder: string, options: SourceOptions = {}): Promise<FoundSource> {
  const { from, cache = cacheFolder(), earlier = [], progress } = options;
  const path = from === undefined ? join(cache, folder, file.name) : join(from, file.name);
  if (from === undefined) await downloadInto(path, file, options);
  else if (!existsSync(path)) {
    throw new DataError(`The folder has no ${file.name}.`, {
      where: from,
      nextStep: `Fetch it from ${file.urls[0]}, or leave --from out.`,
    });
  }
  const found = { path, name: file.name, bytes: statSync(path).size, sha256: hashFile(path), verified: isKnown(file) };
  if (from !== undefined) check(found, file);
  const last = earlier.find(({ name }) => name === file.name);
  if (last !== undefined && last.sha256 !== found.sha256) {
    progress?.(`${file.name} is another version than last time (SHA-256 ${found.sha256}, was ${last.sha256})`);
  }
  return found;
}

/**
 * What `corpus.json` keeps of a file: all but its path.
 *
 * @example
 * import { type FoundSource, recordOf, type SourceRecord } from "gnmt-moe/corpora";
 *
 * const records = (found: readonly FoundSource[]): SourceRecord[] => found.map(recordOf);
 */
export function recordOf({ name, bytes, sha256, verified }: FoundSource): SourceRecord {
  return { name, bytes, sha256, verified };
}

function isKnown({ sha256, md5 }: SourceFile): boolean {
  return sha256 !== undefined || md5 !== undefined;
}

async function downloadInto(path: string, file: SourceFile, options: SourceOptions): Promise<void> {
  const { progress, environment = process.env, connections, block, headers } = options;
  // A file nobody states a checksum of is compared with the one it had when it came.
  const recorded = `${path}.sha256`;
  if (existsSync(path) && !isKnown(file) && existsSync(recorded)) {
    if (hashFile(path) === readFileSync(recorded, "utf8").trim()) return;
    progress?.(`${file.name} in the cache was altered and is fetched again`);
    renameSync(path, `${path}.altered`);
  }
  if (!existsSync(path))
    progress?.(`Fetching ${file.name}${file.size === undefined ? "" : ` (${megabytes(file.size)})`}`);
  let bar: Progress | undefined;
  const { name: _, urls, ...known } = file;
  try {
    await download({
      ...known,
      urls: urls.map((url) => mirrored(url, options.mirror ?? environment["NMT_MIRROR"])),
      path,
      environment,
      ...(connections === undefined ? {} : { connections }),
      ...(block === undefined ? {} : { block }),
      ...(headers === undefined ? {} : { headers }),
      progress: (received, total) => {
        if (progress === undefined) return;
        bar ??= new Progress({ label: file.name, unit: "bytes", ...(total === undefined ? {} : { total }) });
        bar.update(received);
      },
    });
  } finally {
    bar?.end();
  }
  rmSync(`${path}.altered`, { force: true });
  if (!isKnown(file)) writeFileAtomic(recorded, `${hashFile(path)}\n`);
}

/** https://host/path at the mirror M is M/host/path. */
export function mirrored(url: string, mirror: string | undefined): string {
  if (mirror === undefined || mirror === "") return url;
  const { host, pathname, search } = new URL(url);
  return `${mirror.replace(/\/+$/, "")}/${host}${pathname}${search}`;
}

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function check({ path, bytes, sha256 }: FoundSource, file: SourceFile): void {
  const wrongSize = file.size !== undefined && file.size !== bytes;
  const wrongSum =
    (file.sha256 !== undefined && file.sha256 !== sha256) ||
    (file.md5 !== undefined && file.md5 !== hashFile(path, "md5"));
  if (!wrongSize && !wrongSum) return;
  throw new DataError(
    wrongSize
      ? `The file has ${bytes} bytes, not ${file.size}.`
      : "The file is not the published one: its checksum differs.",
    { where: path, nextStep: `Fetch it again from ${file.urls[0]}.` },
  );
}
