/** Downloads a file: mirrors, resuming, several connections, stalls, wrong lengths, checksum. The file appears whole and verified, or not at all. */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { commitFile } from "../../base/atomic-file.ts";
import { DownloadError } from "../../base/errors.ts";
import { hashFile } from "../../data/files/hash-file.ts";
import { failureOf, Refused, withAttempts } from "./attempts.ts";
import { downloadBlocks, isInBlocks, removeJournal } from "./download-blocks.ts";
import { type GetOptions, httpGet } from "./http-get.ts";

/** What to download, and how patiently. */
export interface DownloadOptions {
  /** Addresses of the same file, tried in order. */
  urls: readonly string[];
  /** File to write; its folder is made. */
  path: string;
  /** Hexadecimal; without any checksum only lengths are checked. */
  sha256?: string;
  /** Hexadecimal; for files whose publisher gives no other. */
  md5?: string;
  /** Bytes, where known. */
  size?: number;
  /** Milliseconds without a byte before the connection is given up (default 30,000). */
  stall?: number;
  /** Tries at each address (default 4), of several connections each for every block; a try goes on where the last one ended. */
  attempts?: number;
  /** Milliseconds before the second try, doubled for each further one (default 500), where the server doesn't say when to come back. */
  backoff?: number;
  /** Connections at a time (default 1), where the server gives ranges. */
  connections?: number;
  /** Bytes that a connection asks for at once where there are several (default 8 MiB). */
  block?: number;
  /** Further headers, such as a token; one named authorization is not sent to other hosts that the address redirects to. */
  headers?: Readonly<Record<string, string>>;
  /** Told of bytes so far, and of all there are where that is known. */
  progress?: (received: number, total: number | undefined) => void;
  /** Variables that name proxies, such as HTTPS_PROXY. Default: the process's. */
  environment?: NodeJS.ProcessEnv;
}

/**
 * Makes `path` hold the file. A file already there with the right checksum stays as it is. Unfinished bytes are kept in
 * `path.part` for the next call. Throws DownloadError with each address's failure.
 *
 * @example
 * import { download } from "gnmt-moe/corpora";
 *
 * await download({ urls: ["https://example.org/pairs.tsv.gz"], path: "downloads/pairs.tsv.gz", sha256: "0".repeat(64) });
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { urls, path } = options;
  if (existsSync(path) && hasChecksums(path, options)) return removeJournal(partPath(path));
  mkdirSync(dirname(path), { recursive: true });
  const failures: string[] = [];
  for (const url of urls) {
    const attempt = async () => verify(options, await fetchMissing(url, options));
    const isThere = await withAttempts(options, attempt, (error) => failures.push(`${url}: ${error.message}`)).then(
      () => true,
      () => false,
    );
    if (isThere) {
      rmSync(validatorPath(path), { force: true });
      commitFile(partPath(path), path);
      return removeJournal(partPath(path));
    }
    // Another mirror's bytes cannot be told to be the same without a checksum.
    if (!isChecked(options) && url !== urls.at(-1)) discard(path);
  }
  throw new DownloadError(`The file cannot be downloaded: ${[...new Set(failures)].join("; ")}.`, {
    where: path,
    nextStep:
      "Check the network and the proxy (HTTPS_PROXY); the same command goes on where it stopped. Or fetch the file elsewhere and pass its folder as --from.",
  });
}

const partPath = (path: string) => `${path}.part`;
/** Holds the ETag or date of the version that the part is of. */
const validatorPath = (path: string) => `${path}.part.version`;

function discard(path: string): void {
  rmSync(partPath(path), { force: true });
  rmSync(validatorPath(path), { force: true });
  removeJournal(partPath(path));
}

/** Fetches what is missing and returns the byte it began at; of blocks, which may be of several calls, any but 0. */
async function fetchMissing(url: string, options: DownloadOptions): Promise<number> {
  const { path, connections = 1, block = 8 << 20, size, progress } = options;
  const part = partPath(path);
  // One that was begun by a single connection is gone on with likewise.
  const inBlocks = isInBlocks(part) || (connections > 1 && !existsSync(part));
  if (!inBlocks) return fetchRest(url, options);
  const { attempts, backoff } = options;
  const isComplete = await downloadBlocks(url, {
    part,
    connections,
    block,
    size,
    isChecked: isChecked(options),
    get: getOptions(options),
    progress,
    ...(attempts === undefined ? {} : { attempts }),
    ...(backoff === undefined ? {} : { backoff }),
  });
  return isComplete ? 1 : fetchRest(url, options);
}

