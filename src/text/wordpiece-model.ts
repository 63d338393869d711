/** A SentencePiece model: text to wordpiece ids and back. Equal to SentencePiece's own encoder, piece by piece. */
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { NmtError, WordpieceError } from "../base/errors.ts";
import { decodePieces } from "./decode-pieces.ts";
import { BpeEncoder, type SymbolEncoder } from "./encoding/bpe-encoder.ts";
import { UnigramEncoder } from "./encoding/unigram-encoder.ts";
import { Normalizer } from "./normalization/normalizer.ts";
import {
  type ModelFile,
  type ModelProto,
  ModelType,
  type Piece,
  PieceType,
  readModelFile,
  readModelProto,
  writeModelProto,
} from "./sentencepiece/model-proto.ts";
import type { PieceTable } from "./sentencepiece/piece-table.ts";
import { bytePiece, Vocabulary } from "./sentencepiece/vocabulary.ts";
import { ABSENT } from "./tables/pair-map.ts";

/**
 * A wordpiece model in SentencePiece's format, BPE or unigram: text to piece ids and back, with the pieces SentencePiece would give.
 *
 * @example
 * import { WordpieceModel } from "gnmt-moe/text";
 *
 * const model = WordpieceModel.load("models/my/wordpieces.model");
 * const ids = model.encode("A dog runs.");
 * console.log(model.decode(ids), model.encodePieces("A dog runs."));
 */
export class WordpieceModel {
  /** Id of the piece that stands for unknown characters. */
  readonly unkId: number;
  /** -1 where a model has no such piece. */
  readonly bosId: number;
  /** -1 where a model has no such piece. */
  readonly eosId: number;
  /** -1 where a model has no such piece. */
  readonly padId: number;
  private readonly file: ModelFile;
  private readonly bytes: Uint8Array;
  private readonly vocabulary: Vocabulary;
  private readonly normalizer: Normalizer;
  private readonly denormalizer: Normalizer | undefined;
  private readonly encoder: SymbolEncoder;
  private ids = new Int32Array(256);

  private constructor(bytes: Uint8Array) {
    const file = readModelFile(bytes);
    const { pieces, trainer, normalizer, denormalizer, isVerified } = file;
    this.file = file;
    this.bytes = bytes;
    this.vocabulary = new Vocabulary(pieces, trainer);
    this.normalizer = new Normalizer(
      normalizer,
      trainer.whitespaceAsSuffix,
      this.vocabulary.ofType(PieceType.userDefined),
    );
    this.denormalizer =
      denormalizer === undefined || denormalizer.charsmap.length === 0 ? undefined : new Normalizer(denormalizer);
    if (!isVerified) for (const each of [this.normalizer, this.denormalizer]) each?.checkRules();
    this.encoder = newEncoder(trainer.modelType, this.vocabulary);
    this.unkId = this.vocabulary.unkId;
    this.bosId = this.vocabulary.controlId(trainer.bosPiece);
    this.eosId = this.vocabulary.controlId(trainer.eosPiece);
    this.padId = this.vocabulary.controlId(trainer.padPiece);
  }

  /**
   * The same pieces with the same ids, but user-defined symbols for which `isControl` holds are control pieces: no text becomes them.
   * A model without such symbols is returned as it is.
   */
  withControlPieces(isControl: (piece: string) => boolean): WordpieceModel {
    if (!this.userDefinedSymbols.some(isControl)) return this;
    const proto = readModelProto(this.bytes);
    const { pieces, trainer } = proto;
    const changes = ({ text, type }: Piece) => type === PieceType.userDefined && isControl(text);
    return WordpieceModel.fromProto({
      ...proto,
      pieces: pieces.map((piece) => (changes(piece) ? { ...piece, type: PieceType.control } : piece)),
      trainer: {
        ...trainer,
        controlSymbols: [...trainer.controlSymbols, ...trainer.userDefinedSymbols.filter(isControl)],
        userDefinedSymbols: trainer.userDefinedSymbols.filter((symbol) => !isControl(symbol)),
      },
    });
  }

  /** Reads a model file. Throws WordpieceError when it is missing, damaged, or of a kind we cannot encode with. */
  static load(path: string): WordpieceModel {
    let bytes: Uint8Array;
    try {
      const file = readFileSync(path);
      bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
    } catch (cause) {
      throw new WordpieceError(`cannot read the wordpiece model: ${(cause as Error).message}`, {
        where: path,
        nextStep: "Check the path, or make a model with nmt vocab.",
        cause,
      });
    }
    try {
      return new WordpieceModel(bytes);
    } catch (cause) {
      if (!(cause instanceof NmtError)) throw cause;
      const { message, where, nextStep } = cause;
      throw new WordpieceError(message, {
        where: where === undefined ? path : `${path}, ${where}`,
        nextStep: nextStep ?? "Restore the file from a copy, or train the vocabulary again with nmt vocab.",
        cause,
      });
    }
  }

  /** Throws WordpieceError when the bytes are no model. */
  static fromBytes(bytes: Uint8Array): WordpieceModel {
    return new WordpieceModel(Uint8Array.from(bytes));
  }

  /** The model of a parsed file. Throws WordpieceError when it can't be encoded with. */
  static fromProto(proto: ModelProto): WordpieceModel {
    return new WordpieceModel(writeModelProto(proto));
  }

  /** The bytes of the model file. */
  toBytes(): Uint8Array {
    return this.bytes.slice();
  }

  /** Writes the model file, the old one staying whole until the new one is. */
  save(path: string): void {
    writeFileAtomic(path, this.bytes);
  }

  /** How many wordpieces there are. */
  get size(): number {
    return this.vocabulary.size;
  }

