/**
 * Prepares a corpus for training: cleans it, encodes it and writes shards, once. `prepared.json` is written last, so a
 * folder without it is unfinished; the next call goes on after its last whole shard.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { DataError, NmtError } from "../base/errors.ts";
import { EOS } from "../base/forced-targets.ts";
import {
  type CleaningOptions,
  type CleaningReport,
  cleanPair,
  count,
  DEFAULT_CLEANING,
  type DropReason,
  emptyReport,
} from "./clean.ts";
import { streamAligned, streamLines } from "./corpus.ts";
import { loadLanguageCheck } from "./language-id.ts";
import { NearDuplicates } from "./near-duplicates.ts";
import { reportHtml } from "./report-html.ts";
import { scriptShare } from "./scripts.ts";
import { SeenPairs } from "./seen-pairs.ts";
import { ShardWriter } from "./shard.ts";
import { textFiles } from "./text-files.ts";
import { identifyText, type TextIdentity } from "./text-identity.ts";

/** Changes when the same texts and options would give other shards. */
const VERSION = 1;
const SHARD_BYTES = 32 << 20;

export interface PrepareOptions {
  /** Text to translate from, named as text-files.ts says; in a monolingual corpus, the text. */
  pathSrc: string;
  /** Absent in a monolingual corpus: its pairs have the text as target and no source. */
  pathTgt?: string | undefined;
  srcLang?: string | undefined;
  tgtLang?: string | undefined;
  /** Text to piece ids, without `<s>` and `</s>`. */
  encode: (text: string) => ArrayLike<number>;
  /** Names the encoder, such as the hash of its file: another one prepares the corpus again. */
  encoder: string;
  /** Piece put in front of every source, such as a target-language tag. */
  tag?: number | undefined;
  /** Pieces of the longest source and target, tag and `</s>` not counted. */
  maxLengths: { source: number; target: number };
  cleaning?: Partial<CleaningOptions>;
  /** Keep only the first of equal pairs (default true). */
  dropDuplicates?: boolean;
  outDir: string;
  /** Told now and then how many pairs have been read. */
  progress?: (pairsRead: number) => void;
  /** Bytes of records after which a shard is written (default 32 MiB). */
  shardBytes?: number;
}

/** A prepared corpus as `prepared.json` describes it. */
export interface PreparedCorpus {
  folder: string;
  fingerprint: string;
  srcLang: string | null;
  tgtLang: string | null;
  pairs: number;
  /** Largest number of positions of a pair: tag, pieces and `</s>`. */
  longest: { source: number; target: number };
  shards: number;
  report: CleaningReport;
}

interface PreparedFile extends PreparedCorpus {
  texts: TextIdentity[];
}

/** Where an unfinished preparation goes on. */
interface Unfinished {
  fingerprint: string;
  shards: number;
  /** Lines that are dealt with. */
  lines: number;
  longest: { source: number; target: number };
  report: CleaningReport;
}

export function shardPath(folder: string, shard: number): string {
  return join(folder, `pairs-${String(shard).padStart(5, "0")}.bin`);
}

