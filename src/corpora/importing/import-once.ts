/** Imports files into a folder unless it has the same import already: same files by content, formats and options. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { identifyText, type TextIdentity } from "../../data/files/text-identity.ts";
import { archiveOf } from "../archives/zip-member.ts";
import type { ImportOptions } from "../formats/importer.ts";
import type { FoundInput } from "./find-inputs.ts";
import { type ImportRecord, importCorpus, RECORD } from "./import-corpus.ts";
import type { ImportReport } from "./import-report.ts";

/** Changes when the same files and options would give other text. */
const VERSION = 1;
const NAMES = { source: "source.txt", target: "target.txt" };

/** A plain corpus that was imported. */
export interface ImportedCorpus {
  pathSrc: string;
  pathTgt: string;
  /** What was read and left out; undefined where the folder had it already. */
  record: ImportRecord | undefined;
}

/** `report` has the files that were passed over so far. Throws as `importCorpus` does. */
export async function importOnce(
  folder: string,
  inputs: readonly FoundInput[],
  options: ImportOptions,
  report: ImportReport,
): Promise<ImportedCorpus> {
  const earlier = readRecord(folder);
  const paths = inputs.flatMap(({ path, translated }) => (translated === undefined ? [path] : [path, translated]));
  const files = new Set(paths.map((path) => archiveOf(path) ?? path));
  const texts = [...files].map((path) => identifyText({ path }, earlier?.texts));
  const fingerprint = fingerprintOf(inputs, options, texts);
  const isThere = earlier?.fingerprint === fingerprint && isWhole(folder, earlier);
  const identity = { fingerprint, texts };
  const record = isThere ? undefined : await importCorpus(folder, { inputs, options, report, names: NAMES, identity });
  return { pathSrc: join(folder, NAMES.source), pathTgt: join(folder, NAMES.target), record };
}

function fingerprintOf(inputs: readonly FoundInput[], options: ImportOptions, texts: readonly TextIdentity[]): string {
  const formats = inputs.map(({ importer, translated }) => [importer.name, translated !== undefined]);
  const hashes = texts.map(({ sha256 }) => sha256);
  return createHash("sha256").update(JSON.stringify({ VERSION, options, formats, hashes })).digest("hex");
}

function readRecord(folder: string): ImportRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, RECORD), "utf8")) as ImportRecord;
  } catch {
    return undefined;
  }
}

function isWhole(folder: string, { written }: ImportRecord): boolean {
  return Object.entries(written ?? {}).every(
    ([name, { bytes }]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes,
  );
}