  /** Ids of the byte pieces `<0x00>` … `<0xFF>`: [256]; undefined in a model without byte fallback. */
  get byteIds(): Int32Array | undefined {
    return this.vocabulary.byteIds;
  }

  /** The pieces that begin and end sentences, as the model names them. */
  get markerPieces(): { bos: string; eos: string } {
    const { bosPiece: bos, eosPiece: eos } = this.file.trainer;
    return { bos, eos };
  }

  /** Symbols such as markup that are always one piece where a text has them, in order of id. */
  get userDefinedSymbols(): string[] {
    return this.vocabulary.ofType(PieceType.userDefined);
  }

  /** Id of a piece; the unknown id where there is no such piece. */
  idOf(piece: string): number {
    const id = this.vocabulary.find(piece);
    return id === ABSENT ? this.unkId : id;
  }

  /** Whether a piece is in the vocabulary. */
  has(piece: string): boolean {
    return this.vocabulary.find(piece) !== ABSENT;
  }

  /** Whether no text becomes the piece, nor the piece text: `<pad>`, `<s>`, `</s>`, language tags. Throws WordpieceError as `pieceOf` does. */
  isControl(id: number): boolean {
    return this.pieces(id).types[id] === PieceType.control;
  }

  /** The piece of an id, from 0. Throws WordpieceError for an id that the vocabulary does not have. */
  pieceOf(id: number): string {
    return this.pieces(id).textOf(id);
  }

  /** Score as the model file holds it: minus the merge's rank, or a natural log-probability. Throws WordpieceError as `pieceOf` does. */
  scoreOf(id: number): number {
    return this.pieces(id).scores[id]!;
  }

  /** The text as the encoder sees it, spaces as ▁. */
  normalize(text: string): string {
    return this.normalizer.normalize(text);
  }

  /** Wordpiece ids of one sentence, without sentence start or end. A lone surrogate counts as U+FFFD. */
  encode(text: string): Int32Array {
    return this.idsOf(this.encodeSymbols(text));
  }

  /** Ids of text as `normalize` leaves it, such as a piece. */
  encodeNormalized(text: string): Int32Array {
    const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
    return this.idsOf(this.encoder.encode(units, units.length));
  }

  /** Ids of the encoder's first `count` symbols. */
  private idsOf(count: number): Int32Array {
    const { symbols } = this.encoder;
    const { size, unkId } = this;
    const { byteIds } = this.vocabulary;
    if (4 * count > this.ids.length) this.ids = new Int32Array(8 * count);
    const { ids } = this;
    let length = 0;
    for (let i = 0; i < count; i++) {
      const symbol = symbols[i]!;
      if (symbol < size) ids[length++] = symbol;
      else if (byteIds !== undefined) length = writeBytes(symbol - size, byteIds, ids, length);
      // A run of unknown characters is one unknown piece.
      else if (length === 0 || ids[length - 1] !== unkId) ids[length++] = unkId;
    }
    return ids.slice(0, length);
  }

  /** The pieces of one sentence as text: bytes as `<0xE2>`, an unknown run as itself. */
  encodePieces(text: string): string[] {
    const count = this.encodeSymbols(text);
    const { size } = this;
    const pieces: string[] = [];
    let afterUnknown = false;
    for (const symbol of this.encoder.symbols.subarray(0, count)) {
      const isUnknown = symbol >= size;
      const surface = isUnknown ? String.fromCodePoint(symbol - size) : this.pieceOf(symbol);
      if (isUnknown && this.vocabulary.byteIds !== undefined) pieces.push(...[...Buffer.from(surface)].map(bytePiece));
      else if (isUnknown && afterUnknown) pieces[pieces.length - 1] += surface;
      else pieces.push(surface);
      afterUnknown = isUnknown;
    }
    return pieces;
  }

  /**
   * The text of ids: control pieces are silent, byte pieces join to characters, malformed bytes read as U+FFFD. Throws WordpieceError for
   * an id that the vocabulary does not have.
   */
  decode(ids: ArrayLike<number>): string {
    const text = decodePieces(ids, this.vocabulary, this.file);
    return this.denormalizer === undefined ? text : this.denormalizer.normalize(text);
  }

  private encodeSymbols(text: string): number {
    const length = this.normalizer.run(text);
    return this.encoder.encode(this.normalizer.units, length);
  }

  /** Those that have this one. */
  private pieces(id: number): PieceTable {
    if (Number.isInteger(id) && id >= 0 && id < this.size) return this.vocabulary.pieces;
    throw new WordpieceError(`there is no wordpiece ${id} in a vocabulary of ${this.size}`, {
      nextStep: "Use the wordpiece model that the ids were made with.",
    });
  }
}

function newEncoder(modelType: number, vocabulary: Vocabulary): SymbolEncoder {
  if (modelType === ModelType.bpe) return new BpeEncoder(vocabulary);
  if (modelType === ModelType.unigram) return new UnigramEncoder(vocabulary);
  throw new WordpieceError("the model is neither of type BPE nor unigram", {
    nextStep: "Train it with --model_type=bpe, or make one with nmt vocab.",
  });
}

/** Writes the ids of a character's UTF-8 bytes at `at`; returns where the next id goes. */
function writeBytes(codePoint: number, byteIds: Int32Array, ids: Int32Array, at: number): number {
  if (codePoint < 0x80) {
    ids[at] = byteIds[codePoint]!;
    return at + 1;
  }
  const trailing = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
  const lead = (0xff00 >> (trailing + 1)) & 0xff;
  ids[at] = byteIds[lead | (codePoint >>> (6 * trailing))]!;
  for (let i = 1; i <= trailing; i++) ids[at + i] = byteIds[0x80 | ((codePoint >>> (6 * (trailing - i))) & 0x3f)]!;
  return at + trailing + 1;
}
