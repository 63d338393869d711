/** Suggested translations as a corpus: for each pair of languages two files whose lines belong together, as `nmt train` reads them. */
import { constants, createReadStream, mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Turns } from "../../base/threads/turns.ts";
import { withLock } from "../files/lock-file.ts";
import { RequestError } from "../request-error.ts";

export interface Suggestion {
  source: string;
  target: string;
  /** In the source language. */
  text: string;
  /** What it should be in the target language. */
  translation: string;
}

/** Bytes of a file, at most: strangers don't fill the disk. */
const MOST_BYTES = 2 ** 30;

const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/** Sizes of a pair's files after the last suggestion, which had as many lines in both. */
type Sizes = readonly [source: number, target: number];

/**
 * Appends suggestions. Several servers may write to one folder: a lock file is held while they do. A process that is killed in the middle leaves at
 * most lines of one suggestion in one of the files, which the next suggestion takes away.
 *
 * @example
 * const corpus = new SuggestionCorpus("suggestions");
 * await corpus.add({ source: "en", target: "de", text: "A dog.", translation: "Ein Hund." }); // suggestions/en-de.en, en-de.de
 */
export class SuggestionCorpus {
  private readonly folder: string;
  /** One at a time, in the order that they came. */
  private readonly turns = new Turns(1);
  private readonly sizes = new Map<string, Sizes>();

  /** Makes the folder. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
  }

  /**
   * Resolves once it would outlast a power cut. A suggestion of as many lines on both sides is that many pairs, any other one is one. Throws
   * RequestError: 400 for one without text, 503 where the files are full.
   */
  add({ source, target, text, translation }: Suggestion): Promise<void> {
    const pairs = alignedLines(text, translation);
    const name = `${plain(source)}-${plain(target)}`;
    const paths = [source, target].map((language) => join(this.folder, `${name}.${plain(language)}`));
    const lines = [0, 1].map((side) => pairs.map((pair) => `${pair[side]}\n`).join(""));
    return this.turns.take(() =>
      withLock(join(this.folder, `${name}.lock`), "Suggestions", () =>
        this.append(name, paths as [string, string], lines as [string, string]),
      ),
    );
  }

  private async append(
    name: string,
    paths: readonly [string, string],
    lines: readonly [string, string],
  ): Promise<void> {
    const files: FileHandle[] = [];
    try {
      for (const path of paths) files.push(await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND));
      const sizes = await sizesOf(files);
      const known = this.sizes.get(name);
      if (known?.[0] !== sizes[0] || known[1] !== sizes[1]) await evenOut(files, paths);
      const before = await sizesOf(files);
      const after = before.map((size, side) => size + Buffer.byteLength(lines[side]!)) as [number, number];
      if (Math.max(...after) > MOST_BYTES) {
        throw new RequestError(503, "The server keeps as many suggestions as it can.", {
          nextStep: "Whoever runs it may move them elsewhere.",
        });
      }
      for (const [side, file] of files.entries()) await file.appendFile(lines[side]!);
      for (const file of files) await file.datasync();
      this.sizes.set(name, after);
    } finally {
      for (const file of files) await file.close();
    }
  }
}

/** Pairs of lines; one pair where the sides have different numbers of lines. */
function alignedLines(text: string, translation: string): [string, string][] {
  const [sources, targets] = [text, translation].map((side) =>
    side
      .split(LINE_BREAK)
      .map((line) => line.replace(/[\p{Cc}\s]+/gu, " ").trim())
      .filter((line) => line !== ""),
  ) as [string[], string[]];
  if (sources.length === 0 || targets.length === 0) {
    throw new RequestError(400, "A suggestion needs a text and its translation.", { nextStep: "Send both, q and s." });
  }
  if (sources.length === targets.length) return sources.map((source, i) => [source, targets[i]!]);
  return [[sources.join(" "), targets.join(" ")]];
}

async function sizesOf(files: readonly FileHandle[]): Promise<Sizes> {
  const [source, target] = await Promise.all(files.map((file) => file.stat()));
  return [source!.size, target!.size];
}

/** Takes away what has no other side: half a line at an end, and lines that the other file hasn't. */
async function evenOut(files: readonly FileHandle[], paths: readonly string[]): Promise<void> {
  const ends = await Promise.all(paths.map((path) => lineEnds(path)));
  const lines = Math.min(...ends.map(({ count }) => count));
  for (const [side, file] of files.entries()) {
    const { count, last } = ends[side]!;
    await file.truncate(count === lines ? last : (await lineEnds(paths[side]!, lines)).last);
  }
}

/** Number of whole lines, at most `most`, and the byte after the last of them. */
async function lineEnds(path: string, most = Number.POSITIVE_INFINITY): Promise<{ count: number; last: number }> {
  let [count, last, at] = [0, 0, 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let end = chunk.indexOf(10); end >= 0 && count < most; end = chunk.indexOf(10, end + 1)) {
      count++;
      last = at + end + 1;
    }
    if (count === most) break;
    at += chunk.length;
  }
  return { count, last };
}

/** A code as a part of a file's name. */
function plain(language: string): string {
  return language.replace(/[^\w-]/g, "_");
}
