/** Files inside an archive, unpacked one after the other in bounded memory, whatever the archive's format. */
import { existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AtomicFile } from "../../base/atomic-file.ts";
import { DataError } from "../../base/errors.ts";
import { arMembers } from "./ar.ts";
import { tarMembers } from "./tar-stream.ts";
import { zipMembers } from "./zip.ts";

export interface ArchiveMember {
  /** Path inside the archive, with `/` and without a leading `./`. */
  path: string;
  /** The member's bytes; what is not read is skipped. */
  chunks: AsyncIterable<Uint8Array>;
}

/** Members of a .tar, .tar.gz, .tgz, .tar.xz, .tar.zst, .zip or .deb file (a .deb's are those of its data.tar). */
export async function* archiveMembers(path: string): AsyncGenerator<ArchiveMember> {
  if (path.endsWith(".zip")) yield* zipMembers(path);
  else if (path.endsWith(".deb")) yield* debMembers(path);
  else yield* tarMembers(path);
}

/** The whole of a member; only for small ones. */
export async function memberBytes({ chunks }: ArchiveMember): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/**
 * Unpacks the members named into `folder`, keeping their paths, and returns where each one is. Those there already stay.
 * Throws DataError, naming them, where the archive lacks some.
 */
export async function unpackMembers(
  archive: string,
  names: readonly string[],
  folder: string,
): Promise<Map<string, string>> {
  const places = new Map(names.map((name) => [name, join(folder, name)]));
  const missing = new Set(names.filter((name) => !existsSync(places.get(name)!)));
  if (missing.size > 0) {
    for await (const member of archiveMembers(archive)) {
      if (!missing.delete(member.path)) continue;
      await writeMember(places.get(member.path)!, member);
      if (missing.size === 0) break;
    }
  }
  if (missing.size === 0) return places;
  throw new DataError(`The archive lacks ${[...missing].join(", ")}.`, {
    where: archive,
    nextStep: "Delete the archive and fetch it again; if it stays so, it is another release than the recipe knows.",
  });
}

async function writeMember(path: string, { chunks }: ArchiveMember): Promise<void> {
  const file = new AtomicFile(path);
  try {
    for await (const chunk of chunks) file.append(chunk);
    file.commit();
  } finally {
    file.abort();
  }
}

/** A .deb is an `ar` archive whose data.tar.xz (.gz, .zst) holds the files; it is unpacked beside the package while it is read. */
async function* debMembers(path: string): AsyncGenerator<ArchiveMember> {
  for await (const member of arMembers(path)) {
    if (!member.path.startsWith("data.tar")) continue;
    const inner = join(dirname(path), `.${basename(path)}.${process.pid}.${member.path}`);
    try {
      await writeMember(inner, member);
      yield* tarMembers(inner);
    } finally {
      rmSync(inner, { force: true });
    }
    return;
  }
  throw new DataError("The package holds no data.tar.", {
    where: path,
    nextStep: "Delete the file and fetch it again.",
  });
}
