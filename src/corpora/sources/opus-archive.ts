/** Archives of OPUS in Moses's form: two texts of as many lines, with README and LICENSE beside them. */
import { DataError } from "../../base/errors.ts";
import { linesOfBlock, streamBlocksOf } from "../../data/files/line-blocks.ts";
import { openZip, type ZipArchive } from "../archives/zip.ts";
import { asLine, obstacleOf } from "../importing/text-line.ts";
import type { TextPair } from "../write-corpus.ts";

/** Most bytes of a notice that are read. */
const LONGEST_NOTICE = 1 << 20;
const NOTICES = /(?:^|\/)(?:LICEN[CS]E|README|COPYING)(?:\.(?:txt|md))?$/i;

/** README and LICENSE by name, as far as there are such. Throws DataError for a damaged archive. */
export async function readNotices(path: string): Promise<Map<string, string>> {
  const archive = openZip(path);
  try {
    const notices = new Map<string, string>();
    for (const entry of archive.entries) {
      const name = entry.path.replace(/^.*\//, "");
      if (!NOTICES.test(entry.path) || entry.size > LONGEST_NOTICE || notices.has(name)) continue;
      const chunks: Uint8Array[] = [];
      for await (const chunk of archive.contents(entry)) chunks.push(chunk);
      notices.set(name, Buffer.concat(chunks).toString("utf8"));
    }
    return notices;
  } finally {
    archive.close();
  }
}

/** The licence in a line: what the README says of it, else the first words of the licence itself. */
export function licenceOf(notices: ReadonlyMap<string, string>): string {
  const texts = [...notices];
  for (const [name, text] of texts) {
    const stated = /^readme/i.test(name) ? /^[\s*#-]*licen[cs]e\s*[:=]\s*(\S.*?)\s*$/im.exec(text)?.[1] : undefined;
    if (stated !== undefined) return stated;
  }
  const licence = texts.find(([name]) => !/^readme/i.test(name))?.[1] ?? "";
  const line = licence.split("\n").find((each) => each.trim() !== "");
  return line?.trim().slice(0, 200) ?? "not stated in the archive; see OPUS and the corpus's own page";
}

/**
 * Blocks of pairs, from the archive as it is; pairs with an empty side and lines over 1 MiB are counted in `dropped`. Throws DataError where it lacks one
 * of the texts or they have different numbers of lines.
 */
export async function* archivePairs(
  path: string,
  [source, target]: readonly [string, string],
  dropped: Record<string, number>,
): AsyncGenerator<TextPair[]> {
  const archive = openZip(path);
  try {
    const [sources, targets] = [source, target].map((language) => memberOf(archive, language, path));
    for await (const block of streamBlocksOf(sources!, targets!)) {
      const [from, to] = [linesOfBlock(block.source), linesOfBlock(block.target!)];
      const pairs: TextPair[] = [];
      for (const [i, line] of from.entries()) {
        const pair = { source: asLine(line), target: asLine(to[i]!) };
        const reason = obstacleOf({ line: 0, skipped: undefined, ...pair }, pair.source, pair.target);
        if (reason === undefined) pairs.push(pair);
        else dropped[reason] = (dropped[reason] ?? 0) + 1;
      }
      if (pairs.length > 0) yield pairs;
    }
  } finally {
    archive.close();
  }
}

function memberOf(archive: ZipArchive, language: string, path: string) {
  const found = archive.entries.filter((entry) => entry.path.endsWith(`.${language}`));
  if (found.length === 1) return { path: `${path}, ${found[0]!.path}`, chunks: archive.contents(found[0]!) };
  throw new DataError(`The archive has ${found.length === 0 ? "no" : "more than one"} text in ${language}.`, {
    where: path,
    nextStep: `It has ${archive.entries
      .map((entry) => entry.path)
      .join(", ")
      .slice(0, 500)}; check the pair.`,
  });
}