function getOptions({ headers, stall = 30_000, environment }: DownloadOptions): GetOptions & { headers: object } {
  return {
    headers: { "accept-encoding": "identity", "user-agent": "gnmt-moe", ...headers },
    timeout: stall,
    ...(environment === undefined ? {} : { environment }),
  };
}

/** Appends what is missing to the part and returns the byte it began at. Throws where the connection ends early. */
async function fetchRest(url: string, options: DownloadOptions): Promise<number> {
  const { path, size } = options;
  const have = resumableBytes(options);
  const get = getOptions(options);
  const headers: Record<string, string> = { ...get.headers };
  if (have > 0) {
    headers["range"] = `bytes=${have}-`;
    const validator = readIfExists(validatorPath(path));
    if (validator !== undefined) headers["if-range"] = validator;
  }
  const response = await httpGet(url, { ...get, headers });
  try {
    const start = startOf(response, have, path);
    const total = totalOf(response, start);
    if (size !== undefined && total !== undefined && total !== size) {
      throw new Refused(`it has ${total} bytes there, not ${size}`);
    }
    const validator = response.headers.etag ?? response.headers["last-modified"];
    // A weak ETag does not promise equal bytes.
    if (validator === undefined || validator.startsWith("W/")) rmSync(validatorPath(path), { force: true });
    else writeFileSync(validatorPath(path), validator);
    const received = await append(response, start, total, options);
    if (total !== undefined && received !== total) throw new Error(`it ended after ${received} of ${total} bytes`);
    return start;
  } finally {
    response.destroy();
  }
}

/** Bytes of the part that the next request may leave out. */
function resumableBytes(options: DownloadOptions): number {
  const { path } = options;
  const have = statSync(partPath(path), { throwIfNoEntry: false })?.size ?? 0;
  return isChecked(options) || existsSync(validatorPath(path)) ? have : 0;
}

/** The byte the response begins at. */
function startOf(response: IncomingMessage, have: number, path: string): number {
  const { statusCode, headers } = response;
  if (statusCode === 200) return 0;
  if (statusCode === 206 && have > 0) {
    const begin = Number(/^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1]);
    if (begin === have) return have;
  }
  if (statusCode === 206 || statusCode === 416) {
    discard(path);
    throw new Error("the server cannot go on where it stopped; starting again");
  }
  throw failureOf(response);
}

/** Bytes of the whole file, as the response's headers have it. */
function totalOf({ headers }: IncomingMessage, start: number): number | undefined {
  const range = /\/(\d+)$/.exec(headers["content-range"] ?? "");
  if (range !== null) return Number(range[1]);
  const length = headers["content-length"];
  return length === undefined ? undefined : start + Number(length);
}

async function append(
  response: IncomingMessage,
  start: number,
  total: number | undefined,
  { path, stall = 30_000, progress }: DownloadOptions,
): Promise<number> {
  const file = openSync(partPath(path), start === 0 ? "w" : "r+");
  let received = start;
  try {
    ftruncateSync(file, start);
    response.setTimeout(stall, () => response.destroy(new Error(`no data for ${stall / 1000} s`)));
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at, chunk.length - at, received + at);
      received += chunk.length;
      progress?.(received, total);
    }
  } finally {
    closeSync(file);
  }
  return received;
}

/** Throws away a part that is not the file. One that was put together is worth another try, one that came whole is not. */
function verify(options: DownloadOptions, start: number): void {
  const { path, size } = options;
  const found = statSync(partPath(path)).size;
  const isWrongSize = size !== undefined && found !== size;
  if (!isWrongSize && hasChecksums(partPath(path), options)) return;
  discard(path);
  const message = isWrongSize ? `it has ${found} bytes, not ${size}` : "its checksum is not the expected one";
  throw start > 0 ? new Error(message) : new Refused(message);
}

function isChecked({ sha256, md5 }: DownloadOptions): boolean {
  return sha256 !== undefined || md5 !== undefined;
}

/** Whether a file has each checksum that is known. */
function hasChecksums(path: string, { sha256, md5 }: Pick<DownloadOptions, "sha256" | "md5">): boolean {
  return (
    (sha256 === undefined || hashFile(path, "sha256") === sha256) &&
    (md5 === undefined || hashFile(path, "md5") === md5)
  );
}

function readIfExists(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
