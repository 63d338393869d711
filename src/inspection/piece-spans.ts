/** Where the pieces of a text stand in it, though they are pieces of its normalised form. */
import type { Wordpieces } from "../text/wordpieces.ts";
import type { Span } from "./text-words.ts";

/** What wordpieces put in the place of a space. */
const SPACE = "▁";

/**
 * [pieces of `wordpieces.encode(text)`] the place of each. Where normalisation has changed a word, its pieces have the place of the whole word; a piece
 * that is a space alone has the place of what follows.
 */
export function pieceSpans(text: string, wordpieces: Wordpieces): Span[] {
  const pieces = written(wordpieces.encodePieces(text));
  const places = charactersOf(text, wordpieces, pieces.map(({ text: own }) => own).join(""));
  let at = 0;
  return pieces.map(({ text: own, length }) => {
    const begin = Math.min(at, places.length - 1);
    const end = Math.min(at + Math.max(length, 1), places.length);
    at += own.length;
    const covered = places.slice(begin, Math.max(end, begin + 1));
    return { start: covered[0]?.start ?? 0, end: covered.at(-1)?.end ?? text.length };
  });
}

/** A piece's characters without spaces. All bytes of a character have it, and the last one counts it. */
interface WrittenPiece {
  text: string;
  length: number;
}

function written(pieces: readonly string[]): WrittenPiece[] {
  const result: WrittenPiece[] = [];
  let bytes: number[] = [];
  for (const piece of pieces) {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    if (byte === undefined) {
      bytes = [];
      const text = piece.replaceAll(SPACE, "");
      result.push({ text, length: text.length });
      continue;
    }
    bytes.push(Number.parseInt(byte, 16));
    const character = bytes.length === bytesOf(bytes[0]!) ? Buffer.from(bytes).toString("utf8") : "";
    if (character !== "") {
      for (let i = 1; i < bytes.length; i++) result[result.length - i]!.length = character.length;
      bytes = [];
    }
    result.push({ text: character, length: character.length });
  }
  return result;
}

/** Bytes of a character in UTF-8 that begins with this one. */
function bytesOf(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** [units of `normalized`] the place in the text of each unit of its normalised form without spaces. */
function charactersOf(text: string, wordpieces: Wordpieces, normalized: string): Span[] {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, index }));
  const places = words.flatMap(({ word, index }) => {
    const own = written(wordpieces.encodePieces(word)).reduce((joined, piece) => joined + piece.text, "");
    if (own === word) return Array.from({ length: own.length }, (_, i) => ({ start: index + i, end: index + i + 1 }));
    return Array.from({ length: own.length }, () => ({ start: index, end: index + word.length }));
  });
  if (places.length === normalized.length) return places;
  // Rules that reach beyond a word: spread evenly.
  const share = text.length / Math.max(normalized.length, 1);
  return Array.from({ length: normalized.length }, (_, i) => ({
    start: Math.floor(i * share),
    end: Math.max(Math.floor(i * share) + 1, Math.floor((i + 1) * share)),
  }));
}
