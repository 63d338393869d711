/** What package.json says of this package. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "../base/package-folder.ts";

export function packageVersion(): string {
  const content = JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as { version: string };
  return content.version;
}
