/** A source as the model reads it: language tag where the model has tags, pieces, `</s>`. */
import { TranslationError } from "../base/errors.ts";
import type { Wordpieces } from "./wordpieces.ts";

/** Puts the markers around the pieces of a text. */
export function withMarkers(pieces: Int32Array, tagId: number | undefined, eosId: number): Int32Array {
  const first = tagId === undefined ? 0 : 1;
  const source = new Int32Array(first + pieces.length + 1);
  if (tagId !== undefined) source[0] = tagId;
  source.set(pieces, first);
  source[source.length - 1] = eosId;
  return source;
}

/** The id of a tag; undefined for no tag. Throws TranslationError where the wordpiece model lacks it. */
export function tagPiece(wordpieces: Wordpieces, tag: string | undefined): number | undefined {
  if (tag === undefined) return undefined;
  const id = wordpieces.idOf(tag);
  if (id !== wordpieces.unkId) return id;
  throw new TranslationError(`the wordpiece model has no piece ${tag}`, {
    nextStep: "The model directory mixes files of two models: copy it again as nmt train wrote it.",
  });
}
