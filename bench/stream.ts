/**
 * One process that translates a long stream of sentences of very different lengths: its memory by tenths of the stream, and how soon cancelled
 * requests end and what they leave.
 */

import type { InferencePrecision } from "../src/base/engine-names.ts";
import { UsageError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { Translator } from "../src/decoding/translator.ts";
import { loadTranslationModel } from "../src/inference/open-model.ts";
import { readText } from "./corpus.ts";
import { type Figure, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = {
  ...{ model: "", src: "", sentences: 10_000, "most-pieces": 200 },
  ...{ precision: "stored", threads: 2, beam: 1, cancelled: 100, seed: 1 },
} as const;

const MIB = 2 ** 20;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { sentences, threads, cancelled } = options;
  if (options.model === "" || options.src === "") {
    throw new UsageError("no model or no text is given", { nextStep: "Add --model DIR and --src FILE." });
  }
  const precision = options.precision as InferencePrecision;
  const loaded = await loadTranslationModel(options.model, { threads, precision });
  const translator = new Translator(
    loaded,
    { beamSize: options.beam, maxSourceLength: 2 * options["most-pieces"] },
    () => {},
  );
  const words = readText(options.src)
    .lines.flatMap((line) => line.split(" "))
    .map((word) => ({ word, pieces: Math.max(1, loaded.wordpieces.encode(word).length) }));
  const random = new Random(options.seed);
  const text = () => randomText(random, words, options["most-pieces"]);

  const tenths: number[] = [];
  let done = 0;
  const started = performance.now();
  for await (const _ of translator.translate(repeated(sentences, text))) {
    done++;
    if (done % Math.ceil(sentences / 10) === 0 || done === sentences) tenths.push(process.memoryUsage.rss() / MIB);
  }
  const seconds = (performance.now() - started) / 1000;

  // Requests of 64 lines, each cancelled at another moment of its work.
  const ends: number[] = [];
  for (let i = 0; i < cancelled; i++) ends.push(await cancelledAfter(translator, repeated(64, text), 1 + (i % 50)));
  const after = process.memoryUsage.rss() / MIB;

  const { sourcePieces, targetPieces } = translator.counts;
  return {
    ...{
      model: options.model,
      precision,
      beam: options.beam,
      threads,
      sentences,
      source_pieces: sourcePieces,
      target_pieces: targetPieces,
    },
    seconds: rounded(seconds),
    rows: [
      ...tenths.map((mib, i) => ({
        after: `${10 * (i + 1)} %`,
        rss_mib: rounded(mib),
        over_second_tenth: rounded(mib / (tenths[1] ?? mib), 3),
      })),
      {
        after: `${cancelled} cancelled`,
        rss_mib: rounded(after),
        over_second_tenth: rounded(after / (tenths[1] ?? after), 3),
      },
    ] satisfies Record<string, Figure>[],
    cancelled_end_ms: ends.length === 0 ? undefined : rounded(median(ends)),
    slowest_cancelled_end_ms: ends.length === 0 ? undefined : rounded(Math.max(...ends)),
  };
};

function* repeated(count: number, text: () => string): Generator<string> {
  for (let i = 0; i < count; i++) yield text();
}

/** Words of the text, one after another from a random place, of a random number of pieces; all numbers are equally probable. */
function randomText(random: Random, words: readonly { word: string; pieces: number }[], most: number): string {
  const wanted = 1 + random.integer(most);
  const chosen: string[] = [];
  let at = random.integer(words.length);
  for (let pieces = 0; pieces < wanted; at = (at + 1) % words.length) {
    const { word, pieces: its } = words[at]!;
    chosen.push(word);
    pieces += its;
  }
  return chosen.join(" ");
}

/** Milliseconds from the abort, `after` milliseconds into the request, until the request has ended. */
async function cancelledAfter(translator: Translator, lines: Iterable<string>, after: number): Promise<number> {
  const controller = new AbortController();
  let aborted = performance.now();
  const timer = setTimeout(() => {
    aborted = performance.now();
    controller.abort();
  }, after);
  try {
    for await (const _ of translator.translate(lines, { signal: controller.signal }));
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return Math.max(0, performance.now() - aborted);
}
