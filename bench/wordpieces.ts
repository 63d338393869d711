/**
 * Wordpieces on real text: training, encoding on one thread, and SentencePiece's WebAssembly build on the same model and text.
 * Lines are distinct sentences, so that the first pass is what encoding a corpus once costs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readLines } from "../src/data/corpus.ts";
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import type { Benchmark } from "./main.ts";

const CORPUS = "../shared/data/tatoeba/tatoeba.en-de.train";

/** The reference is slow: it gets every tenth line. */
const REFERENCE_SHARE = 10;

export const run: Benchmark = async (argv) => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      input: { type: "string", multiple: true, default: [`${CORPUS}.en.gz`, `${CORPUS}.de.gz`] },
      vocab: { type: "string", default: "8000" },
    },
  });
  const lines = values.input.flatMap((path) => [...readLines(path)]);
  const vocabSize = Number(values.vocab);
  const [model, trainSeconds] = timed(() => trainWordpieces(lines, { vocabSize, userDefinedSymbols: ["<2de>"] }));
  const encodeAll = () => lines.reduce((pieces, line) => pieces + model.encode(line).length, 0);
  const [pieces, firstSeconds] = timed(encodeAll);
  const [, againSeconds] = timed(encodeAll);

  const folder = mkdtempSync(join(tmpdir(), "bench-wordpieces-"));
  model.save(join(folder, "bench.model"));
  const reference = await loadReference(join(folder, "bench.model"));
  rmSync(folder, { recursive: true });
  const share = lines.filter((_, i) => i % REFERENCE_SHARE === 0);
  const [expected, referenceSeconds] = timed(() => share.map((line) => reference.encodeIds(line)));
  return {
    lines: lines.length,
    pieces_per_line: round(pieces / lines.length),
    train_s: round(trainSeconds),
    encode_first_lines_s: Math.round(lines.length / firstSeconds),
    encode_again_lines_s: Math.round(lines.length / againSeconds),
    sentencepiece_js_lines_s: Math.round(share.length / referenceSeconds),
    times_sentencepiece_js: round(lines.length / firstSeconds / (share.length / referenceSeconds)),
    equal: share.every((line, i) => String(model.encode(line)) === String(expected[i])),
  };
};

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

function timed<T>(work: () => T): [result: T, seconds: number] {
  const start = performance.now();
  const result = work();
  return [result, (performance.now() - start) / 1000];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
