/** Do-not-generate lists: pieces that never come, and words or phrases that never come however they are cut into pieces. */
import type { Wordpieces } from "../../text/wordpieces.ts";
import { type PieceIndex, SPACE } from "./piece-index.ts";
import type { GrowingHypothesis, LogitsProcessor } from "./processor.ts";

/** Forbids some pieces everywhere. */
export class BannedPieces implements LogitsProcessor {
  private readonly ids: readonly number[];

  constructor(ids: readonly number[]) {
    this.ids = ids;
  }

  process(logProbabilities: Float32Array): void {
    for (const id of this.ids) logProbabilities[id] = Number.NEGATIVE_INFINITY;
  }
}

/**
 * Forbids words and phrases, as whole words and with their capitals as given: a piece that would end one, whatever pieces it is made of.
 * A longer word that begins with one can still be written by pieces that do not end where the word would.
 */
export class BannedPhrases implements LogitsProcessor {
  private readonly phrases: readonly string[];
  private readonly index: PieceIndex;
  /** Pieces that hold a whole phrase after their own beginning. */
  private readonly inside: readonly number[];
  /** By what is missing of a phrase: the pieces that end it. */
  private readonly ends = new Map<string, readonly number[]>();
  private readonly longest: number;

  /** `phrases` are plain text; they are normalised as translations are. */
  constructor(wordpieces: Wordpieces, index: PieceIndex, phrases: readonly string[]) {
    this.index = index;
    this.phrases = phrases
      .map((phrase) =>
        wordpieces
          .encodePieces(phrase)
          .join("")
          .replace(/^▁+|▁+$/g, ""),
      )
      .filter((phrase) => phrase !== "");
    this.longest = this.phrases.reduce((most, { length }) => Math.max(most, length), 0);
    this.inside = Array.from(index.entries())
      .filter(([text]) => this.phrases.some((phrase) => holds(text, phrase)))
      .map(([, id]) => id);
  }

  process(logProbabilities: Float32Array, { pieces }: GrowingHypothesis): void {
    for (const id of this.inside) logProbabilities[id] = Number.NEGATIVE_INFINITY;
    const tail = this.tailOf(pieces);
    for (const phrase of this.phrases) {
      for (let begun = Math.min(phrase.length - 1, tail.length); begun >= 0; begun--) {
        const start = tail.length - begun;
        if (!isBorder(tail, start) || !phrase.startsWith(tail.slice(start))) continue;
        for (const id of this.endsOf(phrase.slice(begun))) logProbabilities[id] = Number.NEGATIVE_INFINITY;
      }
    }
  }

  /** The last characters of a hypothesis, one more than the longest phrase has. */
  private tailOf(pieces: readonly number[]): string {
    let tail = "";
    for (let at = pieces.length - 1; at >= 0 && tail.length <= this.longest; at--) {
      tail = this.index.textOf(pieces[at]!) + tail;
    }
    return tail;
  }

  /** Pieces whose beginning is `rest`, the end of a word. */
  private endsOf(rest: string): readonly number[] {
    let ends = this.ends.get(rest);
    if (ends === undefined) {
      const pieces = this.index.beginningWith(rest);
      ends = pieces.filter(({ text }) => isBorder(text, rest.length)).map(({ id }) => id);
      this.ends.set(rest, ends);
    }
    return ends;
  }
}

/** Whether `text` has the phrase as whole words somewhere behind its first character. */
function holds(text: string, phrase: string): boolean {
  for (let at = text.indexOf(phrase, 1); at >= 0; at = text.indexOf(phrase, at + 1)) {
    if (isBorder(text, at) && isBorder(text, at + phrase.length)) return true;
  }
  return false;
}

/** Whether no word goes on at a place of a text: its ends, spaces, and where either side is no letter, mark or digit. */
function isBorder(text: string, at: number): boolean {
  const isWord = (character: string | undefined) =>
    character !== undefined && character !== SPACE && /[\p{L}\p{M}\p{N}]/u.test(character);
  return !isWord(text.slice(0, at).at(-1)) || !isWord(text[at]);
}
