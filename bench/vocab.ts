/** Training a wordpiece model on real text. */
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import { defaultInput, readText, textFigures } from "./corpus.ts";
import { rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median, timeCalls } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = { input: defaultInput, vocab: 8000, runs: 3 } as const;

export const run: Benchmark = async (argv) => {
  const { input, vocab: vocabSize, runs } = readOptions(argv, defaults);
  const text = readText(input);
  const train = () => trainWordpieces(text.lines, { vocabSize, userDefinedSymbols: ["<2de>"] });
  const ms = median(timeCalls(train, runs));
  return {
    ...{ vocab: vocabSize, threads: 1, runs, train_s: rounded(ms / 1000, 2) },
    ...textFigures(text, ms),
    max_rss_gib: rounded(process.resourceUsage().maxRSS / 2 ** 20, 2),
  };
};
