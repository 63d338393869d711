/** Wordpieces back to text, as SentencePiece decodes: ▁ to spaces, bytes to characters, the added first space dropped. */
import { WordpieceError } from "../base/errors.ts";
import { type ModelFile, PieceType } from "./sentencepiece/model-proto.ts";
import type { Vocabulary } from "./sentencepiece/vocabulary.ts";

const MARK = "\u2581";
const REPLACEMENT = "\ufffd";

/** Throws WordpieceError for an id that is not in the vocabulary. */
export function decodePieces(ids: ArrayLike<number>, vocabulary: Vocabulary, file: ModelFile): string {
  const { addDummyPrefix, removeExtraWhitespaces } = file.normalizer;
  const { pieces, size } = vocabulary;
  let text = "";
  let bytes: number[] = [];
  /** Whether the next ▁ is the one that encoding put before the text. */
  let atStart = true;
  let droppedMark = false;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!(id >= 0 && id < size && Number.isInteger(id))) throw unknownId(id, size);
    const type = pieces.types[id];
    if (type === PieceType.byte) {
      bytes.push(vocabulary.byteOf[id]!);
      continue;
    }
    text += decodeUtf8(bytes);
    bytes = [];
    if (droppedMark || text !== "") atStart = false;
    droppedMark = false;
    if (type === PieceType.control) continue;
    if (type === PieceType.unknown) {
      text += file.trainer.unkSurface;
      continue;
    }
    const piece = pieces.textOf(id);
    const drops = atStart && (addDummyPrefix || removeExtraWhitespaces) && piece.startsWith(MARK);
    // Where extra white space is removed, every piece's ▁ is dropped until there is text.
    droppedMark = drops && !removeExtraWhitespaces;
    text += (drops ? piece.slice(1) : piece).replaceAll(MARK, " ");
  }
  return text + decodeUtf8(bytes);
}

/** Each byte that no character can begin or go on with reads as one U+FFFD. */
function decodeUtf8(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text += length === 0 ? REPLACEMENT : Buffer.from(bytes.slice(at, at + length)).toString("utf8");
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the well-formed character at a place (Unicode core specification, table 3-7), or 0. */
function characterLength(bytes: readonly number[], at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (bytes[at + 1]! < lowest || bytes[at + 1]! > highest) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return length;
}

function unknownId(id: number, size: number): WordpieceError {
  return new WordpieceError(`there is no wordpiece ${id} in a vocabulary of ${size}`, {
    nextStep: "Use the wordpiece model that the ids were made with.",
  });
}
