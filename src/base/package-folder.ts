/** The folder this package is installed in, wherever it runs from (sources or build). */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NmtError } from "./errors.ts";

/** The nearest folder above this module that holds package.json; src/ and dist/src/ have none. Throws NmtError where there is none. */
export function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) {
      throw new NmtError("the package's folder has no package.json", {
        where: fileURLToPath(import.meta.url),
        nextStep: "Install the package again.",
      });
    }
  }
}
