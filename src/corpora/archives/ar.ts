/** Reads `ar` archives, the outer format of Debian packages (deb(5)). */
import { createReadStream } from "node:fs";
import type { ArchiveMember } from "./archive-member.ts";
import { ByteReader } from "./byte-reader.ts";

const MAGIC = "!<arch>\n";
const HEADER = 60;

/** Throws DataError where the file is no such archive or ends early. */
export async function* arMembers(path: string): AsyncGenerator<ArchiveMember> {
  const reader = new ByteReader(createReadStream(path), path);
  try {
    if ((await reader.take(MAGIC.length)).toString("latin1") !== MAGIC) throw reader.damaged("it is no ar archive");
    for (;;) {
      const header = await reader.takeOrEnd(HEADER);
      if (header === undefined) return;
      const size = Number.parseInt(header.toString("latin1", 48, 58), 10);
      if (!(size >= 0) || header.toString("latin1", 58) !== "`\n") throw reader.damaged("a header is not valid");
      // Names of System V archives end with a slash.
      const name = header.toString("latin1", 0, 16).trimEnd().replace(/\/$/, "");
      const body = reader.body(size);
      yield { path: name, chunks: body };
      for await (const _ of body) {
        // What was not read is skipped.
      }
      if (size % 2 === 1) await reader.takeOrEnd(1);
    }
  } finally {
    await reader.close();
  }
}
