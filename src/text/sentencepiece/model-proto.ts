/**
 * SentencePiece's ModelProto: pieces with scores, how they were trained, how text is normalised (sentencepiece_model.proto).
 * Files written here also carry a SHA-256 in an extension field, which other readers skip; it finds altered files.
 */
import { createHash } from "node:crypto";
import { WordpieceError } from "../../base/errors.ts";
import { PieceTable } from "./piece-table.ts";
import { ProtobufReader, ProtobufWriter } from "./protobuf.ts";

export const PieceType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;
export const ModelType = { unigram: 1, bpe: 2, word: 3, char: 4 } as const;

export interface Piece {
  text: string;
  /** BPE: minus the rank of the merge. Unigram: log probability. */
  score: number;
  /** One of PieceType. */
  type: number;
}

/** Those trainer settings that encoding depends on or that we set; defaults are the format's. */
export interface TrainerSpec {
  modelType: number;
  vocabSize: number;
  characterCoverage: number;
  maxPieceLength: number;
  controlSymbols: string[];
  userDefinedSymbols: string[];
  whitespaceAsSuffix: boolean;
  byteFallback: boolean;
  unkId: number;
  bosId: number;
  eosId: number;
  padId: number;
  unkPiece: string;
  bosPiece: string;
  eosPiece: string;
  padPiece: string;
  /** What an unknown piece decodes to. */
  unkSurface: string;
}

export interface NormalizerSpec {
  name: string;
  /** Darts double-array trie and its outputs; empty for no rules. */
  charsmap: Uint8Array;
  addDummyPrefix: boolean;
  removeExtraWhitespaces: boolean;
  /** Spaces become ▁. */
  escapeWhitespaces: boolean;
}

/** What a model has beside its pieces. */
interface ModelSpecs {
  trainer: TrainerSpec;
  normalizer: NormalizerSpec;
  denormalizer: NormalizerSpec | undefined;
}

export interface ModelProto extends ModelSpecs {
  pieces: readonly Piece[];
}

/** A model as it is read to encode with. */
export interface ModelFile extends ModelSpecs {
  pieces: PieceTable;
  /** Whether a checksum says that the bytes are as we wrote them. */
  isVerified: boolean;
}

export function defaultTrainerSpec(): TrainerSpec {
  return {
    modelType: ModelType.unigram,
    vocabSize: 8000,
    characterCoverage: 0.9995,
    maxPieceLength: 16,
    controlSymbols: [],
    userDefinedSymbols: [],
    whitespaceAsSuffix: false,
    byteFallback: false,
    unkId: 0,
    bosId: 1,
    eosId: 2,
    padId: -1,
    unkPiece: "<unk>",
    bosPiece: "<s>",
    eosPiece: "</s>",
    padPiece: "<pad>",
    unkSurface: " \u2047 ",
  };
}

export function defaultNormalizerSpec(): NormalizerSpec {
  return {
    name: "",
    charsmap: new Uint8Array(0),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
    escapeWhitespaces: true,
  };
}

/** Field 1000 of ModelProto: SHA-256 of all bytes before it. */
const CHECKSUM_FIELD = 1000;
const CHECKSUM_BYTES = 32;

/** Tags of the fields of a piece: number and wire type. */
const [PIECE, PIECE_TEXT, PIECE_SCORE, PIECE_TYPE] = [0x0a, 0x0a, 0x15, 0x18];

/** Parses a model file. Throws WordpieceError when it is truncated, altered, or something else. */
export function readModelFile(bytes: Uint8Array): ModelFile {
  const pieces = new PieceTable();
  let trainer: TrainerSpec | undefined;
  let normalizer: NormalizerSpec | undefined;
  let denormalizer: NormalizerSpec | undefined;
  let checksum: Uint8Array | undefined;
  const reader = new ProtobufReader(bytes);
  const inner = new ProtobufReader(bytes);
  reader.at = readPlainPieces(bytes, pieces);
  while (reader.next()) {
    if (reader.field === 1) readPiece(inner.open(reader), pieces);
    else if (reader.field === 2) trainer = readTrainerSpec(reader.message(), trainer ?? defaultTrainerSpec());
    else if (reader.field === 3)
      normalizer = readNormalizerSpec(reader.message(), normalizer ?? defaultNormalizerSpec());
    else if (reader.field === 5)
      denormalizer = readNormalizerSpec(reader.message(), denormalizer ?? defaultNormalizerSpec());
    else if (reader.field === CHECKSUM_FIELD) checksum = reader.payload();
  }
  if (checksum !== undefined) checkChecksum(bytes, checksum);
  if (trainer === undefined || normalizer === undefined || pieces.size === 0) {
    const missing = pieces.size === 0 ? "pieces" : trainer === undefined ? "trainer settings" : "normaliser settings";
    throw new WordpieceError(`the model has no ${missing}; the file is truncated or no SentencePiece model`);
  }
  return { pieces, trainer, normalizer, denormalizer, isVerified: checksum !== undefined };
}

/** The same with its pieces one by one, to make another model of it. */
export function readModelProto(bytes: Uint8Array): ModelProto {
  const { pieces, trainer, normalizer, denormalizer } = readModelFile(bytes);
  const { size, scores, types } = pieces;
  const list = Array.from({ length: size }, (_, id) => ({
    text: pieces.textOf(id),
    score: scores[id]!,
    type: types[id]!,
  }));
  return { pieces: list, trainer, normalizer, denormalizer };
}

