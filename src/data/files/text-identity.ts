/** Tells whether a text file has changed since it was last prepared. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { readRawBytes } from "./bytes.ts";
import type { TextFile } from "./text-files.ts";

export interface TextIdentity {
  path: string;
  /** Column of a tab-separated file. */
  column?: number;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  sha256: string;
}

/** Hashes a text, unless it was hashed earlier at the same size and time of change. */
export function identifyText({ path, column }: TextFile, earlier: readonly TextIdentity[] = []): TextIdentity {
  const which = column === undefined ? {} : { column };
  const stat = statSync(path, { throwIfNoEntry: false });
  const known = earlier.find((each) => each.path === path);
  if (stat !== undefined && known?.size === stat.size && known.modified === stat.mtimeMs) {
    const { size, modified, sha256 } = known;
    return { path, ...which, size, modified, sha256 };
  }
  const hash = createHash("sha256");
  for (const chunk of readRawBytes(path)) hash.update(chunk);
  return { path, ...which, size: stat?.size ?? 0, modified: stat?.mtimeMs ?? 0, sha256: hash.digest("hex") };
}
