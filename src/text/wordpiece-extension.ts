/** A wordpiece model with more pieces behind those it has: their ids stay, and text without new pieces is cut as before. */
import { WordpieceError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { BpeEncoder } from "./encoding/bpe-encoder.ts";
import { coveredAlphabet } from "./learning/alphabet.ts";
import { BREAK, learnMerges, type SymbolRuns } from "./learning/merge-learner.ts";
import { RunCounts } from "./learning/run-counts.ts";
import { Normalizer } from "./normalization/normalizer.ts";
import {
  type ModelProto,
  ModelType,
  type Piece,
  PieceType,
  readModelFile,
  readModelProto,
} from "./sentencepiece/model-proto.ts";
import { Vocabulary } from "./sentencepiece/vocabulary.ts";
import { WordpieceModel } from "./wordpiece-model.ts";

/** What to add. */
export interface WordpieceExtensionOptions {
  /** Pieces in all: characters and merges of the lines added fill up what the rest leaves. Default: none are learnt. */
  vocabSize?: number;
  /** Share of the text's characters that are to be pieces, old ones included, in (0, 1]. Default 1. */
  characterCoverage?: number;
  /** Characters to add, as normalised, however rare they are. Spaces are skipped. Default: none. */
  requiredCharacters?: string;
  /** Pieces that no text becomes, such as language tags. Default: none. */
  controlSymbols?: readonly string[];
  /** Symbols that are one piece wherever a text has them. A space inside one is written ▁. Default: none. */
  userDefinedSymbols?: readonly string[];
}

/**
 * Learns byte-pair merges on top of a model's own pieces, in text that is cut into these first. What the model has already is not added.
 *
 * @example
 * const extension = new WordpieceExtension(WordpieceModel.load("models/my/wordpiece.model"), { vocabSize: 4200 });
 * for (const line of ["Zahnarztpraxis", "Zahnarzt"]) extension.add(line);
 * extension.extend().save("extended.model");
 */
export class WordpieceExtension {
  private readonly base: WordpieceModel;
  private readonly proto: ModelProto;
  private readonly options: Required<Omit<WordpieceExtensionOptions, "vocabSize">>;
  private readonly learnt: number;
  private readonly symbols: readonly Piece[];
  private readonly required: readonly string[];
  private readonly normalizer: Normalizer;
  private readonly runs: RunCounts;

  /** Throws WordpieceError for options that cannot be. */
  constructor(base: WordpieceModel, options: WordpieceExtensionOptions) {
    const { vocabSize, characterCoverage = 1, requiredCharacters = "" } = options;
    const { controlSymbols = [], userDefinedSymbols = [] } = options;
    this.base = base;
    this.proto = readModelProto(base.toBytes());
    this.options = { characterCoverage, requiredCharacters, controlSymbols, userDefinedSymbols };
    const unknown = (type: number) => (text: string) => (base.has(text) ? [] : [{ text, score: 0, type }]);
    this.symbols = [
      ...controlSymbols.flatMap(unknown(PieceType.control)),
      ...userDefinedSymbols.flatMap(unknown(PieceType.userDefined)),
    ];
    const { trainer, normalizer, pieces } = this.proto;
    const inText = [...pieces, ...this.symbols].filter(({ type }) => type === PieceType.userDefined);
    this.normalizer = new Normalizer(
      normalizer,
      trainer.whitespaceAsSuffix,
      inText.map(({ text }) => text),
    );
    this.required = this.newCharacters([...this.normalizer.normalize(requiredCharacters)]);
    const fixed = base.size + this.symbols.length + this.required.length;
    if (vocabSize !== undefined && vocabSize < fixed) throw tooSmall(vocabSize, base.size, fixed);
    this.learnt = vocabSize === undefined ? 0 : vocabSize - fixed;
    if (this.learnt > 0 && trainer.modelType !== ModelType.bpe) throw notBpe();
    this.runs = new RunCounts(inText.map(({ text }) => text));
  }

  /** Whether pieces are to be learnt, so that text is needed. */
  get needsText(): boolean {
    return this.learnt > 0;
  }

  /** Counts one line of text. */
  add(line: string): void {
    const length = this.normalizer.run(line);
    this.runs.add(this.normalizer.units, length);
  }

  /** The model with its new pieces; the one it was made from where there are none. */
  extend(): WordpieceModel {
    const covered = this.newCharacters(coveredAlphabet(this.runs, this.options.characterCoverage));
    const characters = [...new Set([...this.required, ...covered])].slice(0, this.required.length + this.learnt);
    const merges = this.learnt - (characters.length - this.required.length);
    const learned = merges > 0 ? this.learn(characters, merges) : [];
    if (learned.length < merges) {
      log.warn(
        `the text has only ${characters.length + learned.length} new wordpieces: no pair of pieces is left to merge`,
      );
    }
    // Later than every merge of the model, so that what it cuts is cut as before and only then merged further.
    const lowest = this.proto.pieces.reduce((least, { score }) => Math.min(least, score), 0);
    const normal = [...learned, ...characters].map(
      (text, i): Piece => ({ text, score: lowest - 1 - i, type: PieceType.normal }),
    );
    if (this.symbols.length + normal.length === 0) return this.base;
    const { proto } = this;
    const pieces = [...proto.pieces, ...this.symbols, ...normal];
    const textsOf = (type: number) => this.symbols.filter((piece) => piece.type === type).map(({ text }) => text);
    return WordpieceModel.fromProto({
      ...proto,
      pieces,
      trainer: {
        ...proto.trainer,
        vocabSize: pieces.length,
        controlSymbols: [...proto.trainer.controlSymbols, ...textsOf(PieceType.control)],
        userDefinedSymbols: [...proto.trainer.userDefinedSymbols, ...textsOf(PieceType.userDefined)],
      },
    });
  }

  /** Characters that are no piece of text yet, each once. */
  private newCharacters(characters: readonly string[]): string[] {
    const isNew = (character: string) => character !== "\u2581" && character !== "\0" && !this.base.has(character);
    return [...new Set(characters.filter(isNew))];
  }

  private learn(characters: readonly string[], pieces: number): string[] {
    const alphabet = [...this.proto.pieces.map(({ text }) => text), ...characters];
    // A merge may end in a piece that the model has, but not in one that no text becomes.
    const special = [...this.proto.pieces, ...this.symbols].filter(({ type }) => type !== PieceType.normal);
    return learnMerges(this.symbolRuns(alphabet), {
      alphabet,
      pieces,
      maxLength: this.proto.trainer.maxPieceLength,
      reserved: new Set(special.map(({ text }) => text)),
    });
  }

  /** Runs as the model cuts them, in symbols of the alphabet; other characters break a run. */
  private symbolRuns(alphabet: readonly string[]): SymbolRuns {
    const { runs } = this;
    const { pieces, trainer } = readModelFile(this.base.toBytes());
    const encoder = new BpeEncoder(new Vocabulary(pieces, trainer));
    const { size } = this.base;
    const byCodePoint = new Map(
      alphabet.slice(size).map((character, i) => [character.codePointAt(0)!, size + i] as const),
    );
    let most = 1;
    for (let run = 0; run < runs.size; run++) most += runs.unitsOf(run).length + 1;
    const symbols = new Int32Array(most).fill(BREAK);
    const runOf = new Int32Array(most);
    const counts = new Float64Array(runs.size);
    let place = 1;
    for (let run = 0; run < runs.size; run++) {
      counts[run] = runs.countOf(run);
      const units = runs.unitsOf(run);
      const count = encoder.encode(units, units.length);
      for (const symbol of encoder.symbols.subarray(0, count)) {
        symbols[place] = symbol < size ? symbol : (byCodePoint.get(symbol - size) ?? BREAK);
        runOf[place++] = run;
      }
      place++;
    }
    return { symbols: symbols.subarray(0, place), runs: runOf, counts };
  }
}

function tooSmall(vocabSize: number, before: number, needed: number): WordpieceError {
  return new WordpieceError(`a vocabulary of ${vocabSize} wordpieces does not hold the ${needed} it would have`, {
    where: "vocab_size",
    nextStep:
      needed > before
        ? `Use a vocab_size of at least ${needed}, or leave it out.`
        : `Leave vocab_size out, or use more than the ${before} there are: none can be taken away.`,
  });
}

function notBpe(): WordpieceError {
  return new WordpieceError("only the pieces of a BPE model can be added to by learning", {
    where: "vocab_size",
    nextStep: "Leave vocab_size out; user_defined_symbols and required_chars can be added to any model.",
  });
}
