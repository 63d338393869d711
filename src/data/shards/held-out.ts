/** Held-out corpora beside a training corpus: their identity, their hashes, and the count where the shards are there already. */
import { createHash } from "node:crypto";
import { HeldOutHashes, type HeldOutTables, type Overlap } from "../cleaning/held-out-hashes.ts";
import { type LineBlock, linesOfBlock, streamBlocks } from "../files/line-blocks.ts";
import { type TextFile, textFiles } from "../files/text-files.ts";
import { identifyText } from "../files/text-identity.ts";

/** Changes when the same texts are compared in another way. */
const VERSION = 2;

/** A validation or test corpus, named as text-files.ts says. */
export interface HeldOutCorpus {
  pathSrc: string;
  /** Absent in a text of one side, whose lines are compared with targets. */
  pathTgt?: string | undefined;
}

/** The held-out text of a run. It is read for the first training corpus that asks, and once for all of them. */
export class HeldOutText {
  private readonly corpora: readonly HeldOutCorpus[];
  private identity: string | undefined;
  private hashes: Promise<HeldOutTables> | undefined;

  constructor(corpora: readonly HeldOutCorpus[]) {
    this.corpora = corpora;
  }

  /** What the texts are; the same for the same bytes. Throws DataError for files that cannot be read. */
  get fingerprint(): string {
    this.identity ??= fingerprintOf(this.corpora);
    return this.identity;
  }

  /** Hashes of the texts. Throws DataError as streamBlocks does. */
  tables(): Promise<HeldOutTables> {
    this.hashes ??= hashesOf(this.corpora);
    return this.hashes;
  }
}

function fingerprintOf(corpora: readonly HeldOutCorpus[]): string {
  const identities = corpora.map(({ pathSrc, pathTgt }) =>
    [pathSrc, ...(pathTgt === undefined ? [] : [pathTgt])].map((path) =>
      textFiles(path).map((file) => `${identifyText(file).sha256}#${file.column ?? 0}`),
    ),
  );
  return createHash("sha256")
    .update(JSON.stringify([VERSION, identities]))
    .digest("hex");
}

async function hashesOf(corpora: readonly HeldOutCorpus[]): Promise<HeldOutTables> {
  const hashes = new HeldOutHashes();
  for (const { pathSrc, pathTgt } of corpora) {
    for await (const block of streamBlocks(pathSrc, pathTgt)) addBlock(hashes, block);
  }
  return hashes.toTables();
}

function addBlock(hashes: HeldOutHashes, { source, target }: LineBlock): void {
  const sides = [source, target].flatMap((side) => {
    if (side === undefined) return [];
    const lines = linesOfBlock(side);
    const file = hashes.file(nameOf(side.file));
    for (const line of lines) hashes.add(file, line);
    return [lines];
  });
  const [sources, targets] = sides;
  for (const [i, text] of (targets ?? []).entries()) hashes.addPair(sources![i]!, text);
}

function nameOf({ path, column }: TextFile): string {
  return column === undefined ? path : `${path}#${column}`;
}

/** Counts the overlap of a corpus by reading it once more. */
export async function countOverlap(
  pathSrc: string,
  pathTgt: string | undefined,
  tables: HeldOutTables,
): Promise<Overlap> {
  const hashes = new HeldOutHashes(tables);
  const sum = hashes.noOverlap();
  for await (const block of streamBlocks(pathSrc, pathTgt)) {
    for (const [source, target] of pairsOf(block)) hashes.count(sum, source, target);
  }
  return sum;
}

function pairsOf({ source, target }: LineBlock): [string | undefined, string][] {
  const lines = linesOfBlock(source);
  if (target === undefined) return lines.map((line) => [undefined, line]);
  return linesOfBlock(target).map((line, i) => [lines[i]!, line]);
}
