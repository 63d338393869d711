/** What stands at each position of a sentence of wordpieces, for people: the word its piece belongs to, and the words around it. */

/** What is needed of a wordpiece model. */
export interface PieceSpelling {
  pieceOf(id: number): string;
  decode(ids: ArrayLike<number>): string;
}

export interface PositionText {
  /** The word, punctuation mark or marker. */
  word: string;
  /** The position's own piece of it. */
  piece: string;
  /** At most two words on each side, in the order of the text. */
  before: string[];
  after: string[];
}

const NEIGHBOURS = 2;
const SPACE = "▁";

const marks = /^▁?[\p{P}\p{S}]+$/u;
/** Scripts that do without spaces: there each piece is a word. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const marker = /^<[^<>]+>$/;
const byte = /^<0x[0-9A-F]{2}>$/;

/** One text per id: [positions]. */
export function positionTexts(ids: Int32Array, spelling: PieceSpelling): PositionText[] {
  const pieces = Array.from(ids, (id) => spelling.pieceOf(id));
  /** [positions] the word of each */
  const wordOf: number[] = [];
  const starts: number[] = [];
  pieces.forEach((piece, i) => {
    if (i === 0 || startsWord(piece, pieces[i - 1]!)) starts.push(i);
    wordOf.push(starts.length - 1);
  });
  const words = starts.map((start, w) =>
    spell(ids.subarray(start, starts[w + 1] ?? ids.length), pieces[start]!, spelling),
  );
  return pieces.map((piece, i) => {
    const word = wordOf[i]!;
    return {
      word: words[word]!,
      piece,
      before: words.slice(Math.max(0, word - NEIGHBOURS), word),
      after: words.slice(word + 1, word + 1 + NEIGHBOURS),
    };
  });
}

function startsWord(piece: string, previous: string): boolean {
  if (byte.test(piece)) return isMarker(previous);
  if (piece.startsWith(SPACE) || isMarker(piece) || isMarker(previous)) return true;
  if (previous === SPACE) return false;
  return unspaced.test(piece) || unspaced.test(previous) || marks.test(piece) !== marks.test(previous);
}

function isMarker(piece: string): boolean {
  return marker.test(piece) && !byte.test(piece);
}

function spell(ids: Int32Array, first: string, spelling: PieceSpelling): string {
  return isMarker(first) ? first : spelling.decode(ids).trim() || first;
}
