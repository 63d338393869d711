/** Atomic writes: temporary file beside the target, fsync, rename, fsync of the folder. A kill leaves old or new, never half. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Writes the chunks to `path` so that a reader sees either the old file or the whole new one. */
export function writeFileAtomic(path: string, chunks: string | Uint8Array | Iterable<string | Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, "w");
  try {
    const parts = typeof chunks === "string" || chunks instanceof Uint8Array ? [chunks] : chunks;
    for (const part of parts) writeAll(file, typeof part === "string" ? Buffer.from(part, "utf8") : part);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at, bytes.byteLength - at);
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
