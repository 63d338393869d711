/**
 * Encoding real text into wordpieces on one thread, and SentencePiece on the same model and text: its WebAssembly build, and with
 * `--python` its C++ on one thread, in one call from a Python that can import sentencepiece.
 * Lines are distinct sentences and each run starts with a model just read, so that a run is what encoding a corpus once costs.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WordpieceModel } from "../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import { runChild } from "./child.ts";
import { defaultInput, readText, textFigures } from "./corpus.ts";
import { rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = { input: defaultInput, vocab: 8000, model: "", runs: 3, python: "" } as const;

/** The reference is slow: it gets every tenth line. */
const REFERENCE_SHARE = 10;

/** `--model FILE` instead of a model of `--vocab` pieces trained on the text. */
export const run: Benchmark = async (argv) => {
  const { input, vocab: vocabSize, model: path, runs, python } = readOptions(argv, defaults);
  const text = readText(input);
  const folder = mkdtempSync(join(tmpdir(), "bench-encode-"));
  try {
    const file = path === "" ? join(folder, "bench.model") : path;
    if (path === "") trainWordpieces(text.lines, { vocabSize, userDefinedSymbols: ["<2de>"] }).save(file);
    let pieces = 0;
    const times = Array.from({ length: Math.max(1, runs) }, () => {
      const model = WordpieceModel.load(file);
      pieces = 0;
      return timed(() => {
        for (const line of text.lines) pieces += model.encode(line).length;
      });
    });
    const ms = median(times);
    const model = WordpieceModel.load(file);
    const reference = await loadReference(file);
    const share = text.lines.filter((_, i) => i % REFERENCE_SHARE === 0);
    let expected: number[][] = [];
    const referenceMs = timed(() => {
      expected = share.map((line) => reference.encodeIds(line));
    });
    const perLine = ms / text.lines.length;
    const native = python === "" ? undefined : await encodeByCpp(python, file, text.lines, join(folder, "text"), runs);
    return {
      ...{ threads: 1, runs, pieces_per_line: rounded(pieces / text.lines.length, 2) },
      ...textFigures(text, ms),
      sentencepiece_js_lines_s: Math.round((1000 * share.length) / referenceMs),
      ...(native && {
        sentencepiece: native.version,
        sentencepiece_lines_s: Math.round(native.lines / native.seconds),
        times_sentencepiece: rounded((1000 * native.seconds) / ms, 2),
        sentencepiece_equal_pieces: native.pieces === pieces,
      }),
      times_sentencepiece_js: rounded(referenceMs / share.length / perLine, 2),
      equal: share.every((line, i) => String(model.encode(line)) === String(expected[i])),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

interface CppResult {
  version: string;
  lines: number;
  pieces: number;
  seconds: number;
}

async function encodeByCpp(
  python: string,
  model: string,
  lines: readonly string[],
  file: string,
  runs: number,
): Promise<CppResult> {
  writeFileSync(file, `${lines.join("\n")}\n`);
  const program = join(import.meta.dirname, "peers/spm_encode.py");
  return (await runChild({ command: python, args: [program, model, file, String(runs)] })) as unknown as CppResult;
}

interface Reference {
  load(path: string): Promise<void>;
  encodeIds(text: string): number[];
}

async function loadReference(path: string): Promise<Reference> {
  const { SentencePieceProcessor } = createRequire(import.meta.url)("sentencepiece-js") as {
    SentencePieceProcessor: new () => Reference;
  };
  const reference = new SentencePieceProcessor();
  await reference.load(path);
  return reference;
}

/** Milliseconds. */
function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
