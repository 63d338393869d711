/** Name, version and folder of this package, wherever it runs from (sources or build). */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

export function packageVersion(): string {
  const content = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  return content.version;
}
