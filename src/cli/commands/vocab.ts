/** `nmt vocab`: trains a wordpiece model on text files and writes it in SentencePiece's format. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { modelPaths } from "../../checkpoint/model-directory.ts";
import { normalizations } from "../../config/choices.ts";
import { splitList } from "../../config/overrides.ts";
import { addBalancedText } from "../../data/files/balanced-text.ts";
import { WordpieceModel } from "../../text/wordpiece-model.ts";
import { WordpieceTrainer } from "../../text/wordpiece-trainer.ts";
import { refuseOtherFiles } from "../own-output.ts";

interface VocabArguments {
  input: string[];
  model_prefix: string;
  vocab_size: number;
  character_coverage: number;
  required_chars: string;
  control_symbols: string[];
  user_defined_symbols: string[];
  byte_fallback: boolean;
  max_sentencepiece_length: number;
  normalization: (typeof normalizations)[number];
  input_sentence_size: number | undefined;
  sampling_temperature: number;
  seed: number;
}

export const vocabCommand: CommandModule<object, VocabArguments> = {
  command: "vocab",
  describe: "Train a wordpiece vocabulary on text files",
  builder: (yargs) =>
    yargs
      .option("input", {
        type: "string",
        array: true,
        demandOption: true,
        describe:
          "Text files, one sentence a line, plain or compressed; all languages of the model together; - is standard input",
      })
      .option("model_prefix", {
        type: "string",
        demandOption: true,
        describe: "PREFIX.model and PREFIX.vocab are written",
      })
      .option("vocab_size", { type: "number", default: 8000, describe: "Wordpieces, special and byte pieces included" })
      .option("character_coverage", {
        type: "number",
        default: 1,
        describe: "Share of the text's characters in the alphabet; 0.9995 for Chinese and Japanese",
      })
      .option("required_chars", {
        type: "string",
        default: "",
        describe: "Characters that are in the alphabet however rare they are",
      })
      .option("control_symbols", {
        type: "string",
        array: true,
        default: [],
        describe: "Pieces that no text becomes, such as the tags <2de> <2fr>, separated by spaces or commas",
      })
      .option("user_defined_symbols", {
        type: "string",
        array: true,
        default: [],
        describe: "Symbols that are one piece wherever a text has them, such as <b> </b>, separated likewise",
      })
      .option("byte_fallback", {
        type: "boolean",
        default: true,
        describe: "Write characters outside the alphabet as bytes, so that nothing is unknown",
      })
      .option("max_sentencepiece_length", { type: "number", default: 16, describe: "Longest piece in characters" })
      .option("normalization", {
        choices: normalizations,
        default: "nmt_nfkc" as const,
        describe: "Unicode compatibility forms and white space made uniform, or text as it is",
      })
      .option("input_sentence_size", {
        type: "number",
        describe: "Train on a random sample of this many lines",
        defaultDescription: "all lines",
      })
      .option("sampling_temperature", {
        type: "number",
        default: 1,
        describe: "Even out the files, each one a language: size^(1/T); 1 keeps their proportions",
      })
      .option("seed", { type: "number", default: 1, describe: "Of the sample" }),
  handler: async (args) => {
    if (args.input.length === 0) throw new UsageError("--input has no files", { nextStep: "Write --input FILE…." });
    if (!(args.sampling_temperature > 0)) {
      throw new UsageError(`--sampling_temperature is ${args.sampling_temperature}`, {
        nextStep: "Give a number above 0, such as 5.",
      });
    }
    refuseOthers(args.model_prefix);
    const trainer = new WordpieceTrainer({
      vocabSize: args.vocab_size,
      characterCoverage: args.character_coverage,
      requiredCharacters: args.required_chars,
      byteFallback: args.byte_fallback,
      controlSymbols: args.control_symbols.flatMap(splitList),
      userDefinedSymbols: args.user_defined_symbols.flatMap(splitList),
      maxPieceLength: args.max_sentencepiece_length,
      normalization: args.normalization,
      seed: args.seed,
      ...(args.input_sentence_size === undefined ? {} : { maxSentences: args.input_sentence_size }),
    });
    const files = args.input.map((path, i) => ({ path, language: String(i) }));
    const lines = await addBalancedText(trainer, files, args.sampling_temperature);
    const model = trainer.train();
    model.save(`${args.model_prefix}.model`);
    writeFileAtomic(`${args.model_prefix}.vocab`, vocabularyLines(model));
    log.info(`${model.size} wordpieces from ${lines} lines: ${args.model_prefix}.model, ${args.model_prefix}.vocab`);
  },
};

/** Throws UsageError where the files are not of an earlier `nmt vocab`, or are those of a model, which would be lost without them. */
function refuseOthers(prefix: string): void {
  const nextStep = "Name another --model_prefix, or move this file.";
  const path = `${prefix}.model`;
  const { wordpieces, weights, checkpoints } = modelPaths(dirname(path));
  if (path === wordpieces && existsSync(path) && (existsSync(weights) || existsSync(checkpoints))) {
    throw new UsageError("a model uses these wordpieces, and means nothing with others", { where: path, nextStep });
  }
  if (existsSync(path)) {
    try {
      WordpieceModel.load(path);
    } catch (cause) {
      const message = "the output is there already and is not a wordpiece model";
      throw new UsageError(message, { where: path, nextStep, cause });
    }
  }
  refuseOtherFiles(`${prefix}.vocab`, /^[^\t\n]+\t-?\d/, "a list of wordpieces", nextStep);
}

/** Piece, tab, score: as SentencePiece writes its .vocab files. */
function vocabularyLines(model: WordpieceModel): string {
  const lines = Array.from({ length: model.size }, (_, id) => `${model.pieceOf(id)}\t${model.scoreOf(id)}\n`);
  return lines.join("");
}
