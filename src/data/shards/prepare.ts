/**
 * Prepares a corpus for training: cleans it, encodes it and writes shards, once. `prepared.json` is written last, so a
 * folder without it is unfinished; the next call goes on after its last whole shard.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { DataError } from "../../base/errors.ts";
import type { MarkerIds } from "../../base/forced-targets.ts";
import { threadCount } from "../../base/threads.ts";
import { type CleaningOptions, type CleaningReport, DEFAULT_CLEANING } from "../cleaning/clean.ts";
import { addOverlap, HeldOutHashes, type HeldOutTables, type Overlap } from "../cleaning/held-out-hashes.ts";
import { type OverlapReport, overlapReport } from "../cleaning/overlap-report.ts";
import { reportHtml } from "../cleaning/report-html.ts";
import { type LineBlock, streamBlocks } from "../files/line-blocks.ts";
import { textFiles } from "../files/text-files.ts";
import { identifyText, type TextIdentity } from "../files/text-identity.ts";
import { encodeBlocks, type PortableEncoder } from "./encode-blocks.ts";
import { countOverlap, type HeldOutText } from "./held-out.ts";
import type { EncodingRules, PairBlock } from "./pair-encoder.ts";
import {
  guardWrite,
  type PreparedCorpus,
  type PreparedFile,
  readJson,
  shardPath,
  shardsExist,
  type Unfinished,
  withoutTexts,
  writeJson,
} from "./prepared-folder.ts";
import { idBytesFor } from "./shard-writer.ts";
import { ShardSeries, startFrom } from "./write-shards.ts";

/** Changes when the same texts and options would give other shards. */
const VERSION = 3;
const SHARD_BYTES = 32 << 20;
const THREADED_FROM = 16 << 20;
/** Bytes of text in one of a compressed file, about. */
const PACKED = 3;
/** One thread reads, finds duplicates and writes; it keeps about so many others busy. */
const MOST_WORKERS = 8;

export interface PrepareOptions {
  /** Text to translate from, named as text-files.ts says; in a monolingual corpus, the text. */
  pathSrc: string;
  /** Absent in a monolingual corpus: its pairs have the text as target and no source. */
  pathTgt?: string | undefined;
  srcLang?: string | undefined;
  tgtLang?: string | undefined;
  /** Another one prepares the corpus again. */
  wordpieces: PortableEncoder;
  /** Piece put in front of every source, such as a target-language tag. */
  tag?: number | undefined;
  /** Pieces of the longest source and target, tag and `</s>` not counted. */
  maxLengths: { source: number; target: number };
  cleaning?: Partial<CleaningOptions>;
  /** Keep only the first of equal pairs (default true). */
  dropDuplicates?: boolean;
  /** Validation and test corpora: pairs with a side that is a line of theirs are counted. */
  heldOut?: HeldOutText | undefined;
  /** Those pairs are left out (default true). */
  dropHeldOut?: boolean;
  outDir: string;
  /** Told now and then how many pairs have been read. */
  progress?: (pairsRead: number) => void;
  /** Bytes of records after which a shard is written (default 32 MiB). */
  shardBytes?: number;
  /** Threads that clean and encode (default 0: as many as cores); the shards are the same for any number. */
  threads?: number;
  /** Bytes of text from which on they are used (default 16 MiB). */
  threadedFrom?: number;
}

/** Throws DataError for texts that cannot be read or have no usable pair, and where the folder cannot be written. */
export async function prepareCorpus(options: PrepareOptions): Promise<PreparedCorpus> {
  const { outDir } = options;
  const earlier = readJson<PreparedFile>(join(outDir, "prepared.json"));
  const paths = options.pathTgt === undefined ? [options.pathSrc] : [options.pathSrc, options.pathTgt];
  const texts = paths.flatMap((path) => textFiles(path).map((file) => identifyText(file, earlier?.texts)));
  const fingerprint = fingerprintOf(options, texts);
  const heldOutFingerprint = options.heldOut?.fingerprint;
  if (earlier?.fingerprint === fingerprint && shardsExist(outDir, earlier.shards)) {
    const prepared = { ...earlier, folder: outDir };
    if (earlier.heldOut?.fingerprint === heldOutFingerprint) return withoutTexts(prepared);
    return recounted(options, prepared);
  }

  guardWrite(outDir, () => {
    mkdirSync(outDir, { recursive: true });
    rmSync(join(outDir, "prepared.json"), { force: true });
  });
  const tables = await options.heldOut?.tables();
  const { state, overlap } = await writeShards(options, fingerprint, tables, workersFor(options, texts));
  if (state.report.kept === 0) throw nothingLeft(options, state.report);
  const prepared: PreparedCorpus = {
    folder: outDir,
    fingerprint,
    srcLang: options.srcLang ?? null,
    tgtLang: options.tgtLang ?? null,
    markers: markersOf(options),
    pairs: state.report.kept,
    longest: state.longest,
    shards: state.shards,
    report: state.report,
    ...(overlap !== undefined && { heldOut: { ...overlap, fingerprint: heldOutFingerprint! } }),
  };
  guardWrite(outDir, () => {
    writeReports(options, { ...prepared, texts });
    rmSync(join(outDir, "unfinished.json"), { force: true });
    for (let shard = state.shards; existsSync(shardPath(outDir, shard)); shard++) rmSync(shardPath(outDir, shard));
  });
  return prepared;
}

