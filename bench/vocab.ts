/**
 * Training a wordpiece model on real text, or, with `--lines`, `nmt vocab` in a process of its own on so many lines made from it, beside
 * SentencePiece's trainer if there is a `--python` that can import it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import { type Json, runChild } from "./child.ts";
import { defaultInput, readText, textFigures } from "./corpus.ts";
import { type Figures, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median, timeCalls } from "./measure.ts";
import { readOptions } from "./options.ts";
import { writeSyntheticCorpus } from "./synthetic-corpus.ts";

const defaults = { input: defaultInput, "vocab-size": 8000, runs: 3, lines: 0, seed: 1, data: "", python: "" } as const;

export const run: Benchmark = async (argv) => {
  const { input, "vocab-size": vocabSize, runs, lines, seed, data, python } = readOptions(argv, defaults);
  if (lines > 0) return trainOnMany({ input, vocabSize, lines, seed, data, python });
  const text = readText(input);
  const train = () => trainWordpieces(text.lines, { vocabSize, userDefinedSymbols: ["<2de>"] });
  const ms = median(timeCalls(train, runs));
  return {
    ...{ vocab_size: vocabSize, threads: 1, runs, train_s: rounded(ms / 1000, 2) },
    ...textFigures(text, ms),
    max_rss_gib: rounded(process.resourceUsage().maxRSS / 2 ** 20, 2),
  };
};

interface ManyLines {
  input: string;
  vocabSize: number;
  lines: number;
  seed: number;
  data: string;
  python: string;
}

/** Half the lines are of either side. */
async function trainOnMany({ input, vocabSize, lines, seed, data, python }: ManyLines): Promise<Figures> {
  const base = input.split(",");
  if (base.length !== 2) {
    throw new DataError("Two texts are needed, line by line.", { where: input, nextStep: "Write --input A,B." });
  }
  const folder = mkdtempSync(join(data === "" ? tmpdir() : data, "bench-vocab-"));
  try {
    const texts = [join(folder, "source.txt"), join(folder, "target.txt")] as const;
    const pairs = Math.ceil(lines / 2);
    const bytes = writeSyntheticCorpus({ base: [base[0]!, base[1]!], out: texts, pairs, dirty: 0, seed });
    const program = (file: string) => join(import.meta.dirname, file);
    const options = ["--vocab_size", String(vocabSize), "--model_prefix", join(folder, "ours"), "--input", ...texts];
    const ours = await runChild({
      command: process.execPath,
      args: ["--import", "tsx", program("vocab-child.ts"), ...options],
    });
    const peer: Json | undefined =
      python === ""
        ? undefined
        : await runChild({
            command: python,
            args: [program("peers/spm_train.py"), String(vocabSize), join(folder, "peer"), ...texts],
          });
    const gib = (result: Json) => rounded(Number(result["max_rss"]) / 2 ** 30, 2);
    const seconds = (result: Json) => rounded(Number(result["seconds"]), 2);
    return {
      ...{ vocab_size: vocabSize, lines: 2 * pairs, seed, text_mb: rounded(bytes / 1e6) },
      ...{ seconds: seconds(ours), cpu_s: rounded(Number(ours["cpu_seconds"]), 2), max_rss_gib: gib(ours) },
      ...(peer && {
        sentencepiece: String(peer["version"]),
        sentencepiece_s: seconds(peer),
        sentencepiece_cpu_s: rounded(Number(peer["cpu_seconds"]), 2),
        sentencepiece_max_rss_gib: gib(peer),
      }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
