/** A small text file in one string, decompressed by its name or by how it begins. */
import { DataError, NmtError } from "../../base/errors.ts";
import { readBytes } from "../../data/files/bytes.ts";

/** Throws DataError where it cannot be read or is not UTF-8. */
export function readWholeText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat([...readBytes(path)]));
  } catch (cause) {
    if (cause instanceof NmtError) throw cause;
    throw new DataError(`The file cannot be read as UTF-8 text: ${(cause as Error).message}.`, {
      where: path,
      nextStep: "Fetch it again.",
      cause,
    });
  }
}
