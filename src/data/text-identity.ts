/** Tells whether a text file has changed since it was last prepared. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { readRawBytes } from "./bytes.ts";

export interface TextIdentity {
  path: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  sha256: string;
}

/** Hashes a text, unless it was hashed earlier at the same size and time of change. */
export function identifyText(path: string, earlier: readonly TextIdentity[] = []): TextIdentity {
  const stat = statSync(path, { throwIfNoEntry: false });
  const known = earlier.find((each) => each.path === path);
  if (stat !== undefined && known?.size === stat.size && known.modified === stat.mtimeMs) return known;
  const hash = createHash("sha256");
  for (const chunk of readRawBytes(path)) hash.update(chunk);
  return { path, size: stat?.size ?? 0, modified: stat?.mtimeMs ?? 0, sha256: hash.digest("hex") };
}
