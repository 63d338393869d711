/** The public API of `gnmt-moe/text`: wordpiece models in SentencePiece's format, read, trained, encoded with and decoded. No tensors. */

export { WordpieceModel } from "./wordpiece-model.ts";
export { trainWordpieces, WordpieceTrainer, type WordpieceTrainingOptions } from "./wordpiece-trainer.ts";
export type { Wordpieces } from "./wordpieces.ts";
