/** Writes the splits of a language pair and `corpus.json`, which names origin, licence, counts and checksums. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AtomicFile, removeLeftovers, writeFileAtomic } from "../base/atomic-file.ts";
import { hashFile } from "../data/files/hash-file.ts";
import type { SourceRecord } from "./fetch/source-file.ts";
import { type PreparedPair, type Recipe, SPLITS, type Split } from "./recipe.ts";

/** A text and its translation. */
export interface TextPair {
  /** One line, without its line break. */
  source: string;
  /** One line, without its line break. */
  target: string;
}

/** What `corpus.json` says. */
export interface CorpusDescription {
  /** Name of the recipe. */
  name: string;
  /** Source and target language, such as `en-de`. */
  pair: string;
  /** Language code, the ending of the source files. */
  source: string;
  /** Language code, the ending of the target files. */
  target: string;
  /** Where the texts come from, for people. */
  origin: string;
  /** Licence of the texts, for people. */
  licence: string;
  /** Changes with the recipe's rules or its sources, so that an old folder is prepared again. */
  version: string;
  /** Aligned lines of each split. */
  lines: Record<Split, number>;
  /** Pairs left out by reason. */
  dropped: Record<string, number>;
  /** Of every file written. */
  sha256: Record<string, string>;
  /** Files it was made of. Where the publisher states no checksum, the next preparation is compared with this one. */
  sources?: SourceRecord[];
}

/** Which corpus, version and language pair a folder holds. */
export interface CorpusIdentity {
  /** The recipe it is of. */
  recipe: Pick<Recipe, "name" | "origin" | "licence">;
  /** Changes with the recipe's rules or its sources; a folder of another version is prepared again. */
  version: string;
  /** Source and target language, such as `en-de`. */
  pair: string;
  /** Language code, the ending of the source files. */
  source: string;
  /** Language code, the ending of the target files. */
  target: string;
}

/**
 * The pair as `folder` already holds it, all checksums right, or undefined.
 *
 * @example
 * import { alreadyPrepared, type CorpusIdentity } from "gnmt-moe/corpora";
 *
 * const recipe = { name: "phrases", origin: "a phrase book", licence: "CC0" };
 * const identity: CorpusIdentity = { recipe, version: "1", pair: "en-de", source: "en", target: "de" };
 * console.log(alreadyPrepared("data/phrases", identity)?.lines);
 */
export function alreadyPrepared(folder: string, identity: CorpusIdentity): PreparedPair | undefined {
  const path = join(folder, "corpus.json");
  if (!existsSync(path)) return undefined;
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as CorpusDescription;
    const { recipe, version, pair, source, target } = identity;
    if (found.name !== recipe.name || found.version !== version || found.pair !== pair) return undefined;
    const intact = Object.entries(found.sha256).every(([file, sha256]) => hashFile(join(folder, file)) === sha256);
    return intact ? { pair, source, target, folder, lines: found.lines, unchanged: true } : undefined;
  } catch {
    // Unreadable or incomplete: it is prepared again.
    return undefined;
  }
}

/** Files an earlier preparation was made of; none where there was none. */
export function earlierSources(folder: string): SourceRecord[] {
  try {
    return (JSON.parse(readFileSync(join(folder, "corpus.json"), "utf8")) as CorpusDescription).sources ?? [];
  } catch {
    return [];
  }
}

/**
 * Writes all splits, then `corpus.json`, whose presence says that the folder is complete.
 *
 * @example
 * import { writeCorpus } from "gnmt-moe/corpora";
 *
 * const recipe = { name: "phrases", origin: "a phrase book", licence: "CC0" };
 * const identity = { recipe, version: "1", pair: "en-de", source: "en", target: "de" };
 * writeCorpus("data/phrases", identity, { train: [{ source: "yes", target: "ja" }], valid: [], test: [] });
 */
