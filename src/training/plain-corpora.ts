/** The corpora of a configuration as plain text: those of other formats, such as TMX, are imported into the model directory first, once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { type CorpusRole, corporaOf, type NamedCorpus } from "../config/corpora.ts";
import { DEFAULT_IMPORT, type ImportOptions } from "../corpora/formats/importer.ts";
import { type FoundInput, findInputs, findPairedInputs, formatOf } from "../corpora/importing/find-inputs.ts";
import { importOnce } from "../corpora/importing/import-once.ts";
import { emptyReport, formatImport } from "../corpora/importing/import-report.ts";
import { textFiles } from "../data/files/text-files.ts";

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
  const { pathSrc, pathTgt, record } = await importOnce(folder, inputs, options, report);
  for (const line of record === undefined ? [] : formatImport(record)) onMessage(`${corpus.name}: ${line}`);
  return { ...corpus, pathSrc, pathTgt };
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
