/** The text that benchmarks of wordpieces read. */
import { existsSync } from "node:fs";
import { loadAddon } from "../src/backends/native/addon.ts";
import { DataError } from "../src/base/errors.ts";
import { readLines } from "../src/data/files/corpus.ts";
import { type Figures, rounded } from "./figures.ts";

const CORPUS = "../shared/data/tatoeba/tatoeba.en-de.train";

/** Option `--input`: files with commas between. */
export const defaultInput = `${CORPUS}.en.gz,${CORPUS}.de.gz`;

export interface Text {
  lines: string[];
  /** As UTF-8, with line ends. */
  bytes: number;
}

/** All lines of the files. Throws DataError for one that isn't there. */
export function readText(input: string): Text {
  const lines = input.split(",").flatMap((path) => {
    if (existsSync(path)) return [...readLines(path)];
    throw new DataError("there is no text to read", { where: path, nextStep: "Name text files with --input A,B." });
  });
  return { lines, bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) };
}

/** Rates of a pass over the text by one thread, beside the limit: the share of the memory's bandwidth that reading it once takes. */
export function textFigures({ lines, bytes }: Text, milliseconds: number): Figures {
  const addon = loadAddon();
  addon.setThreads(1);
  const { memory } = addon.measurePeak();
  return {
    lines: lines.length,
    lines_s: Math.round((1000 * lines.length) / milliseconds),
    mb_s: rounded(bytes / milliseconds / 1e3, 2),
    peak_gb_s: rounded(memory),
    memory_share: rounded((100 * bytes) / (memory * 1e6) / milliseconds, 3),
  };
}
