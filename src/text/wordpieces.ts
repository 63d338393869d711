/** What translation needs of a wordpiece model; text/wordpiece-model.ts has it. */
export interface Wordpieces {
  readonly bosId: number;
  readonly eosId: number;
  readonly unkId: number;
  /** Piece ids of a text, without `<s>` and `</s>`. */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** The pieces that `encode` gives ids of, an unknown run as its own characters. */
  encodePieces(text: string): string[];
  /** The piece itself, such as `▁the`. */
  pieceOf(id: number): string;
  /** `unkId` for a piece that the model does not have. */
  idOf(piece: string): number;
}
