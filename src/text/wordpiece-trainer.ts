/** Trains a wordpiece model: normalised text, an alphabet, byte-pair merges, and SentencePiece's layout of ids. */
import { WordpieceError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { coveredAlphabet, symbolRuns } from "./learning/alphabet.ts";
import { LineSample } from "./learning/line-sample.ts";
import { learnMerges } from "./learning/merge-learner.ts";
import { RunCounts } from "./learning/run-counts.ts";
import { compileCharsmap } from "./normalization/compile-charsmap.ts";
import { nmtNfkcRules } from "./normalization/nfkc-rules.ts";
import { Normalizer } from "./normalization/normalizer.ts";
import {
  defaultNormalizerSpec,
  defaultTrainerSpec,
  ModelType,
  type NormalizerSpec,
  type Piece,
  PieceType,
} from "./sentencepiece/model-proto.ts";
import { bytePiece } from "./sentencepiece/vocabulary.ts";
import { WordpieceModel } from "./wordpiece-model.ts";

/** What to train. `vocabSize` alone has no default. */
export interface WordpieceTrainingOptions {
  /** How many pieces the model has, special, user-defined and byte pieces included. */
  vocabSize: number;
  /** Share of the text's characters that the alphabet covers, in (0, 1]. Default 1; 0.9995 is advised for Chinese and Japanese. */
  characterCoverage?: number;
  /** Characters that are in the alphabet, as normalised, however rare they are, even where the text has none. Spaces are skipped. Default: none. */
  requiredCharacters?: string;
  /** Characters outside the alphabet become their UTF-8 bytes instead of unknown. Default true. */
  byteFallback?: boolean;
  /** Pieces that no text becomes, such as language tags; their ids start at 4. Default: none. */
  controlSymbols?: readonly string[];
  /** Symbols that are one piece wherever a text has them, such as markup; after control symbols. A space inside one is written ▁. Default: none. */
  userDefinedSymbols?: readonly string[];
  /** Longest piece in characters. Default 16. */
  maxPieceLength?: number;
  /** What is done to characters first: SentencePiece's rule of that name, or nothing. Default `nmt_nfkc`. */
  normalization?: "nmt_nfkc" | "identity";
  /** Train on a random sample of this many lines. Default: on all. */
  maxSentences?: number;
  /** Seed of the sample. Default 1. */
  seed?: number;
}

const SPECIAL_PIECES: readonly Piece[] = [
  { text: "<pad>", score: 0, type: PieceType.control },
  { text: "<unk>", score: 0, type: PieceType.unknown },
  { text: "<s>", score: 0, type: PieceType.control },
  { text: "</s>", score: 0, type: PieceType.control },
];
const SPECIAL_IDS = { padId: 0, unkId: 1, bosId: 2, eosId: 3 };

/** The largest vocabulary that needs no warning. */
const USUAL_LARGEST = 65536;

/**
 * Trains a BPE model on sentences, one a line, as WordpieceTrainer does. Throws WordpieceError for options or lines that no model can be made of.
 *
 * @example
 * import { trainWordpieces } from "gnmt-moe/text";
 *
 * const lines = ["a dog runs", "two dogs run", "a cat sleeps"];
 * trainWordpieces(lines, { vocabSize: 24, byteFallback: false }).save("wordpieces.model");
 */
export function trainWordpieces(lines: Iterable<string>, options: WordpieceTrainingOptions): WordpieceModel {
  const trainer = new WordpieceTrainer(options);
  for (const line of lines) trainer.add(line);
  return trainer.train();
}

/**
 * Counts sentences as they come, in memory that does not grow with the text beyond a bound (run-counts.ts). Below it, equal lines in any
 * order give equal models.
 *
 * @example
 * import { WordpieceTrainer } from "gnmt-moe/text";
 *
 * const trainer = new WordpieceTrainer({ vocabSize: 24, byteFallback: false });
 * for (const line of ["a dog runs", "two dogs run", "a cat sleeps"]) trainer.add(line);
 * const model = trainer.train();
 */
export class WordpieceTrainer {
  private readonly options: Required<Omit<WordpieceTrainingOptions, "maxSentences" | "seed">>;
  private readonly fixed: Piece[];
  private readonly reserved: Set<string>;
  private readonly spec: NormalizerSpec;
  private readonly normalizer: Normalizer;
  private readonly runs: RunCounts;
  private readonly sample: LineSample | undefined;

  /** Throws WordpieceError for options that cannot be. */
  constructor({ maxSentences = Number.POSITIVE_INFINITY, seed = 1, ...options }: WordpieceTrainingOptions) {
    const { characterCoverage = 1, byteFallback = true, userDefinedSymbols = [], maxPieceLength = 16 } = options;
    const { vocabSize, normalization = "nmt_nfkc", requiredCharacters = "", controlSymbols = [] } = options;
    const text = { normalization, requiredCharacters, controlSymbols };
    this.options = { vocabSize, characterCoverage, byteFallback, userDefinedSymbols, maxPieceLength, ...text };
    checkOptions({ vocabSize, characterCoverage, maxPieceLength, maxSentences });
    this.fixed = fixedPieces({ controlSymbols, userDefinedSymbols, byteFallback });
    this.reserved = new Set(this.fixed.map((piece) => piece.text));
    const charsmap = normalization === "identity" ? new Uint8Array(0) : nmtNfkcCharsmap();
    this.spec = { ...defaultNormalizerSpec(), name: normalization, charsmap };
    this.normalizer = new Normalizer(this.spec, false, userDefinedSymbols);
    this.runs = new RunCounts(this.reserved);
    this.sample = maxSentences === Number.POSITIVE_INFINITY ? undefined : new LineSample(maxSentences, seed);
  }

  /** Counts one sentence. */
  add(line: string): void {
    if (this.sample === undefined) this.count(line);
    else this.sample.add(line);
  }

  /** The model of all lines added. Throws WordpieceError where they cannot have one. */
  train(): WordpieceModel {
    const { fixed, runs, reserved } = this;
    const { vocabSize, characterCoverage, byteFallback, maxPieceLength } = this.options;
    const { controlSymbols, userDefinedSymbols, requiredCharacters } = this.options;
    for (const line of this.sample?.takeAll() ?? []) this.count(line);
    if (runs.forgotten > 0) {
      log.info(`the text has more different words than fit: words seen up to ${runs.forgotten} times are left out`);
    }
    const alphabet = coveredAlphabet(runs, characterCoverage, this.alphabetOf(requiredCharacters));
    const merges = vocabSize - fixed.length - alphabet.length;
    if (alphabet.length === 0) throw noText();
    if (merges < 0) throw tooSmall(vocabSize, fixed.length, alphabet.length);
    const learned = learnMerges(symbolRuns(runs, alphabet), {
      alphabet,
      pieces: merges,
      maxLength: maxPieceLength,
      reserved,
    });
    if (learned.length < merges) {
      const found = vocabSize - merges + learned.length;
      log.warn(`the text has only ${found} wordpieces, not ${vocabSize}: no pair of pieces is left to merge`);
    }
    const normal = [...learned, ...alphabet].map((text, i): Piece => ({ text, score: -i, type: PieceType.normal }));
    const pieces = [...fixed, ...normal];
    return WordpieceModel.fromProto({
      pieces,
      trainer: {
        ...defaultTrainerSpec(),
        modelType: ModelType.bpe,
        vocabSize: pieces.length,
        characterCoverage,
        maxPieceLength,
        controlSymbols: [...controlSymbols],
        userDefinedSymbols: [...userDefinedSymbols],
        byteFallback,
        ...SPECIAL_IDS,
      },
      normalizer: this.spec,
      denormalizer: undefined,
    });
  }

  /** Characters as texts have them once they are normalised. */
  private alphabetOf(characters: string): string {
    return this.normalizer.normalize(characters).replaceAll("\u2581", "");
  }

  private count(line: string): void {
    const length = this.normalizer.run(line);
    this.runs.add(this.normalizer.units, length);
  }
}

let nmtNfkc: Uint8Array | undefined;

/** Compiled once, since that takes a third of a second. */
function nmtNfkcCharsmap(): Uint8Array {
  nmtNfkc ??= compileCharsmap(nmtNfkcRules());
  return nmtNfkc;
}

type CheckedOptions = Required<
  Pick<WordpieceTrainingOptions, "vocabSize" | "characterCoverage" | "maxPieceLength" | "maxSentences">
>;

function checkOptions(options: CheckedOptions): void {
  const { vocabSize, characterCoverage, maxPieceLength, maxSentences } = options;
  const isCount = (value: number) => Number.isInteger(value) && value > 0;
  if (!isCount(vocabSize)) throw wrong(`the vocabulary size is ${vocabSize}`, "Give a whole number, such as 8000.");
  if (!(characterCoverage > 0 && characterCoverage <= 1)) {
    throw wrong(`the character coverage is ${characterCoverage}`, "Give a share above 0; 1 covers every character.");
  }
  if (!isCount(maxPieceLength)) {
    throw wrong(`the longest piece has ${maxPieceLength} characters`, "Give a whole number, such as 16.");
  }
  if (maxSentences !== Number.POSITIVE_INFINITY && !isCount(maxSentences)) {
    throw wrong(`the sample has ${maxSentences} sentences`, "Give a whole number, or leave it out to train on all.");
  }
  if (vocabSize > USUAL_LARGEST) {
    log.warn(
      `a vocabulary of ${vocabSize} wordpieces is unusually large: the model's embeddings and output layer, and their ` +
        "memory, grow with it; 8,000 to 32,000 are usual",
    );
  }
}

function wrong(message: string, nextStep: string): WordpieceError {
  return new WordpieceError(message, { nextStep });
}

type Symbols = Required<Pick<WordpieceTrainingOptions, "controlSymbols" | "userDefinedSymbols" | "byteFallback">>;

/** Special pieces, control symbols, user-defined symbols, bytes: the pieces that do not depend on the text, in order of id. */
function fixedPieces({ controlSymbols, userDefinedSymbols, byteFallback }: Symbols): Piece[] {
  const bytes = Array.from({ length: byteFallback ? 256 : 0 }, (_, byte) => bytePiece(byte));
  checkSymbols([...controlSymbols, ...userDefinedSymbols], [...SPECIAL_PIECES.map(({ text }) => text), ...bytes]);
  const ofType = (type: number) => (text: string) => ({ text, score: 0, type });
  return [
    ...SPECIAL_PIECES,
    ...controlSymbols.map(ofType(PieceType.control)),
    ...userDefinedSymbols.map(ofType(PieceType.userDefined)),
    ...bytes.map(ofType(PieceType.byte)),
  ];
}

/** Throws WordpieceError for a symbol that no text can have or that is another piece already. */
function checkSymbols(symbols: readonly string[], taken: readonly string[]): void {
  const names = new Set(taken);
  for (const symbol of symbols) {
    if (symbol.includes(" ")) {
      throw wrong(
        `the symbol "${symbol}" holds a space, which wordpieces have no character for`,
        "Give its parts as symbols of their own, or write ▁ (U+2581) in place of a space inside a symbol.",
      );
    }
    if (symbol === "" || symbol.includes("\0") || names.has(symbol)) {
      throw wrong(`the symbol "${symbol}" is empty, a special piece, or given twice`, "Give each symbol once.");
    }
    names.add(symbol);
  }
}

function noText(): WordpieceError {
  return new WordpieceError("there is no text to train wordpieces on", {
    where: "training text",
    nextStep: "Check that the files are the right ones and hold more than white space.",
  });
}

function tooSmall(vocabSize: number, fixed: number, alphabet: number): WordpieceError {
  return new WordpieceError(
    `a vocabulary of ${vocabSize} wordpieces is too small: ${fixed} special and byte pieces and an alphabet of ${alphabet} characters need ${fixed + alphabet} already`,
    {
      where: "vocab_size",
      nextStep: `Use a vocab_size well above ${fixed + alphabet}, or lower character_coverage (0.9995 leaves out the rarest characters).`,
    },
  );
}
