/** The wordpieces of a model: ids, types, and the checks that make a damaged model an error instead of odd output. */
import { WordpieceError } from "../../base/errors.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceType, type TrainerSpec } from "./model-proto.ts";
import { PieceIndex } from "./piece-index.ts";
import type { PieceTable } from "./piece-table.ts";

/** Longer pieces are refused, as SentencePiece refuses them. In UTF-16 code units. */
const LONGEST_PIECE = 8000;

export class Vocabulary {
  readonly pieces: PieceTable;
  readonly unkId: number;
  /** Ids of `<0x00>` … `<0xFF>`: [256]; undefined without byte fallback. */
  readonly byteIds: Int32Array | undefined;
  /** Pieces that text may be segmented into: normal, user-defined and unused ones. */
  readonly segments: PieceIndex;
  /** Byte that each byte piece stands for, or -1: [size]. */
  readonly byteOf: Int16Array;
  /** Units of the longest piece. */
  readonly longest: number;
  /** The others. */
  private readonly special: PieceIndex;

  /** Throws WordpieceError when the pieces contradict each other. */
  constructor(pieces: PieceTable, trainer: Pick<TrainerSpec, "byteFallback" | "unkPiece">) {
    const { size, types, scores, starts } = pieces;
    const segments = new PieceIndex(pieces, size);
    const special = new PieceIndex(pieces, size);
    const byteIds = new Int32Array(256).fill(ABSENT);
    this.byteOf = new Int16Array(size).fill(-1);
    const zero = pieces.units.subarray(0, pieces.starts[size]).indexOf(0);
    let unkId = ABSENT;
    let longest = 0;
    for (let id = 0; id < size; id++) {
      const type = types[id]!;
      const from = starts[id]!;
      const length = starts[id + 1]! - from;
      if (length > longest) longest = length;
      const hasZero = zero >= from && zero < from + length;
      if (length === 0 || length > LONGEST_PIECE || hasZero) throw invalid(id, "has no valid text");
      if (!(isSegmentType(type) ? segments : special).add(id))
        throw invalid(id, `"${pieces.textOf(id)}" was defined before`);
      if (Number.isNaN(scores[id])) throw invalid(id, "has no valid score");
      if (type === PieceType.normal) continue;
      if (type < PieceType.normal || type > PieceType.byte) throw invalid(id, `has the unknown type ${type}`);
      if (type === PieceType.unknown) {
        if (unkId >= 0) throw invalid(id, "is a second unknown piece");
        unkId = id;
      } else if (type === PieceType.byte) {
        const byte = byteOfPiece(pieces.textOf(id));
        if (!trainer.byteFallback || byte < 0) throw invalid(id, "is a byte piece where none should be");
        byteIds[byte] = id;
        this.byteOf[id] = byte;
      }
    }
    if (unkId < 0) {
      throw new WordpieceError(`the model has no unknown piece, ${trainer.unkPiece}`, {
        nextStep: "Train it again with nmt vocab, or with SentencePiece and --unk_id=0.",
      });
    }
    if (trainer.byteFallback && byteIds.includes(ABSENT)) throw new WordpieceError("the model lacks byte pieces");
    this.pieces = pieces;
    this.unkId = unkId;
    this.segments = segments;
    this.special = special;
    this.longest = longest;
    this.byteIds = trainer.byteFallback ? byteIds : undefined;
  }

  get size(): number {
    return this.pieces.size;
  }

  /** Whether text may be segmented into a piece. */
  isSegment(id: number): boolean {
    return isSegmentType(this.pieces.types[id]!);
  }

  /** The piece with a text, special ones first; ABSENT where there is none. */
  find(text: string): number {
    const id = this.special.findText(text);
    return id === ABSENT ? this.segments.findText(text) : id;
  }

  /** Id of a control piece by name, or -1. */
  controlId(text: string): number {
    const id = this.special.findText(text);
    return id !== ABSENT && this.pieces.types[id] === PieceType.control ? id : ABSENT;
  }

  /** Texts of the pieces of a type, in order of id. */
  ofType(type: number): string[] {
    return this.pieces.ofType(type).map((id) => this.pieces.textOf(id));
  }
}

export function bytePiece(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function isSegmentType(type: number): boolean {
  return type === PieceType.normal || type === PieceType.userDefined || type === PieceType.unused;
}

function byteOfPiece(text: string): number {
  return /^<0x[0-9A-F]{2}>$/.test(text) ? Number.parseInt(text.slice(3, 5), 16) : -1;
}

function invalid(id: number, what: string): WordpieceError {
  return new WordpieceError(`the model is damaged: piece ${id} ${what}`);
}
