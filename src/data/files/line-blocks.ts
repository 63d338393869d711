/** Blocks of whole lines as bytes, the two sides of a corpus line by line: cheap to make, and made to be sent to another thread. */
import { DataError } from "../../base/errors.ts";
import { nameOfText, streamBytes } from "./bytes.ts";
import { decodeLines, LineCutter, LONGEST_LINE, NEWLINE, placeOf } from "./line-splitter.ts";
import { columnOf, type TextFile, textFiles } from "./text-files.ts";
import { refuseOtherFormats } from "./text-format.ts";

/** Most lines of a block; most bytes are what is read at once. */
const MOST_LINES = 4096;

/** Lines of one file. */
export interface TextBlock {
  file: TextFile;
  /** The file's number of the first line, from 1. */
  firstLine: number;
  /** UTF-8, not yet checked, a newline between lines; a buffer of its own. */
  bytes: Uint8Array;
  /** The first line was longer; this is its beginning (line-splitter.ts). */
  firstIsCut: boolean;
}

/** How the lines of a block are read. */
export interface LineRules {
  /** Leave a byte order mark at the start of a file in its text. Default false. */
  keepMark?: boolean;
  /** A line over 1 MiB is an error, where otherwise it is cut there. Default false. */
  refuseLong?: boolean;
}

export interface LineBlock {
  lines: number;
  source: TextBlock;
  /** As many lines; absent in a text of one side. */
  target?: TextBlock;
}

/** The texts of a block. Throws DataError naming a line that is not UTF-8, lacks the column, or is refused. */
export function linesOfBlock(block: TextBlock, { keepMark, refuseLong = false }: LineRules = {}): string[] {
  const { file, firstLine, bytes } = block;
  if (refuseLong && block.firstIsCut) {
    throw new DataError(`The line is longer than ${LONGEST_LINE >> 20} MiB.`, {
      where: placeOf(file.path, firstLine),
      nextStep: "Give one sentence a line: check that the text has line ends, or split or remove the line.",
    });
  }
  return columnOf(decodeLines(bytes, file.path, firstLine, keepMark), file, firstLine);
}

/** The lines of a block as blocks of one line each. */
export function* singleLines({ file, firstLine, bytes, firstIsCut }: TextBlock): Generator<TextBlock> {
  let line = firstLine;
  for (let start = 0, end = 0; end >= 0; start = end + 1, line++) {
    end = bytes.indexOf(NEWLINE, start);
    const single = bytes.subarray(start, end < 0 ? undefined : end);
    yield { file, firstLine: line, bytes: single, firstIsCut: firstIsCut && line === firstLine };
  }
}

/** Lines of a text, or of two texts together, file by file. Throws DataError for unreadable files and different counts. */
export async function* streamBlocks(pathSource: string, pathTarget?: string): AsyncGenerator<LineBlock> {
  if (pathTarget === undefined) for (const file of textFiles(pathSource)) yield* blocksOf(file);
  else for (const [source, target] of filePairs(pathSource, pathTarget)) yield* alignedBlocks(source, target);
}

/** The files of both sides, the first with the first. Throws DataError where there are more of one. */
export function filePairs(pathSource: string, pathTarget: string): [TextFile, TextFile][] {
  const [sources, targets] = [textFiles(pathSource), textFiles(pathTarget)];
  if (sources.length === targets.length) return sources.map((source, i) => [source, targets[i]!]);
  throw new DataError(`The two sides have different numbers of files: ${sources.length} and ${targets.length}.`, {
    where: `${pathSource} and ${pathTarget}`,
    nextStep: "Name patterns that fit as many files on both sides; sorted by path, they belong together one by one.",
  });
}

export function unequalLines(pathSource: string, pathTarget: string, sources: number, targets: number): DataError {
  return new DataError(`The two sides have different numbers of lines: ${sources} and ${targets}.`, {
    where: `${nameOfText(pathSource)} and ${nameOfText(pathTarget)}`,
    nextStep:
      "Line i of one file must be the translation of line i of the other; find where they part, or fetch both again.",
  });
}

