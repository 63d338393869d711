/** Writes files of any format as a plain corpus: line i of one file with line i of the other, and `import.json`, which says what was left out. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { AtomicFile, removeLeftovers, writeFileAtomic } from "../../base/atomic-file.ts";
import { DataError, NmtError } from "../../base/errors.ts";
import type { TextIdentity } from "../../data/files/text-identity.ts";
import type { ImportOptions } from "../formats/importer.ts";
import type { FoundInput } from "./find-inputs.ts";
import { importPairs, type LinesOfPairs } from "./import-pairs.ts";
import { formatImport, type ImportReport } from "./import-report.ts";

/** The files of a plain corpus. */
export interface CorpusFiles {
  source: string;
  target: string;
}

export interface WriteOptions {
  inputs: readonly FoundInput[];
  options: ImportOptions;
  /** What is known so far: files that were passed over. */
  report: ImportReport;
  /** Names in the folder. */
  names: CorpusFiles;
  /** Told now and then how many pairs there are. */
  progress?: ((pairs: number) => void) | undefined;
  /** Put into `import.json`, to know the same import again. */
  identity?: ImportIdentity;
  /** Where the pairs come from. Default: the inputs, read one after the other here. */
  pairs?: AsyncIterable<LinesOfPairs<string | Uint8Array>>;
}

export interface ImportIdentity {
  /** Of files and options. */
  fingerprint: string;
  texts: readonly TextIdentity[];
}

/** What `import.json` says besides the report. */
export interface ImportRecord extends ImportReport, Partial<ImportIdentity> {
  options: ImportOptions;
  /** Both files, by name. */
  written: Record<string, { bytes: number; sha256: string }>;
}

/**
 * Both files and then the record get their names when they are whole: a kill leaves what was there before. Throws DataError where a file cannot be
 * read, where there is no pair at all, and where the folder cannot be written.
 */
export async function importCorpus(folder: string, write: WriteOptions): Promise<ImportRecord> {
  const { inputs, options, report, names, progress, identity } = write;
  const paths = [join(folder, names.source), join(folder, names.target)] as const;
  const files = guarded(folder, () => {
    for (const path of [...paths, join(folder, RECORD)]) removeLeftovers(path);
    return paths.map((path) => ({ file: new AtomicFile(path), hash: createHash("sha256"), bytes: 0 }));
  });
  try {
    let pairs = 0;
    for await (const { count, source, target } of write.pairs ?? importPairs(inputs, options, report)) {
      guarded(folder, () => {
        for (const [i, text] of [source, target].entries()) {
          const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
          files[i]!.file.append(bytes);
          files[i]!.hash.update(bytes);
          files[i]!.bytes += bytes.length;
        }
      });
      pairs += count;
      progress?.(pairs);
    }
    if (pairs === 0) throw nothingFound(inputs, report);
    const [source, target] = files.map(({ hash, bytes }) => ({ bytes, sha256: hash.digest("hex") }));
    const written = { [names.source]: source!, [names.target]: target! };
    const record: ImportRecord = { ...report, options, written, ...identity };
    guarded(folder, () => {
      // Between two renames a kill leaves one file of this import and one of another: no record may fit them.
      writeFileAtomic(join(folder, RECORD), "{}\n");
      for (const { file } of files) file.commit();
      writeFileAtomic(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
    });
    return record;
  } finally {
    for (const { file } of files) file.abort();
  }
}

export const RECORD = "import.json";

function nothingFound(inputs: readonly FoundInput[], report: ImportReport): DataError {
  const [, ...reasons] = formatImport(report);
  return new DataError(`There is no pair in the files${reasons.length === 0 ? "" : `:\n${reasons.join("\n")}`}`, {
    where: inputs
      .map(({ path }) => path)
      .join(", ")
      .slice(0, 500),
    nextStep: "Check the languages, and which of --fuzzy, --tags and --columns would take what was left out.",
  });
}

function guarded<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (cause instanceof NmtError) throw cause;
    throw new DataError(`The corpus cannot be written: ${(cause as Error).message}.`, {
      where: folder,
      nextStep: "Free disk space, or choose another folder with --output.",
      cause,
    });
  }
}
