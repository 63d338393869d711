/** Which files are to be imported, of which format each, and which two of them belong together. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DataError, UsageError } from "../../base/errors.ts";
import { filePairs } from "../../data/files/line-blocks.ts";
import { textFiles } from "../../data/files/text-files.ts";
import { isOtherFormat, refuseOtherFormats } from "../../data/files/text-format.ts";
import { isZipName, zipMemberPaths } from "../archives/zip-member.ts";
import type { FileHead, Importer } from "../formats/importer.ts";
import { findImporter, importerByName } from "../formats/importers.ts";
import { openInput } from "../formats/input-file.ts";
import { plainText } from "../formats/plain-text.ts";
import type { ImportReport } from "./import-report.ts";
import { pairFiles } from "./language-files.ts";
import { isTextOf, pairTexts } from "./paired-texts.ts";

/** A file to import, or two of a format of two files. */
export interface FoundInput {
  importer: Importer;
  path: string;
  translated?: string;
}

export interface FindOptions {
  /** Name of the format of all files, instead of what they look like. */
  format?: string | undefined;
  sourceLanguage?: string | undefined;
  targetLanguage?: string | undefined;
}

/**
 * Files, patterns, and folders and zip archives (all that is inside, whose other files are passed over and told of in the report). Plain texts are those
 * whose names tell their languages. Throws DataError for a file that is of no format, UsageError where the file of the other language is not to be found.
 */
export async function findInputs(
  names: readonly string[],
  options: FindOptions,
  report: Pick<ImportReport, "passedOver">,
): Promise<FoundInput[]> {
  const found: FoundInput[] = [];
  const sides = new Map<Importer, NamedFile[]>();
  for (const file of names.flatMap(filesOf)) {
    const importer = await importerOf(file, options);
    if (importer === undefined) report.passedOver.push({ path: file.path, why: "of no format of parallel text" });
    else if (importer.files === 1) found.push({ importer, path: file.path });
    else sides.set(importer, [...(sides.get(importer) ?? []), file]);
  }
  for (const [importer, files] of sides) {
    const pairing = importer === plainText ? pairTexts : pairFiles;
    const { pairs, rest } = pairing(files, options.sourceLanguage, options.targetLanguage);
    for (const [{ path }, translated] of pairs) found.push({ importer, path, translated: translated.path });
    const alone = pairs.length === 0 ? rest.find(({ isNamed }) => isNamed) : undefined;
    if (alone !== undefined) throw noCounterpart(importer, alone.path, options);
    for (const { path } of rest) report.passedOver.push({ path, why: "without a file of the other language" });
  }
  return found;
}

/** The files of two sides, the first with the first. One name on both sides is a file that has both. */
export async function findPairedInputs(source: string, target: string, options: FindOptions): Promise<FoundInput[]> {
  const found: FoundInput[] = [];
  for (const [{ path }, { path: translated }] of filePairs(source, target)) {
    const importer = (await importerOf({ path, isNamed: true }, options))!;
    if (importer.files === 1 && path === translated) found.push({ importer, path });
    else if (importer.files === 1) {
      throw new UsageError(`This is ${importer.title}, which has both languages in one file.`, {
        where: path,
        nextStep: "Name it alone: as FILE of nmt data import, or as path of a corpus.",
      });
    } else if (path !== translated) found.push({ importer, path, translated });
    else throw noCounterpart(importer, path, options);
  }
  return found;
}

/** The format of a file, or undefined where it is plain text or unknown. Throws DataError where it cannot be read. */
export async function formatOf(path: string): Promise<Importer | undefined> {
  return findImporter(await headOf(path));
}

async function importerOf({ path, isNamed }: NamedFile, options: FindOptions): Promise<Importer | undefined> {
  if (options.format !== undefined) return importerByName(options.format);
  const head = await headOf(path);
  const importer = findImporter(head);
  if (importer !== undefined) return importer;
  if (isTextOf(path, options.sourceLanguage, options.targetLanguage) && !isOtherFormat(head.bytes)) return plainText;
  if (!isNamed) return undefined;
  refuseOtherFormats(head.bytes, path);
  throw new DataError("This is plain text, or a format that is not known.", {
    where: path,
    nextStep:
      "Name plain text by its languages, as train.en and train.de are, or as --src and --tgt with --format text; other files by their --format.",
  });
}

async function headOf(path: string): Promise<FileHead> {
  const file = await openInput(path);
  await file.close();
  return file.head;
}

interface NamedFile {
  path: string;
  /** Itself, not the folder or archive that it is in. */
  isNamed: boolean;
}

/** Those of a folder or an archive are sorted by path. */
function filesOf(name: string): NamedFile[] {
  if (!existsSync(name) || !statSync(name).isDirectory()) {
    return textFiles(name).flatMap(({ path }): NamedFile[] => {
      if (!isZipName(path) || !existsSync(path)) return [{ path, isNamed: true }];
      const members = zipMemberPaths(path).sort();
      return members.map((member) => ({ path: member, isNamed: false }));
    });
  }
  const entries = readdirSync(name, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return paths.sort().map((path) => ({ path, isNamed: false }));
}

function noCounterpart(importer: Importer, path: string, { sourceLanguage, targetLanguage }: FindOptions): UsageError {
  const languages = sourceLanguage === undefined ? "" : ` for ${sourceLanguage}-${targetLanguage}`;
  return new UsageError(
    `This is ${importer.title}, and the file of the other language${languages} is not to be found.`,
    {
      where: path,
      nextStep: "Name both: --src FILE --tgt FILE, or path_src and path_tgt of a corpus.",
    },
  );
}