/** Throws DataError for texts that cannot be read or have no usable pair, and where the folder cannot be written. */
export async function prepareCorpus(options: PrepareOptions): Promise<PreparedCorpus> {
  const { outDir } = options;
  const earlier = readJson<PreparedFile>(join(outDir, "prepared.json"));
  const paths = options.pathTgt === undefined ? [options.pathSrc] : [options.pathSrc, options.pathTgt];
  const texts = paths.flatMap((path) => textFiles(path).map((file) => identifyText(file, earlier?.texts)));
  const fingerprint = fingerprintOf(options, texts);
  if (earlier?.fingerprint === fingerprint && shardsExist(outDir, earlier.shards)) {
    return { ...withoutTexts(earlier), folder: outDir };
  }

  guardWrite(outDir, () => {
    mkdirSync(outDir, { recursive: true });
    rmSync(join(outDir, "prepared.json"), { force: true });
  });
  const state = await writeShards(options, fingerprint);
  if (state.report.kept === 0) throw nothingLeft(options, state.report);
  const prepared: PreparedCorpus = {
    folder: outDir,
    fingerprint,
    srcLang: options.srcLang ?? null,
    tgtLang: options.tgtLang ?? null,
    pairs: state.report.kept,
    longest: state.longest,
    shards: state.shards,
    report: state.report,
  };
  guardWrite(outDir, () => {
    writeFileAtomic(join(outDir, "cleaning.html"), reportHtml(options.pathSrc, prepared.report));
    writeJson(join(outDir, "prepared.json"), { ...prepared, texts });
    rmSync(join(outDir, "unfinished.json"), { force: true });
    for (let shard = state.shards; existsSync(shardPath(outDir, shard)); shard++) rmSync(shardPath(outDir, shard));
  });
  return prepared;
}

/** The corpus a folder holds. Throws DataError where preparation has not finished there. */
export function readPrepared(folder: string): PreparedCorpus {
  const prepared = readJson<PreparedFile>(join(folder, "prepared.json"));
  if (prepared !== undefined) return { ...withoutTexts(prepared), folder };
  throw new DataError("The folder does not hold a prepared corpus.", {
    where: folder,
    nextStep: "Prepare the corpus again; the training command does so by itself.",
  });
}

async function writeShards(options: PrepareOptions, fingerprint: string): Promise<Unfinished> {
  const { outDir, dropDuplicates = true, shardBytes = SHARD_BYTES } = options;
  const cleaning = cleaningOf(options);
  const seen = dropDuplicates ? new SeenPairs() : undefined;
  const near =
    cleaning.nearDuplicateWindow === undefined ? undefined : new NearDuplicates(cleaning.nearDuplicateWindow);
  const isOfLanguage = await languageRule(options, cleaning);
  const state = startFrom(outDir, fingerprint);
  const done = state.lines;
  let writer = new ShardWriter();
  const flush = () => {
    if (writer.pairs === 0) return;
    guardWrite(outDir, () => {
      writer.write(shardPath(outDir, state.shards++), fingerprint);
      writeJson(join(outDir, "unfinished.json"), state);
    });
    writer = new ShardWriter();
  };
  let line = 0;
  for await (const block of pairsOf(options)) {
    for (const { source, target } of block) {
      line++;
      let verdict: DropReason | "kept" = cleanPair(source, target, cleaning);
      if (verdict === "kept") verdict = isOfLanguage(source, target);
      if (verdict === "kept" && seen?.add(source, target) === false) verdict = "duplicate";
      if (verdict === "kept" && near?.add(source, target) === false) verdict = "near duplicate";
      if (line <= done) continue;
      if (verdict === "kept") verdict = encodeInto(writer, source, target, line, options, state);
      count(state.report, verdict, { line, source, target });
      state.lines = line;
      if (writer.bytes >= shardBytes) flush();
    }
    options.progress?.(line);
  }
  flush();
  return state;
}

/** The rules that depend on the sides' languages; a side whose language is not given passes. */
async function languageRule(
  { srcLang, tgtLang, pathTgt }: PrepareOptions,
  { minScriptShare, languageId = false }: CleaningOptions,
): Promise<(source: string, target: string) => DropReason | "kept"> {
  const languages = pathTgt === undefined ? [srcLang ?? tgtLang] : [srcLang, tgtLang];
  const check = languageId ? await loadLanguageCheck() : undefined;
  return (...texts) => {
    for (const [side, language] of languages.entries()) {
      if (language === undefined) continue;
      if (minScriptShare !== undefined && scriptShare(texts[side]!, language) < minScriptShare) return "other script";
      if (check?.(texts[side]!, language) === false) return "other language";
    }
    return "kept";
  };
}

