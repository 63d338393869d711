/** What tells one model's weights from another's: a hash of every tensor's name, type, shape and checksum. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { SafetensorsReader } from "./read-safetensors.ts";
import { checksumStart, chunksOf, promisedChecksum } from "./safetensors-header.ts";

/** Metadata of weights that were made of others and stand for them, such as 8-bit ones. */
const IDENTITY = "identity";

/** The metadata that gives a file the identity of the one that it was made of. */
export function identityMetadata(path: string): Readonly<Record<string, string>> {
  return { [IDENTITY]: modelIdentity(path) };
}

/**
 * 64 hexadecimal digits, the same for the same weights wherever the file is and whatever else it says. The checksums of our own files are
 * taken as they are written there. Throws CheckpointError for a file that cannot be read.
 */
export function modelIdentity(path: string): string {
  const reader = new SafetensorsReader(path);
  try {
    const { header } = reader;
    const given = header.metadata[IDENTITY];
    if (given !== undefined) return given;
    const tensors = header.entries.map((entry) => {
      const { name, dtype, shape } = entry;
      let checksum = promisedChecksum(header, name);
      if (checksum === undefined) {
        checksum = checksumStart(entry);
        for (const chunk of chunksOf(reader.read(entry).data)) checksum = crc32(chunk, checksum);
      }
      return [name, dtype, shape, checksum] as const;
    });
    tensors.sort(([a], [b]) => (a < b ? -1 : 1));
    return createHash("sha256").update(JSON.stringify(tensors)).digest("hex");
  } finally {
    reader.close();
  }
}
