/** Cuts text in two languages into parts to train on, to stop by and to measure with, by a hash of what each source says. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { AtomicFile } from "../base/atomic-file.ts";
import { DataError } from "../base/errors.ts";
import { streamAligned } from "../data/files/corpus.ts";

/** Aligned files, line i of one with line i of the other. */
export interface TextFiles {
  pathSrc: string;
  pathTgt: string;
}

/** One part, written. */
export interface PartFiles extends TextFiles {
  pairs: number;
}

const parts = ["train", "valid", "test"] as const;
type Part = (typeof parts)[number];
export type SplitText = Readonly<Record<Part, PartFiles>>;

/** How text is cut. */
export interface SplitOptions {
  /** Another seed cuts other pairs off. */
  seed: number;
  /** Most pairs of each held-out part; 0 for none. */
  heldOut: number;
  /** Most pairs to train on, a sample of all. Default: no limit. */
  mostTrain?: number;
  /** Endings of the files' names, such as language codes. */
  endings: readonly [source: string, target: string];
}

/** Of text with fewer pairs nothing could be held out that tells anything. */
export const FEWEST_PAIRS = 50;
/** Held-out parts have this share of the pairs at most. */
const MOST_SHARE = 0.1;
const HASHES = 2 ** 32;
/** UTF-16 units. */
const WRITTEN_TOGETHER = 1 << 20;

/**
 * Writes `train.xx`, `valid.xx` and `test.xx` of both languages into a folder, each when it is whole. Sources that differ only in case, digits,
 * punctuation or spaces are in the same part, whatever their translations; held-out parts have each of them once. The same text, seed and
 * limits give the same files. Throws DataError for text that cannot be read, or has too few pairs.
 */
export async function splitText(
  inputs: readonly TextFiles[],
  folder: string,
  { seed, heldOut, mostTrain = Number.POSITIVE_INFINITY, endings }: SplitOptions,
): Promise<SplitText> {
  const count = await countPairs(inputs);
  if (heldOut > 0 && count < FEWEST_PAIRS) {
    throw new DataError(`there are ${count} pairs of text, too few to hold some out`, {
      where: inputs.map(({ pathSrc }) => pathSrc).join(", "),
      nextStep: `Give ${FEWEST_PAIRS} or more.`,
    });
  }
  const share = Math.min(MOST_SHARE, heldOut / count);
  const chosen = (source: string): Part | undefined => {
    const [place, sample] = hashesOf(source, seed);
    if (place < share) return "test";
    if (place < 2 * share) return "valid";
    return sample * count < mostTrain ? "train" : undefined;
  };
  const writers = new Map(parts.map((part) => [part, new PartWriter(folder, part, endings)]));
  const seen = new Set<string>();
  try {
    for await (const { source, target } of pairsOf(inputs)) {
      const part = chosen(source);
      if (part === undefined) continue;
      const identity = part === "train" ? undefined : lettersOf(source);
      if (identity !== undefined) {
        if (seen.has(identity)) continue;
        seen.add(identity);
      }
      writers.get(part)!.add(source, target);
    }
    const written = parts.map((part) => [part, writers.get(part)!.commit()] as const);
    return Object.fromEntries(written) as SplitText;
  } finally {
    for (const writer of writers.values()) writer.abort();
  }
}

/** Pairs neither of whose sides is blank. */
export async function countPairs(inputs: readonly TextFiles[]): Promise<number> {
  let count = 0;
  for await (const _ of pairsOf(inputs)) count++;
  return count;
}

async function* pairsOf(inputs: readonly TextFiles[]): AsyncGenerator<{ source: string; target: string }> {
  for (const { pathSrc, pathTgt } of inputs) {
    for await (const lines of streamAligned(pathSrc, pathTgt)) {
      for (const line of lines) if (line.source.trim() !== "" && line.target.trim() !== "") yield line;
    }
  }
}

/** What a text says, to tell copies from other texts: its letters, or all of it where it has none. */
function lettersOf(text: string): string {
  const letters = text
    .toLowerCase()
    .replace(/\P{L}+/gu, " ")
    .trim();
  return letters === "" ? text.trim() : letters;
}

/** Two numbers in [0, 1) that have nothing to do with each other. */
function hashesOf(source: string, seed: number): readonly [number, number] {
  const hash = createHash("sha256")
    .update(`${seed}\n${lettersOf(source)}`)
    .digest();
  return [hash.readUInt32BE(0) / HASHES, hash.readUInt32BE(4) / HASHES];
}

class PartWriter {
  private readonly paths: readonly [string, string];
  private readonly files: readonly [AtomicFile, AtomicFile];
  /** Lines that are not written yet, of both sides. */
  private readonly waiting: [string, string] = ["", ""];
  private pairs = 0;

  constructor(folder: string, part: Part, endings: readonly [string, string]) {
    const [source, target] = endings.map((ending) => join(folder, `${part}.${ending}`));
    this.paths = [source!, target!];
    this.files = [new AtomicFile(source!), new AtomicFile(target!)];
  }

  add(source: string, target: string): void {
    this.waiting[0] += `${source}\n`;
    this.waiting[1] += `${target}\n`;
    this.pairs++;
    if (this.waiting[0].length + this.waiting[1].length > WRITTEN_TOGETHER) this.write();
  }

  private write(): void {
    for (const [side, file] of this.files.entries()) file.append(this.waiting[side]!);
    this.waiting.fill("");
  }

  commit(): PartFiles {
    this.write();
    for (const file of this.files) file.commit();
    return { pathSrc: this.paths[0], pathTgt: this.paths[1], pairs: this.pairs };
  }

  abort(): void {
    for (const file of this.files) file.abort();
  }
}
