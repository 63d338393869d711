/** What translation needs of a wordpiece model; text/wordpiece-model.ts has it. */
export interface Wordpieces {
  /** Id of `<s>`; -1 where there is none. */
  readonly bosId: number;
  /** Id of `</s>`; -1 where there is none. */
  readonly eosId: number;
  /** Id of `<unk>`. */
  readonly unkId: number;
  /** Piece ids of a text, without `<s>` and `</s>`. */
  encode(text: string): Int32Array;
  /** The text of piece ids, without control pieces. */
  decode(ids: ArrayLike<number>): string;
  /** The pieces that `encode` gives ids of, an unknown run as its own characters. */
  encodePieces(text: string): string[];
  /** The piece itself, such as `▁the`. */
  pieceOf(id: number): string;
  /** `unkId` for a piece that the model does not have. */
  idOf(piece: string): number;
}
