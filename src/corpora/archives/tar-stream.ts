/** Members of a .tar file as they come, for archives too large to hold (tar.ts reads small ones whole). */
import { streamBytes } from "../../data/files/bytes.ts";
import type { ArchiveMember } from "./archive-member.ts";
import { ByteReader } from "./byte-reader.ts";
import { readTarHeader, TAR_BLOCK, tarLongName } from "./tar.ts";

/** Most that a long name may take. */
const LONGEST_NAME = 1 << 16;

/** Reads .tar, .tgz and tar files with any compression `streamBytes` knows. Throws DataError where it is damaged. */
export async function* tarMembers(path: string): AsyncGenerator<ArchiveMember> {
  const reader = new ByteReader(streamBytes(path, path.endsWith(".tgz") ? "gzip" : undefined), path);
  try {
    let longName: string | undefined;
    for (;;) {
      const at = reader.position;
      const block = await reader.takeOrEnd(TAR_BLOCK);
      if (block === undefined) return;
      if (block.every((byte) => byte === 0)) return await reader.skipRest();
      const header = readTarHeader(block);
      if (header === undefined) throw reader.damaged(`the header at byte ${at} is not valid`);
      const padding = (TAR_BLOCK - (header.size % TAR_BLOCK)) % TAR_BLOCK;
      if (header.type === "x" || header.type === "L") {
        if (header.size > LONGEST_NAME) throw reader.damaged(`the name at byte ${at} is too long`);
        longName = tarLongName(header.type, await reader.take(header.size)) ?? longName;
      } else {
        const body = reader.body(header.size);
        if (header.type === "0" || header.type === "\0") {
          yield { path: (longName ?? header.path).replace(/^(\.\/)+/, ""), chunks: body };
        }
        for await (const _ of body) {
          // What was not read is skipped.
        }
        longName = undefined;
      }
      if (padding > 0) await reader.take(padding);
    }
  } finally {
    await reader.close();
  }
}
