/** What translation needs of a wordpiece model; text/wordpiece.ts has it. */
export interface Wordpieces {
  readonly bosId: number;
  readonly eosId: number;
  readonly unkId: number;
  /** Piece ids of a text, without `<s>` and `</s>`. */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** The piece itself, such as `▁the`. */
  idToPiece(id: number): string;
  /** `unkId` for a piece that the model does not have. */
  pieceToId(piece: string): number;
}
