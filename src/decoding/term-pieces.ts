/** The pieces of a term that a translation must have. */
import type { Wordpieces } from "../text/wordpieces.ts";

/** Scripts that put no spaces between words. */
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** Signs that a vocabulary may part from what follows. */
const SIGNS = ["、", ",", "(", "-"];

/**
 * A wording's pieces with a space before it; where its script puts none between words, those behind another character too. None where the vocabulary cannot
 * spell it.
 */
export function termPieces(wordpieces: Wordpieces, wording: string): Int32Array[] {
  const spaced = wordpieces.encode(wording);
  const joined = UNSPACED.test(wording.trimStart()) ? behindSign(wordpieces, wording.trim()) : undefined;
  const all = joined === undefined ? [spaced] : [spaced, joined];
  return all.filter((pieces) => pieces.length > 0 && !pieces.includes(wordpieces.unkId));
}

/** The pieces that a wording has behind a sign; undefined where no sign stands alone in its piece. */
function behindSign(wordpieces: Wordpieces, wording: string): Int32Array | undefined {
  for (const sign of SIGNS) {
    const pieces = wordpieces.encodePieces(`${sign}${wording}`);
    const signs = pieces[0] === "▁" ? 2 : 1;
    if (pieces.slice(0, signs).join("").replace("▁", "") !== sign) continue;
    return wordpieces.encode(`${sign}${wording}`).slice(signs);
  }
  return undefined;
}
