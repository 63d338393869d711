/** The corpora of a configuration as plain text: those of other formats, such as TMX, are imported into the model directory first, once. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { type CorpusRole, corporaOf, type NamedCorpus } from "../config/corpora.ts";
import { DEFAULT_IMPORT, type ImportOptions } from "../corpora/formats/importer.ts";
import { type FoundInput, findInputs, findPairedInputs, formatOf } from "../corpora/importing/find-inputs.ts";
import { type ImportRecord, importCorpus, RECORD } from "../corpora/importing/import-corpus.ts";
import { emptyReport, formatImport } from "../corpora/importing/import-report.ts";
import { textFiles } from "../data/files/text-files.ts";
import { identifyText, type TextIdentity } from "../data/files/text-identity.ts";

/** Changes when the same files and options would give other text. */
const VERSION = 1;
const NAMES = { source: "source.txt", target: "target.txt" };

/** A corpus whose text stands in files of one sentence a line. */
export interface PlainCorpus extends NamedCorpus {
  pathSrc: string;
}

/** The corpora of a role. `onMessage` hears what was imported. Throws DataError and UsageError for files that cannot be read. */
export async function plainCorpora(
  config: Config,
  role: CorpusRole,
  onMessage: (message: string) => void,
): Promise<PlainCorpus[]> {
  return plainTexts(config, corporaOf(config, role), onMessage);
}

/** The same for some of them. */
export async function plainTexts(
  { saveModel }: Pick<Config, "saveModel">,
  corpora: readonly NamedCorpus[],
  onMessage: (message: string) => void,
): Promise<PlainCorpus[]> {
  const plain: PlainCorpus[] = [];
  for (const corpus of corpora) plain.push(await plainCorpus(saveModel, corpus, onMessage));
  return plain;
}

/** Whether the files of a corpus's path are there. */
export function isThere(name: string): boolean {
  try {
    return textFiles(name).every(({ path }) => existsSync(path));
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

async function plainCorpus(
  directory: string,
  corpus: NamedCorpus,
  onMessage: (message: string) => void,
): Promise<PlainCorpus> {
  if (!(await isOfOtherFormat(corpus))) return { ...corpus, pathSrc: corpus.pathSrc! };
  const folder = join(directory, "data", corpus.name, "imported");
  const report = emptyReport();
  const options = optionsOf(corpus);
  const inputs = await inputsOf(corpus, options, report);
  const earlier = readRecord(folder);
  const paths = inputs.flatMap(({ path, translated }) => (translated === undefined ? [path] : [path, translated]));
  const texts = paths.map((path) => identifyText({ path }, earlier?.texts));
  const fingerprint = fingerprintOf(inputs, options, texts);
  if (earlier?.fingerprint !== fingerprint || !isWhole(folder, earlier)) {
    const record = await importCorpus(folder, {
      inputs,
      options,
      report,
      names: NAMES,
      identity: { fingerprint, texts },
    });
    for (const line of formatImport(record)) onMessage(`${corpus.name}: ${line}`);
  }
  return { ...corpus, pathSrc: join(folder, NAMES.source), pathTgt: join(folder, NAMES.target) };
}

/** By the first file; a plain text of one side is no corpus by itself. */
async function isOfOtherFormat({ path, pathSrc, pathTgt, import: given }: NamedCorpus): Promise<boolean> {
  if (path !== undefined || given?.format !== undefined) return true;
  if (pathTgt === undefined || !isThere(pathSrc!)) return false;
  const [first] = textFiles(pathSrc!);
  return first!.column === undefined && (await formatOf(first!.path)) !== undefined;
}

async function inputsOf(
  { path, pathSrc, pathTgt, import: given }: NamedCorpus,
  { sourceLanguage, targetLanguage }: ImportOptions,
  report: Parameters<typeof findInputs>[2],
): Promise<FoundInput[]> {
  const find = { format: given?.format, sourceLanguage, targetLanguage };
  return path === undefined ? findPairedInputs(pathSrc!, pathTgt!, find) : findInputs([path], find, report);
}

function optionsOf({ srcLang, tgtLang, import: given = {} }: NamedCorpus): ImportOptions {
  const { format: _, columns, ...options } = given;
  return {
    ...DEFAULT_IMPORT,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    ...(columns !== undefined && { columns: [String(columns[0]), String(columns[1])] }),
    sourceLanguage: srcLang,
    targetLanguage: tgtLang,
  };
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
