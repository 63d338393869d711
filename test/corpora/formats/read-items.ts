/** What a format's reader makes of a text, as if it were a file. */
import {
  DEFAULT_IMPORT,
  type ImportItem,
  type ImportOptions,
  type InputFile,
  plainName,
} from "../../../src/corpora/formats/importer.ts";
import { findImporter } from "../../../src/corpora/formats/importers.ts";
import { decodedHead } from "../../../src/data/files/text-format.ts";

/** `step`: bytes of a chunk. */
export function asFile(path: string, content: string | Uint8Array, step = 1 << 20): InputFile {
  const bytes = Buffer.from(content);
  return {
    path,
    head: { name: plainName(path), text: decodedHead(bytes.subarray(0, 1 << 16)), bytes: bytes.subarray(0, 1 << 16) },
    chunks: chunksOf(bytes, step),
  };
}

async function* chunksOf(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

/** Pairs as [line, source, target], others as [line, reason]. */
export type ReadItem = [line: number, source: string, target: string] | [line: number, reason: string];

export async function readItems(
  path: string,
  content: string | Uint8Array,
  options: Partial<ImportOptions> = {},
  step?: number,
): Promise<ReadItem[]> {
  const file = asFile(path, content, step);
  const importer = findImporter(file.head);
  if (importer === undefined) throw new Error(`${path} is of no format`);
  const all = { ...DEFAULT_IMPORT, sourceLanguage: "en", targetLanguage: "de", ...options };
  return collect(importer.pairs(file, all));
}

export async function collect(blocks: AsyncIterable<readonly ImportItem[]>): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for await (const block of blocks) {
    for (const { line, skipped, source, target } of block) {
      items.push(skipped === undefined ? [line, source, target] : [line, skipped]);
    }
  }
  return items;
}