async function* blocksOf(file: TextFile): AsyncGenerator<LineBlock> {
  const queue = new LineQueue(file);
  try {
    for (let lines = await queue.available(); lines > 0; lines = await queue.available()) {
      yield { lines, source: queue.take(lines) };
    }
  } finally {
    await queue.close();
  }
}

/** Bytes of a text that are no file of their own, such as a member of an archive. */
export interface TextStream {
  /** As errors name it. */
  path: string;
  chunks: AsyncGenerator<Uint8Array>;
}

/** The same of two streams, which are closed in any case. */
export async function* streamBlocksOf(source: TextStream, target: TextStream): AsyncGenerator<LineBlock> {
  yield* blocksOfBoth(new LineQueue(source, source.chunks), new LineQueue(target, target.chunks));
}

function alignedBlocks(source: TextFile, target: TextFile): AsyncGenerator<LineBlock> {
  return blocksOfBoth(new LineQueue(source), new LineQueue(target));
}

async function* blocksOfBoth(...sides: readonly [LineQueue, LineQueue]): AsyncGenerator<LineBlock> {
  try {
    for (;;) {
      const available = await Promise.all(sides.map((side) => side.available()));
      const lines = Math.min(...available);
      if (lines > 0) yield { lines, source: sides[0].take(lines), target: sides[1].take(lines) };
      else if (Math.max(...available) === 0) return;
      else throw unequalLines(sides[0].path, sides[1].path, await sides[0].count(), await sides[1].count());
    }
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

/** Lines of a file that have been read and not yet taken. */
class LineQueue {
  private readonly file: TextFile;
  private readonly chunks: AsyncGenerator<Uint8Array>;
  private readonly cutter = new LineCutter();
  private bytes: Uint8Array = new Uint8Array(0);
  /** Where each line in `bytes` ends: [lines]. */
  private ends = new Int32Array(1 << 12);
  private lines = 0;
  /** Lines of `bytes` that were taken, and the file's lines before them. */
  private taken = 0;
  private before = 0;
  private begun = false;
  private ended = false;

  constructor({ path, ...rest }: TextFile, chunks = streamBytes(path)) {
    this.file = { path, ...rest };
    this.chunks = chunks;
  }

  get path(): string {
    return this.file.path;
  }

  /** How many lines can be taken now; 0 only at the end of the file. */
  async available(): Promise<number> {
    while (this.taken === this.lines && !this.ended) {
      const chunk = await this.chunks.next();
      this.ended = chunk.done === true;
      if (chunk.done !== true && !this.begun) refuseOtherFormats(chunk.value, this.file.path);
      this.begun = true;
      const lines = chunk.done === true ? this.cutter.finish() : this.cutter.push(chunk.value);
      if (lines !== undefined) this.enter(lines);
    }
    return Math.min(this.lines - this.taken, MOST_LINES);
  }

  take(count: number): TextBlock {
    const start = this.taken === 0 ? 0 : this.ends[this.taken - 1]! + 1;
    const firstLine = this.before + this.taken + 1;
    this.taken += count;
    const bytes = new Uint8Array(this.bytes.subarray(start, this.ends[this.taken - 1]));
    return { file: this.file, firstLine, bytes, firstIsCut: start === 0 && this.cutter.firstIsCut };
  }

  /** Counts all lines of the file, reading those that are left. */
  async count(): Promise<number> {
    for (let lines = await this.available(); lines > 0; lines = await this.available()) this.taken += lines;
    return this.before + this.lines;
  }

  async close(): Promise<void> {
    await this.chunks.return(undefined);
  }

  private enter(bytes: Uint8Array): void {
    this.before += this.lines;
    this.bytes = bytes;
    this.taken = 0;
    this.lines = 0;
    // A buffer's own search is some times as fast as a loop.
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = buffer.indexOf(NEWLINE); at >= 0; at = buffer.indexOf(NEWLINE, at + 1)) this.end(at);
    this.end(bytes.length);
  }

  private end(at: number): void {
    if (this.lines === this.ends.length) {
      const larger = new Int32Array(2 * this.lines);
      larger.set(this.ends);
      this.ends = larger;
    }
    this.ends[this.lines++] = at;
  }
}