export function writeCorpus(
  folder: string,
  identity: CorpusIdentity,
  splits: Record<Split, readonly TextPair[]>,
  dropped: Record<string, number> = {},
  sources?: SourceRecord[],
): PreparedPair {
  const { source, target } = identity;
  const sha256: Record<string, string> = {};
  const lines = { train: 0, valid: 0, test: 0 };
  for (const split of SPLITS) {
    lines[split] = splits[split].length;
    for (const [side, language] of [["source", source] as const, ["target", target] as const]) {
      const text = Buffer.from(splits[split].map((each) => `${each[side]}\n`).join(""), "utf8");
      const file = `${split}.${language}`;
      sha256[file] = hash(text);
      writeFileAtomic(join(folder, file), text);
    }
  }
  return describe(folder, identity, lines, { dropped, sha256, ...(sources === undefined ? {} : { sources }) });
}

/**
 * The same for splits of any size, in bounded memory; of train, valid and test there may be any. Other names are further held-out sets. `dropped` may
 * be counted while the splits are read.
 *
 * @example
 * import { type TextPair, writeLargeCorpus } from "gnmt-moe/corpora";
 *
 * const recipe = { name: "phrases", origin: "a phrase book", licence: "CC0" };
 * const identity = { recipe, version: "1", pair: "en-de", source: "en", target: "de" };
 * async function* chunks(...pairs: TextPair[]) {
 *   yield pairs;
 * }
 * const splits = { train: chunks({ source: "yes", target: "ja" }), valid: chunks(), test: chunks() };
 * await writeLargeCorpus("data/phrases", identity, splits, []);
 */
export async function writeLargeCorpus(
  folder: string,
  identity: CorpusIdentity,
  splits: Readonly<Record<string, AsyncIterable<readonly TextPair[]>>>,
  sources: SourceRecord[],
  dropped: Readonly<Record<string, number>> = {},
): Promise<PreparedPair> {
  const { source, target } = identity;
  const sha256: Record<string, string> = {};
  const lines = { train: 0, valid: 0, test: 0 } as Record<Split, number> & Record<string, number>;
  for (const [split, blocks] of Object.entries(splits)) {
    const paths = [source, target].map((language) => join(folder, `${split}.${language}`));
    for (const path of paths) removeLeftovers(path);
    const files = paths.map((path) => new TextFile(path));
    try {
      let count = 0;
      for await (const block of blocks) {
        files[0]!.write(block.map((each) => `${each.source}\n`).join(""));
        files[1]!.write(block.map((each) => `${each.target}\n`).join(""));
        count += block.length;
      }
      lines[split] = count;
      for (const [i, language] of [source, target].entries()) sha256[`${split}.${language}`] = files[i]!.commit();
    } finally {
      for (const file of files) file.abort();
    }
  }
  return describe(folder, identity, lines, { dropped: { ...dropped }, sha256, sources });
}

function describe(
  folder: string,
  { recipe, version, pair, source, target }: CorpusIdentity,
  lines: Record<Split, number>,
  rest: Pick<CorpusDescription, "dropped" | "sha256" | "sources">,
): PreparedPair {
  const { name, origin, licence } = recipe;
  const description: CorpusDescription = { name, pair, source, target, origin, licence, version, lines, ...rest };
  removeLeftovers(join(folder, "corpus.json"));
  writeFileAtomic(join(folder, "corpus.json"), `${JSON.stringify(description, null, 2)}\n`);
  return { pair, source, target, folder, lines, unchanged: false };
}

/** A text file written piece by piece, and its checksum. */
class TextFile {
  private readonly file: AtomicFile;
  private readonly digest = createHash("sha256");

  constructor(path: string) {
    this.file = new AtomicFile(path);
  }

  write(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    this.digest.update(bytes);
    this.file.append(bytes);
  }

  /** Returns the file's checksum. */
  commit(): string {
    this.file.commit();
    return this.digest.digest("hex");
  }

  abort(): void {
    this.file.abort();
  }
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
