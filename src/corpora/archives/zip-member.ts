/** Members of zip archives by paths that begin with the archive's own, `corpus.zip/train.en`, so that they are named and opened as files are. */
import { existsSync, statSync } from "node:fs";
import { compressionOfName, decompress } from "../../data/files/decompress.ts";
import { openZip } from "./zip.ts";

const ENDING = ".zip";

/** Paths of all members, in the archive's order. Throws DataError for a damaged archive. */
export function zipMemberPaths(archive: string): string[] {
  const { entries, close } = openZip(archive);
  close();
  return entries.map(({ path }) => `${archive}/${path}`);
}

/** Whether a file's name is that of a zip archive: documents of offices, which are such archives too, have other endings. */
export function isZipName(path: string): boolean {
  return path.toLowerCase().endsWith(ENDING);
}

/** The archive that a path leads into; undefined for a path of a file, or of none. */
export function archiveOf(path: string): string | undefined {
  const lower = path.toLowerCase();
  for (let at = lower.indexOf(`${ENDING}/`); at >= 0; at = lower.indexOf(`${ENDING}/`, at + 1)) {
    const archive = path.slice(0, at + ENDING.length);
    if (!existsSync(archive)) return undefined;
    if (statSync(archive).isFile()) return archive;
  }
  return undefined;
}

/** A member's bytes, decompressed where its name says so. Throws DataError where they are damaged. */
export async function* zipMemberChunks(archive: string, path: string): AsyncGenerator<Uint8Array> {
  const { entries, contents, close } = openZip(archive);
  try {
    const entry = entries.find((each) => `${archive}/${each.path}` === path);
    if (entry === undefined) throw new Error(`${path} is no member`);
    const compression = compressionOfName(path);
    yield* compression === undefined ? contents(entry) : decompress(contents(entry), compression);
  } finally {
    close();
  }
}
