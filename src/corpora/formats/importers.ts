/** Every format of parallel text, and which one a file is of. */
import { UsageError } from "../../base/errors.ts";
import type { FileHead, Importer } from "./importer.ts";
import { tmx } from "./xml/tmx.ts";

/** Those that are known by how they begin come before those that are known by name alone. */
export const IMPORTERS: readonly Importer[] = [tmx];

/** Undefined where it is of none, such as plain text. */
export function findImporter(head: FileHead): Importer | undefined {
  return IMPORTERS.find((importer) => importer.matches(head));
}

/** Throws UsageError where there is none of the name. */
export function importerByName(name: string): Importer {
  const found = IMPORTERS.find((importer) => importer.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no format "${name}".`, {
    where: "--format",
    nextStep: `Use one of ${IMPORTERS.map((importer) => importer.name).join(", ")}.`,
  });
}
