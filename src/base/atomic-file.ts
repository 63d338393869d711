/** Atomic writes: temporary file beside the target, fsync, rename, fsync of the folder. A kill leaves old or new, never half. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** This machine, in names of files. Of processes on others nothing can be said here. */
const HOST = hostname().replace(/[^\w-]/g, "_");

/**
 * A file that is written piece by piece and has its name only when it is whole; end it with `commit` or `abort`. Failures of the
 * system (no space, no permission) come as they are.
 *
 * @example
 * const file = new AtomicFile("corpus/train.de");
 * try {
 *   for (const line of lines) file.append(`${line}\n`);
 *   file.commit();
 * } finally {
 *   file.abort();
 * }
 */
export class AtomicFile {
  private readonly path: string;
  private readonly temporary: string;
  private file: number | undefined;

  /** Creates folders that are missing. A file that has the name keeps it until `commit`. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.temporary = `${path}.${HOST}.${process.pid}.tmp`;
    this.file = openSync(this.temporary, "w");
  }

  /** Text is written as UTF-8. */
  append(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(this.file!, bytes, at, bytes.byteLength - at);
  }

  /** Gives the file its name, once its bytes would outlast a power cut. */
  commit(): void {
    fsyncSync(this.file!);
    this.close();
    try {
      renameDurably(this.temporary, this.path);
    } catch (error) {
      rmSync(this.temporary, { force: true });
      throw error;
    }
  }

  /** Removes what was written, unless it is committed: may be called in any case. */
  abort(): void {
    if (this.file === undefined) return;
    this.close();
    rmSync(this.temporary, { force: true });
  }

  private close(): void {
    const file = this.file!;
    this.file = undefined;
    closeSync(file);
  }
}

/** Removes what processes of this machine that are no more have begun to write under a file's temporary names. */
export function removeLeftovers(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (leftoverOf(name) === basename(path)) rmSync(join(folder, name), { force: true });
  }
}

/** The same for all files of a folder and of those in it. */
export function removeAllLeftovers(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && leftoverOf(entry.name) !== undefined)
      rmSync(join(entry.parentPath, entry.name), { force: true });
  }
}

/** Name of the file that a process of this machine which is no more has begun to write under this one; undefined for other files. */
function leftoverOf(name: string): string | undefined {
  const [, file, host, id] = /^(.+)\.([\w-]+)\.(\d+)\.tmp$/s.exec(name) ?? [];
  return host !== HOST || isRunning(Number(id)) ? undefined : file;
}

function isRunning(id: number): boolean {
  if (id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Writes the chunks to `path` so that a reader sees either the old file or the whole new one. */
export function writeFileAtomic(path: string, chunks: string | Uint8Array | Iterable<string | Uint8Array>): void {
  const file = new AtomicFile(path);
  try {
    const parts = typeof chunks === "string" || chunks instanceof Uint8Array ? [chunks] : chunks;
    for (const part of parts) file.append(part);
    file.commit();
  } finally {
    file.abort();
  }
}

/** Gives a complete file that was written under another name of the same folder its own: bytes first, then the name. */
export function commitFile(temporary: string, path: string): void {
  const file = openSync(temporary, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameDurably(temporary, path);
}

function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** Makes renames within a folder last through a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } catch {
    // Some file systems cannot sync a folder; the rename itself is still atomic.
  } finally {
    closeSync(folder);
  }
}
