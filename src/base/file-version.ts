/** Tells versions of a file apart without reading it. */
import { stat } from "node:fs/promises";

/**
 * Identity, size and times of a file or folder: another text where it was replaced or written to; empty where there is none. With `onlyIdentity`, where
 * it was replaced: a folder's times change with every file in it.
 */
export async function fileVersion(path: string, onlyIdentity = false): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return (onlyIdentity ? [dev, ino] : [dev, ino, size, mtimeNs, ctimeNs]).join(" ");
  } catch {
    return "";
  }
}