/** A corpus whose shards serve, though other held-out text is named than when they were written. */
async function recounted(options: PrepareOptions, earlier: PreparedFile): Promise<PreparedCorpus> {
  const prepared = { ...earlier };
  delete prepared.heldOut;
  const { pathSrc, pathTgt, heldOut, outDir } = options;
  if (heldOut !== undefined) {
    const tables = await heldOut.tables();
    const overlap = reportOf(options, await countOverlap(pathSrc, pathTgt, tables), tables);
    prepared.heldOut = { ...overlap, fingerprint: heldOut.fingerprint };
  }
  guardWrite(outDir, () => writeReports(options, prepared));
  return withoutTexts(prepared);
}

function writeReports({ outDir, pathSrc }: PrepareOptions, prepared: PreparedFile): void {
  writeFileAtomic(join(outDir, "cleaning.html"), reportHtml(pathSrc, prepared.report, prepared.heldOut));
  writeJson(join(outDir, "prepared.json"), prepared);
}

async function writeShards(
  options: PrepareOptions,
  fingerprint: string,
  heldOut: HeldOutTables | undefined,
  workers: number,
): Promise<{ state: Unfinished; overlap: OverlapReport | undefined }> {
  const { outDir, wordpieces, shardBytes = SHARD_BYTES, progress } = options;
  const rules = { ...rulesOf(options), ...(heldOut !== undefined && { heldOut }) };
  const overlap = new HeldOutHashes(heldOut).noOverlap();
  const state = startFrom(outDir, fingerprint);
  const shards = new ShardSeries(outDir, state, rules, idBytesFor(wordpieces.size), shardBytes);
  const blocks = numbered(streamBlocks(options.pathSrc, options.pathTgt), state.lines);
  for await (const block of encodeBlocks(blocks, rules, wordpieces, workers)) {
    shards.add(block);
    if (block.overlap !== undefined) addOverlap(overlap, block.overlap);
    progress?.(block.firstPair + block.lines - 1);
  }
  return { state: shards.finish(), overlap: heldOut && reportOf(options, overlap, heldOut) };
}

function reportOf({ dropHeldOut = true }: PrepareOptions, overlap: Overlap, { files }: HeldOutTables): OverlapReport {
  const paths = files.map(({ path }) => path);
  return overlapReport(overlap, paths, dropHeldOut);
}

/** Pairs up to number `done` are dealt with. */
async function* numbered(blocks: AsyncIterable<LineBlock>, done: number): AsyncGenerator<PairBlock> {
  let firstPair = 1;
  for await (const block of blocks) {
    yield { ...block, firstPair, done: Math.max(0, Math.min(block.lines, done + 1 - firstPair)) };
    firstPair += block.lines;
  }
}

/** Threads beside this one; none where starting them would take longer than they save. */
function workersFor({ threads = 0, threadedFrom = THREADED_FROM }: PrepareOptions, texts: TextIdentity[]): number {
  const bytes = texts.reduce(
    (sum, { path, size }) => sum + (/\.(gz|zst|xz|bz2)$/.test(path) ? PACKED * size : size),
    0,
  );
  const count = Math.min(threadCount(threads), MOST_WORKERS);
  return count < 2 || bytes < threadedFrom ? 0 : count;
}

function rulesOf(options: PrepareOptions): EncodingRules {
  const { srcLang, tgtLang, tag, maxLengths, dropDuplicates = true, dropHeldOut = true, pathTgt } = options;
  const languages = pathTgt === undefined ? [srcLang ?? tgtLang] : [srcLang, tgtLang];
  return { cleaning: cleaningOf(options), languages, tag, maxLengths, dropDuplicates, dropHeldOut };
}

function markersOf({ wordpieces: { bosId, eosId } }: PrepareOptions): MarkerIds {
  return { bosId, eosId };
}

function cleaningOf({ cleaning, pathTgt }: PrepareOptions): CleaningOptions {
  const all = { ...DEFAULT_CLEANING, ...cleaning };
  if (pathTgt !== undefined) return all;
  // A text of one side stands for both.
  const { copySimilarity: _, ...texts } = all.texts ?? {};
  return { ...all, dropIdentical: false, ...(all.texts !== undefined && { texts }) };
}

function fingerprintOf(options: PrepareOptions, texts: TextIdentity[]): string {
  const { srcLang, tgtLang, wordpieces, tag, maxLengths, shardBytes = SHARD_BYTES } = options;
  const { dropDuplicates = true, dropHeldOut = true } = options;
  const cleaning = cleaningOf(options);
  const markers = markersOf(options);
  const encoder = createHash("sha256").update(wordpieces.toBytes()).digest("hex");
  const identity = {
    VERSION,
    srcLang,
    tgtLang,
    encoder,
    markers,
    tag,
    maxLengths,
    cleaning,
    dropDuplicates,
    shardBytes,
    ...(options.heldOut !== undefined && dropHeldOut && { heldOut: options.heldOut.fingerprint }),
  };
  const hashes = texts.map(({ sha256, column }) => (column === undefined ? sha256 : `${sha256}#${column}`));
  return createHash("sha256")
    .update(JSON.stringify({ ...identity, hashes }))
    .digest("hex");
}

function nothingLeft({ pathSrc }: PrepareOptions, report: CleaningReport): DataError {
  const held = report.dropped["held-out text"];
  const most = Object.entries(report.dropped).sort(([, a], [, b]) => b.count - a.count)[0];
  const why = most === undefined ? "it has no lines" : `${most[1].count} of ${report.read} are dropped as ${most[0]}`;
  return new DataError(`No pair of the corpus is left for training: ${why}.`, {
    where: pathSrc,
    nextStep:
      held === undefined
        ? "Check that the files are the right ones, or loosen the lengths and cleaning options of the configuration."
        : "Validate and test on text that is not trained on, or write cleaning: {overlap: count} to train on it nevertheless.",
  });
}
