/** The wordpieces of a translation or language model: a WordpieceModel with all the pieces that such a model needs. */
import { WordpieceError } from "../base/errors.ts";
import { isTargetTag } from "./languages.ts";
import { WordpieceModel } from "./wordpiece-model.ts";

/**
 * Reads a wordpiece model for `nmt train` and the commands that use its models. With `targetTags`, pieces such as `<2de>` come from
 * options alone: where a text has one, it is spelled in other pieces, whatever type the file gives it.
 *
 * Throws WordpieceError for a file that is no model, or one without a piece that begins or ends sentences.
 *
 * @example
 * const wordpieces = loadModelWordpieces("models/en-de/wordpiece.model", { targetTags: false });
 */
export function loadModelWordpieces(path: string, { targetTags }: { targetTags: boolean }): WordpieceModel {
  const model = WordpieceModel.load(path);
  const { bos, eos } = model.markerPieces;
  if (model.bosId < 0) throw missingMarker(model, path, bos, "begins every target", "bos");
  if (model.eosId < 0) throw missingMarker(model, path, eos, "ends every sentence", "eos");
  return targetTags ? model.withControlPieces(isTargetTag) : model;
}

function missingMarker(
  model: WordpieceModel,
  path: string,
  piece: string,
  purpose: string,
  option: "bos" | "eos",
): WordpieceError {
  const what = model.has(piece)
    ? `in the wordpiece model, ${piece}, which ${purpose}, is a piece of text`
    : `the wordpiece model has no piece ${piece}, which ${purpose}`;
  const id = option === "bos" ? 1 : 2;
  return new WordpieceError(what, {
    where: path,
    nextStep: `Make a model with nmt vocab, or train it with SentencePiece's --${option}_id=${id} (-1 leaves the piece out) and without ${piece} among its symbols.`,
  });
}