export function writeModelProto({ pieces, trainer, normalizer, denormalizer }: ModelProto): Uint8Array {
  const writer = new ProtobufWriter();
  for (const piece of pieces) writer.message(1, writePiece(piece));
  writer.message(2, writeTrainerSpec(trainer));
  writer.message(3, writeNormalizerSpec(normalizer));
  if (denormalizer !== undefined) writer.message(5, writeNormalizerSpec(denormalizer));
  return writer.payload(CHECKSUM_FIELD, sha256(writer.view())).view();
}

function checkChecksum(bytes: Uint8Array, checksum: Uint8Array): void {
  // The field is the last one: two bytes of tag and one of length before the checksum itself.
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES - 3);
  if (checksum.length !== CHECKSUM_BYTES || !Buffer.from(checksum).equals(sha256(body))) {
    throw new WordpieceError("the model's checksum does not match: the file was altered after it was written", {
      nextStep: "Restore the file from a copy, or train the vocabulary again with nmt vocab.",
    });
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

/**
 * Reads the pieces that a file begins with, as far as they are laid out as all writers do: text, score, and type where it isn't normal, in less
 * than 128 bytes. Returns where they end. What is left is for a reader of any message: calls for each field would take most of the time.
 */
function readPlainPieces(bytes: Uint8Array, pieces: PieceTable): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let at = 0;
  while (at + 4 < length && bytes[at] === PIECE && bytes[at + 2] === PIECE_TEXT) {
    const end = at + 2 + bytes[at + 1]!;
    const from = at + 4;
    const to = from + bytes[at + 3]!;
    const after = to + 5;
    if (bytes[at + 1]! >= 128 || bytes[at + 3]! >= 128 || after > end || end > length || bytes[to] !== PIECE_SCORE)
      break;
    const hasType = after + 2 === end && bytes[after] === PIECE_TYPE && bytes[after + 1]! < 128;
    if (after !== end && !hasType) break;
    const type = hasType ? bytes[after + 1]! : PieceType.normal;
    if (!pieces.add(bytes, from, to, view.getFloat32(to + 1, true), type)) break;
    at = end;
  }
  return at;
}

function readPiece(reader: ProtobufReader, pieces: PieceTable): void {
  let from = 0;
  let to = 0;
  let score = 0;
  let type: number = PieceType.normal;
  while (reader.next()) {
    if (reader.field === 1) {
      from = reader.payloadStart();
      to = reader.at;
    } else if (reader.field === 2) score = reader.float();
    else if (reader.field === 3) type = reader.int32();
  }
  if (!pieces.add(reader.bytes, from, to, score, type)) throw reader.malformed("text of field 1 is not UTF-8", to);
}

function writePiece({ text, score, type }: Piece): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, text).float(2, score);
  return type === PieceType.normal ? writer : writer.int32(3, type);
}

function readTrainerSpec(reader: ProtobufReader, spec: TrainerSpec): TrainerSpec {
  while (reader.next()) {
    const { field } = reader;
    if (field === 3) spec.modelType = reader.int32();
    else if (field === 4) spec.vocabSize = reader.int32();
    else if (field === 10) spec.characterCoverage = reader.float();
    else if (field === 20) spec.maxPieceLength = reader.int32();
    else if (field === 24) spec.whitespaceAsSuffix = reader.bool();
    else if (field === 30) spec.controlSymbols.push(reader.text());
    else if (field === 31) spec.userDefinedSymbols.push(reader.text());
    else if (field === 35) spec.byteFallback = reader.bool();
    else if (field === 40) spec.unkId = reader.int32();
    else if (field === 41) spec.bosId = reader.int32();
    else if (field === 42) spec.eosId = reader.int32();
    else if (field === 43) spec.padId = reader.int32();
    else if (field === 44) spec.unkSurface = reader.text();
    else if (field === 45) spec.unkPiece = reader.text();
    else if (field === 46) spec.bosPiece = reader.text();
    else if (field === 47) spec.eosPiece = reader.text();
    else if (field === 48) spec.padPiece = reader.text();
  }
  return spec;
}

function writeTrainerSpec(spec: TrainerSpec): ProtobufWriter {
  const writer = new ProtobufWriter()
    .int32(3, spec.modelType)
    .int32(4, spec.vocabSize)
    .float(10, spec.characterCoverage)
    .int32(20, spec.maxPieceLength)
    .bool(24, spec.whitespaceAsSuffix);
  for (const symbol of spec.controlSymbols) writer.text(30, symbol);
  for (const symbol of spec.userDefinedSymbols) writer.text(31, symbol);
  return writer
    .bool(35, spec.byteFallback)
    .int32(40, spec.unkId)
    .int32(41, spec.bosId)
    .int32(42, spec.eosId)
    .int32(43, spec.padId)
    .text(44, spec.unkSurface)
    .text(45, spec.unkPiece)
    .text(46, spec.bosPiece)
    .text(47, spec.eosPiece)
    .text(48, spec.padPiece);
}

function readNormalizerSpec(reader: ProtobufReader, spec: NormalizerSpec): NormalizerSpec {
  while (reader.next()) {
    const { field } = reader;
    if (field === 1) spec.name = reader.text();
    else if (field === 2) spec.charsmap = reader.payload();
    else if (field === 3) spec.addDummyPrefix = reader.bool();
    else if (field === 4) spec.removeExtraWhitespaces = reader.bool();
    else if (field === 5) spec.escapeWhitespaces = reader.bool();
  }
  return spec;
}

function writeNormalizerSpec(spec: NormalizerSpec): ProtobufWriter {
  return new ProtobufWriter()
    .text(1, spec.name)
    .payload(2, spec.charsmap)
    .bool(3, spec.addDummyPrefix)
    .bool(4, spec.removeExtraWhitespaces)
    .bool(5, spec.escapeWhitespaces);
}
