/** Reads text and aligned text: UTF-8, one sentence a line, plain or compressed, named as text-files.ts says. Empty lines are lines. */
import { DataError } from "../base/errors.ts";
import { readBytes, streamBytes } from "./bytes.ts";
import { LineSplitter } from "./line-splitter.ts";
import { columnOf, type TextFile, textFiles } from "./text-files.ts";

export interface AlignedLine {
  source: string;
  target: string;
}

/**
 * Lines of a text, its files one after the other. A line over 1 MiB is cut there. Throws DataError for a file that cannot be read and, with the line
 * number, for text that is not UTF-8.
 */
export function* readLines(path: string): Generator<string> {
  for (const file of textFiles(path)) yield* linesOf(file);
}

function* linesOf(file: TextFile): Generator<string> {
  const splitter = new LineSplitter(file.path);
  let lines = 1;
  for (const chunk of readBytes(file.path)) {
    const block = splitter.push(chunk);
    yield* columnOf(block, file, lines);
    lines += block.length;
  }
  yield* columnOf(splitter.finish(), file, lines);
}

/** Line i of one text with line i of the other, file by file. Throws DataError with both counts where they differ. */
export function* readAligned(pathSource: string, pathTarget: string): Generator<AlignedLine> {
  for (const [source, target] of filePairs(pathSource, pathTarget)) yield* readAlignedFiles(source, target);
}

/** The files of both sides, the first with the first. Throws DataError where there are more of one. */
function filePairs(pathSource: string, pathTarget: string): [TextFile, TextFile][] {
  const [sources, targets] = [textFiles(pathSource), textFiles(pathTarget)];
  if (sources.length === targets.length) return sources.map((source, i) => [source, targets[i]!]);
  throw new DataError(`The two sides have different numbers of files: ${sources.length} and ${targets.length}.`, {
    where: `${pathSource} and ${pathTarget}`,
    nextStep: "Name patterns that fit as many files on both sides; sorted by path, they belong together one by one.",
  });
}

function* readAlignedFiles(sourceFile: TextFile, targetFile: TextFile): Generator<AlignedLine> {
  const [pathSource, pathTarget] = [sourceFile.path, targetFile.path];
  const sources = linesOf(sourceFile);
  const targets = linesOf(targetFile);
  for (let lines = 0; ; lines++) {
    const source = sources.next();
    const target = targets.next();
    if (source.done === true && target.done === true) return;
    if (source.done === true || target.done === true) {
      const rest = (side: Generator<string>) => [...side].length;
      const counts = [source.done ? lines : lines + 1 + rest(sources), target.done ? lines : lines + 1 + rest(targets)];
      throw unequal(pathSource, pathTarget, counts[0]!, counts[1]!);
    }
    yield { source: source.value, target: target.value };
  }
}

/** Blocks of lines as they arrive, in bounded memory whatever the compression. */
export async function* streamLines(path: string): AsyncGenerator<string[]> {
  for (const file of textFiles(path)) yield* streamFile(file);
}

async function* streamFile(file: TextFile): AsyncGenerator<string[]> {
  const splitter = new LineSplitter(file.path);
  let lines = 1;
  for await (const chunk of streamBytes(file.path)) {
    const block = splitter.push(chunk);
    yield columnOf(block, file, lines);
    lines += block.length;
  }
  yield columnOf(splitter.finish(), file, lines);
}

/** Blocks of aligned lines in bounded memory; errors as `readAligned`. */
export async function* streamAligned(pathSource: string, pathTarget: string): AsyncGenerator<AlignedLine[]> {
  for (const [source, target] of filePairs(pathSource, pathTarget)) yield* streamAlignedFiles(source, target);
}

async function* streamAlignedFiles(source: TextFile, target: TextFile): AsyncGenerator<AlignedLine[]> {
  const [pathSource, pathTarget] = [source.path, target.path];
  const sides = [new LineQueue(source), new LineQueue(target)] as const;
  try {
    for (let lines = 0; ; ) {
      const available = await Promise.all(sides.map((side) => side.available()));
      const count = Math.min(...available);
      if (count === 0) {
        if (Math.max(...available) === 0) return;
        throw unequal(pathSource, pathTarget, lines + (await sides[0].drain()), lines + (await sides[1].drain()));
      }
      const sources = sides[0].take(count);
      const targets = sides[1].take(count);
      yield sources.map((source, i) => ({ source, target: targets[i]! }));
      lines += count;
    }
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

/** Lines of a file that have been read and not yet taken. */
class LineQueue {
  private readonly blocks: AsyncGenerator<string[]>;
  private waiting: string[] = [];
  private taken = 0;

  constructor(file: TextFile) {
    this.blocks = streamFile(file);
  }

  /** How many lines can be taken; 0 only at the end of the file. */
  async available(): Promise<number> {
    while (this.taken === this.waiting.length) {
      const block = await this.blocks.next();
      if (block.done === true) return 0;
      this.waiting = block.value;
      this.taken = 0;
    }
    return this.waiting.length - this.taken;
  }

  take(count: number): string[] {
    this.taken += count;
    return this.waiting.slice(this.taken - count, this.taken);
  }

  /** Counts the lines that are left. */
  async drain(): Promise<number> {
    let lines = 0;
    for (let count = await this.available(); count > 0; count = await this.available()) {
      this.take(count);
      lines += count;
    }
    return lines;
  }

  async close(): Promise<void> {
    await this.blocks.return(undefined);
  }
}

function unequal(pathSource: string, pathTarget: string, sources: number, targets: number): DataError {
  return new DataError(`The two sides have different numbers of lines: ${sources} and ${targets}.`, {
    where: `${pathSource} and ${pathTarget}`,
    nextStep:
      "Line i of one file must be the translation of line i of the other; find where they part, or fetch both again.",
  });
}
