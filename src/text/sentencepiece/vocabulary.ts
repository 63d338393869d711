/** The wordpieces of a model: ids, types, and the checks that make a damaged model an error instead of odd output. */
import { WordpieceError } from "../../base/errors.ts";
import { type ModelProto, type Piece, PieceType } from "./model-proto.ts";

/** Longer pieces are refused, as SentencePiece refuses them. In UTF-16 code units. */
const LONGEST_PIECE = 8000;

export class Vocabulary {
  readonly pieces: readonly Piece[];
  readonly unkId: number;
  /** Ids of `<0x00>` … `<0xFF>`: [256]; undefined without byte fallback. */
  readonly byteIds: Int32Array | undefined;
  /** Pieces that text may be segmented into: normal, user-defined and unused ones. */
  readonly segmentIds: ReadonlyMap<string, number>;
  /** Byte that each byte piece stands for, or -1: [size]. */
  readonly byteOf: Int16Array;
  private readonly specialIds: ReadonlyMap<string, number>;

  /** Throws WordpieceError when the pieces contradict each other. */
  constructor({ pieces, trainer }: Pick<ModelProto, "pieces" | "trainer">) {
    const segmentIds = new Map<string, number>();
    const specialIds = new Map<string, number>();
    const byteIds = new Int32Array(256).fill(-1);
    this.byteOf = new Int16Array(pieces.length).fill(-1);
    let unkId = -1;
    pieces.forEach(({ text, score, type }, id) => {
      const isSegment = type === PieceType.normal || type === PieceType.userDefined || type === PieceType.unused;
      const ids = isSegment ? segmentIds : specialIds;
      if (text === "" || text.includes("\0") || text.length > LONGEST_PIECE) throw invalid(id, "has no valid text");
      if (ids.has(text)) throw invalid(id, `"${text}" was defined before`);
      if (Number.isNaN(score)) throw invalid(id, "has no valid score");
      if (type < PieceType.normal || type > PieceType.byte) throw invalid(id, `has the unknown type ${type}`);
      ids.set(text, id);
      if (type === PieceType.unknown) {
        if (unkId >= 0) throw invalid(id, "is a second unknown piece");
        unkId = id;
      } else if (type === PieceType.byte) {
        const byte = byteOfPiece(text);
        if (!trainer.byteFallback || byte < 0) throw invalid(id, "is a byte piece where none should be");
        byteIds[byte] = id;
        this.byteOf[id] = byte;
      }
    });
    if (unkId < 0) {
      throw new WordpieceError(`the model has no unknown piece, ${trainer.unkPiece}`, {
        nextStep: "Train it again with nmt vocab, or with SentencePiece and --unk_id=0.",
      });
    }
    if (trainer.byteFallback && byteIds.includes(-1)) throw new WordpieceError("the model lacks byte pieces");
    this.pieces = pieces;
    this.unkId = unkId;
    this.segmentIds = segmentIds;
    this.specialIds = specialIds;
    this.byteIds = trainer.byteFallback ? byteIds : undefined;
  }

  get size(): number {
    return this.pieces.length;
  }

  find(text: string): number | undefined {
    return this.specialIds.get(text) ?? this.segmentIds.get(text);
  }

  /** Id of a control piece by name, or -1. */
  controlId(text: string): number {
    const id = this.specialIds.get(text);
    return id !== undefined && this.pieces[id]!.type === PieceType.control ? id : -1;
  }

  ofType(type: number): string[] {
    return this.pieces.filter((piece) => piece.type === type).map((piece) => piece.text);
  }
}

export function bytePiece(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function byteOfPiece(text: string): number {
  return /^<0x[0-9A-F]{2}>$/.test(text) ? Number.parseInt(text.slice(3, 5), 16) : -1;
}

function invalid(id: number, what: string): WordpieceError {
  return new WordpieceError(`the model is damaged: piece ${id} ${what}`);
}
