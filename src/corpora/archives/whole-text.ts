/** A small text file in one string. */
import { readFileSync } from "node:fs";
import { DataError } from "../../base/errors.ts";

/** Throws DataError where it cannot be read or is not UTF-8. */
export function readWholeText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    throw new DataError(`The file cannot be read as UTF-8 text: ${(cause as Error).message}.`, {
      where: path,
      nextStep: "Fetch it again.",
      cause,
    });
  }
}