/** Encodes a pair into the shard, unless its pieces are too many or none. */
function encodeInto(
  writer: ShardWriter,
  source: string,
  target: string,
  line: number,
  { encode, tag, maxLengths, pathTgt }: PrepareOptions,
  { longest }: Unfinished,
): DropReason | "kept" {
  const targetIds = encode(target);
  const sourceIds = pathTgt === undefined ? undefined : encode(source);
  if (targetIds.length === 0 || sourceIds?.length === 0) return "empty";
  if (targetIds.length > maxLengths.target || (sourceIds?.length ?? 0) > maxLengths.source) return "too long";
  const encoder = sourceIds === undefined ? [] : [...(tag === undefined ? [] : [tag]), ...Array.from(sourceIds), EOS];
  writer.add(encoder, targetIds, line);
  longest.source = Math.max(longest.source, encoder.length);
  longest.target = Math.max(longest.target, targetIds.length + 1);
  return "kept";
}

/** A monolingual corpus is read as pairs of a text with itself, so that cleaning sees both sides in order. */
async function* pairsOf({ pathSrc, pathTgt }: PrepareOptions): AsyncGenerator<{ source: string; target: string }[]> {
  if (pathTgt !== undefined) yield* streamAligned(pathSrc, pathTgt);
  else for await (const lines of streamLines(pathSrc)) yield lines.map((text) => ({ source: text, target: text }));
}

function cleaningOf({ cleaning, pathTgt }: PrepareOptions): CleaningOptions {
  return { ...DEFAULT_CLEANING, ...cleaning, ...(pathTgt === undefined ? { dropIdentical: false } : {}) };
}

function startFrom(folder: string, fingerprint: string): Unfinished {
  const earlier = readJson<Unfinished>(join(folder, "unfinished.json"));
  if (earlier?.fingerprint === fingerprint && shardsExist(folder, earlier.shards)) return earlier;
  return { fingerprint, shards: 0, lines: 0, longest: { source: 0, target: 0 }, report: emptyReport() };
}

function shardsExist(folder: string, shards: number): boolean {
  return Array.from({ length: shards }, (_, shard) => shardPath(folder, shard)).every(existsSync);
}

function fingerprintOf(options: PrepareOptions, texts: TextIdentity[]): string {
  const { srcLang, tgtLang, encoder, tag, maxLengths, dropDuplicates = true, shardBytes = SHARD_BYTES } = options;
  const cleaning = cleaningOf(options);
  const identity = { VERSION, srcLang, tgtLang, encoder, tag, maxLengths, cleaning, dropDuplicates, shardBytes };
  const hashes = texts.map(({ sha256, column }) => (column === undefined ? sha256 : `${sha256}#${column}`));
  return createHash("sha256")
    .update(JSON.stringify({ ...identity, hashes }))
    .digest("hex");
}

function nothingLeft({ pathSrc }: PrepareOptions, report: CleaningReport): DataError {
  const most = Object.entries(report.dropped).sort(([, a], [, b]) => b.count - a.count)[0];
  const why = most === undefined ? "it has no lines" : `${most[1].count} of ${report.read} are dropped as ${most[0]}`;
  return new DataError(`No pair of the corpus is left for training: ${why}.`, {
    where: pathSrc,
    nextStep:
      "Check that the files are the right ones, or loosen the lengths and cleaning options of the configuration.",
  });
}

function withoutTexts({ texts: _, ...prepared }: PreparedFile): PreparedCorpus {
  return prepared;
}

/** Undefined where there is no such file or it is not JSON. */
function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

function guardWrite(folder: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (cause instanceof NmtError) throw cause;
    throw new DataError(`The prepared corpus cannot be written: ${(cause as Error).message}.`, {
      where: folder,
      nextStep:
        "Free disk space or choose another folder; what was written is kept, and the same command goes on from it.",
      cause,
    });
  }
}
