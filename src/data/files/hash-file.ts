/** Checksums of files. */
import { createHash } from "node:crypto";
import { readRawBytes } from "./bytes.ts";

/** Checksum of a file as it is stored, hexadecimal. Throws DataError where it cannot be read. */
export function hashFile(path: string, algorithm: "sha256" | "md5" = "sha256"): string {
  const hash = createHash(algorithm);
  for (const chunk of readRawBytes(path)) hash.update(chunk);
  return hash.digest("hex");
}
