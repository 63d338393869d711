/** Reads text and aligned text: UTF-8, one sentence a line, plain or compressed, named as text-files.ts says. Empty lines are lines. */
import { readBytes } from "./bytes.ts";
import {
  filePairs,
  type LineRules,
  linesOfBlock,
  singleLines,
  streamBlocks,
  type TextBlock,
  unequalLines,
} from "./line-blocks.ts";
import { LineSplitter } from "./line-splitter.ts";
import { columnOf, type TextFile, textFiles } from "./text-files.ts";
import { refuseOtherFormats } from "./text-format.ts";

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
  let isFirst = true;
  for (const chunk of readBytes(file.path)) {
    if (isFirst) refuseOtherFormats(chunk, file.path);
    isFirst = false;
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

function* readAlignedFiles(sourceFile: TextFile, targetFile: TextFile): Generator<AlignedLine> {
  const [pathSource, pathTarget] = [sourceFile.path, targetFile.path];
  const sources = linesOf(sourceFile);
  const targets = linesOf(targetFile);
  try {
    for (let lines = 0; ; lines++) {
      const source = sources.next();
      const target = targets.next();
      if (source.done === true && target.done === true) return;
      if (source.done === true || target.done === true) {
        const rest = (side: Generator<string>) => [...side].length;
        const counts = [
          source.done ? lines : lines + 1 + rest(sources),
          target.done ? lines : lines + 1 + rest(targets),
        ];
        throw unequalLines(pathSource, pathTarget, counts[0]!, counts[1]!);
      }
      yield { source: source.value, target: target.value };
    }
  } finally {
    // Where one side fails, the other's file is still open.
    sources.return(undefined);
    targets.return(undefined);
  }
}

/** Blocks of lines as they arrive, in bounded memory whatever the compression. */
export async function* streamLines(path: string): AsyncGenerator<string[]> {
  for await (const { source } of streamBlocks(path)) yield linesOfBlock(source);
}

/** Blocks of aligned lines in bounded memory; errors as `readAligned`, and what the rules refuse. */
export async function* streamAligned(
  pathSource: string,
  pathTarget: string,
  rules: LineRules = {},
): AsyncGenerator<AlignedLine[]> {
  for await (const { source, target } of streamBlocks(pathSource, pathTarget)) {
    const targets = linesOfBlock(target!, rules);
    yield linesOfBlock(source, rules).map((text, i) => ({ source: text, target: targets[i]! }));
  }
}

export interface InputRules {
  /** Leave a byte order mark at the start of a file in its text. Default false. */
  keepMark?: boolean;
  /** Told of each line over 1 MiB, which is then read as a blank one. Without it such a line is an error. */
  onLongLine?: (line: number) => void;
}

/**
 * Lines as a command takes them in, of standard input where no name is given: each as soon as it is there, in bounded memory. A line is whole, blank
 * and told of, or an error that names it: none is cut. The lines before an error are given first.
 */
export async function* inputLines(name = "-", rules: InputRules = {}): AsyncGenerator<string, void, undefined> {
  let before = 0;
  for await (const { source, lines } of streamBlocks(name)) {
    for (const block of source.firstIsCut ? singleLines(source) : [source]) {
      if (block.firstIsCut && rules.onLongLine !== undefined) {
        rules.onLongLine(before + 1);
        yield "";
      } else yield* inputLinesOf(block, rules);
    }
    before += lines;
  }
}

function* inputLinesOf(block: TextBlock, { keepMark = false }: InputRules): Generator<string> {
  const rules: LineRules = { keepMark, refuseLong: true };
  let lines: string[];
  try {
    lines = linesOfBlock(block, rules);
  } catch {
    // The same error comes again at its own line.
    for (const single of singleLines(block)) yield* linesOfBlock(single, rules);
    return;
  }
  yield* lines;
}
