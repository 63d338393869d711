/** `nmt align`: word alignments of parallel text, learnt from it, in Pharaoh's form. */
import type { CommandModule } from "yargs";
import { defaultSymmetrization } from "../../alignment/align-pieces.ts";
import { formatLinks } from "../../alignment/pharaoh.ts";
import { type Symmetrization, symmetrizations } from "../../alignment/symmetrize.ts";
import { MOST_PIECES, TextAligner } from "../../alignment/text-aligner.ts";
import { loadAddon, startThreads } from "../../backends/native/addon.ts";
import { DataError, UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { threadCount } from "../../base/threads.ts";
import { addBalancedText } from "../../data/files/balanced-text.ts";
import { streamAligned } from "../../data/files/corpus.ts";
import { WordpieceModel } from "../../text/wordpiece-model.ts";
import { WordpieceTrainer } from "../../text/wordpiece-trainer.ts";
import { engineOptions } from "../engine-options.ts";
import { openLineOutput } from "../line-output.ts";

interface AlignArguments {
  src: string;
  tgt: string;
  output: string | undefined;
  symmetrization: Symmetrization;
  wordpiece_model: string | undefined;
  vocab_size: number;
  iterations: number;
  max_pairs: number;
  threads: number;
}

export const alignCommand: CommandModule<object, AlignArguments> = {
  command: "align",
  describe: "Align the words of parallel text, in Pharaoh's form: 0-0 1-2 …",
  builder: (yargs) =>
    yargs
      .option("src", { type: "string", demandOption: true, describe: "Lines of one language, read several times" })
      .option("tgt", { type: "string", demandOption: true, describe: "Their translations, line by line" })
      .option("output", { type: "string", describe: "File to write", defaultDescription: "standard output" })
      .option("symmetrization", {
        choices: symmetrizations,
        default: defaultSymmetrization,
        describe: "How the alignments of both directions become one",
      })
      .option("wordpiece_model", {
        type: "string",
        describe: "SentencePiece .model of both languages",
        defaultDescription: "wordpieces are trained on the text",
      })
      .option("vocab_size", { type: "number", default: 8000, describe: "Size of those that are trained, at most" })
      .option("iterations", {
        type: "number",
        default: 4,
        describe: "Of EM for the hidden Markov model, in each direction",
      })
      .option("max_pairs", {
        type: "number",
        default: 2_000_000,
        describe: "Learn from so many pairs, evenly spread; half a kilobyte of memory each",
      })
      .option("threads", engineOptions.threads) as never,
  handler: align,
};

/** Of IBM model 1, from which the hidden Markov model starts. */
const LEXICON_ITERATIONS = 5;

async function align(args: AlignArguments): Promise<void> {
  checkArguments(args);
  const addon = loadAddon();
  startThreads(addon, threadCount(args.threads));
  const aligner = new TextAligner(await wordpiecesOf(args));
  const lines = await addPairs(aligner, args);
  const iterations = { lexicon: LEXICON_ITERATIONS, hmm: args.iterations };
  aligner.learn(addon, { iterations, onMessage: log.info });
  const output = openLineOutput(args.output);
  let long = 0;
  try {
    for await (const pairs of streamAligned(args.src, args.tgt)) {
      for (const links of aligner.align(pairs, args.symmetrization)) {
        if (links === undefined) long++;
        await output.write(formatLinks(links ?? []));
      }
    }
    await output.close();
  } catch (error) {
    const unfinished = await output.abandon();
    if (unfinished !== undefined) log.warn(`the alignments so far are in ${unfinished}`);
    throw error;
  }
  log.info(`aligned ${lines} lines, with what ${aligner.pairs} pairs show`);
  if (long > 0) log.warn(`${long} lines have more than ${MOST_PIECES} wordpieces, and no alignment`);
}

function checkArguments(args: AlignArguments): void {
  for (const name of ["iterations", "max_pairs"] as const) {
    if (Number.isInteger(args[name]) && args[name] >= 1) continue;
    throw new UsageError(`--${name} is ${args[name]}`, { nextStep: "Give a whole number from 1 on." });
  }
  for (const name of ["src", "tgt"] as const) {
    if (args[name] !== "-") continue;
    throw new UsageError(`--${name} is standard input, which can be read once`, {
      nextStep: "Write the text to a file: it is read to learn from, then to be aligned.",
    });
  }
}

/** The given model, or one that is trained on both sides. */
async function wordpiecesOf({ src, tgt, wordpiece_model, vocab_size }: AlignArguments): Promise<WordpieceModel> {
  if (wordpiece_model !== undefined) return WordpieceModel.load(wordpiece_model);
  const trainer = new WordpieceTrainer({ vocabSize: vocab_size, byteFallback: true });
  const files = [src, tgt].map((path) => ({ path, language: path }));
  await addBalancedText(trainer, files, 1);
  return trainer.train();
}

/** Pairs to learn from; returns how many lines there are. */
async function addPairs(aligner: TextAligner, { src, tgt, max_pairs }: AlignArguments): Promise<number> {
  let lines = 0;
  for await (const pairs of streamAligned(src, tgt)) lines += pairs.length;
  const share = Math.min(1, max_pairs / lines);
  let line = 0;
  for await (const pairs of streamAligned(src, tgt)) {
    for (const pair of pairs) {
      line++;
      if (Math.floor(line * share) > Math.floor((line - 1) * share)) aligner.add(pair);
    }
  }
  if (aligner.pairs > 0) return lines;
  throw new DataError("No pair of lines can be aligned: on one side each is blank or too long.", {
    where: `${src} and ${tgt}`,
    nextStep: "Check that line i of one file is the translation of line i of the other.",
  });
}
