/** Where our model and the reference give different ids, pieces or text. */
import type { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import type { SentencePiece } from "./sentence-piece.ts";

/** The first few texts that are encoded or decoded differently; empty when all agree. */
export function disagreements(model: WordpieceModel, reference: SentencePiece, texts: Iterable<string>): unknown[] {
  const found: unknown[] = [];
  for (const text of texts) {
    const ids = [...model.encode(text)];
    const expected = reference.encodeIds(text);
    if (String(ids) !== String(expected)) found.push({ text, ids, expected });
    const pieces = model.encodePieces(text);
    const expectedPieces = reference.encodePieces(text);
    if (String(pieces) !== String(expectedPieces)) found.push({ text, pieces, expectedPieces });
    found.push(...decodingDisagreements(model, reference, [expected]));
    if (found.length > 5) break;
  }
  return found;
}

export function decodingDisagreements(
  model: WordpieceModel,
  reference: SentencePiece,
  sequences: Iterable<readonly number[]>,
): unknown[] {
  const found: unknown[] = [];
  for (const ids of sequences) {
    // The reference's JavaScript side drops a byte order mark at the start.
    const decoded = model.decode(ids).replace(/^\ufeff/, "");
    const expectedText = reference.decodeIds([...ids]);
    if (decoded !== expectedText) found.push({ ids, decoded, expectedText });
  }
  return found;
}
