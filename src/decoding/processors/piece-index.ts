/** Pieces of text by how they are written: those that begin with some characters, those that some characters begin with. */
import type { Wordpieces } from "../../text/wordpieces.ts";

/** Stands for a space in pieces. */
export const SPACE = "▁";

/** The pieces of a vocabulary that stand for text as it is; control pieces, `<unk>` and pieces of single bytes are left out. */
export class PieceIndex {
  /** Ascending by text, in UTF-16 units. */
  private readonly texts: readonly string[];
  private readonly ids: ReadonlyMap<string, number>;
  private readonly longest: number;
  private readonly spelling: Wordpieces;

  constructor(wordpieces: Wordpieces, vocabularySize: number) {
    const ids = new Map<string, number>();
    for (let id = 0; id < vocabularySize; id++) {
      const text = wordpieces.pieceOf(id);
      if (isText(wordpieces, id, text)) ids.set(text, id);
    }
    this.ids = ids;
    this.texts = [...ids.keys()].sort((a, b) => (a < b ? -1 : 1));
    this.longest = this.texts.reduce((most, text) => Math.max(most, text.length), 0);
    this.spelling = wordpieces;
  }

  /** How a piece is written; empty for one that is not text. */
  textOf(id: number): string {
    const text = this.spelling.pieceOf(id);
    return this.ids.get(text) === id ? text : "";
  }

  /** All pieces: [text, id]. */
  entries(): IterableIterator<[string, number]> {
    return this.ids.entries();
  }

  /** Pieces that are written as `start` and perhaps more. */
  beginningWith(start: string): { id: number; text: string }[] {
    const found: { id: number; text: string }[] = [];
    for (let at = this.firstFrom(start); at < this.texts.length && this.texts[at]!.startsWith(start); at++) {
      found.push({ id: this.ids.get(this.texts[at]!)!, text: this.texts[at]! });
    }
    return found;
  }

  /** Pieces that `text` begins with, shortest first. */
  beginningsOf(text: string): { id: number; text: string }[] {
    const found: { id: number; text: string }[] = [];
    for (let length = 1; length <= Math.min(this.longest, text.length); length++) {
      const start = text.slice(0, length);
      const id = this.ids.get(start);
      if (id !== undefined) found.push({ id, text: start });
    }
    return found;
  }

  /** Place of the first text that is not before `text`. */
  private firstFrom(text: string): number {
    let [low, high] = [0, this.texts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.texts[middle]! < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isText(wordpieces: Wordpieces, id: number, text: string): boolean {
  if (id === wordpieces.unkId || id === wordpieces.bosId || id === wordpieces.eosId || text === "") return false;
  if (/^<0x[0-9A-F]{2}>$/.test(text)) return wordpieces.decode([id]) === text;
  return text === SPACE || wordpieces.decode([id]) !== "";
}
