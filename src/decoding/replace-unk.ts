/** Unknown target pieces replaced by the source words they attend to (Luong et al. 2015, "Addressing the Rare Word Problem"). */

import type { Wordpieces } from "../text/wordpieces.ts";
import type { Hypothesis } from "./hypothesis.ts";

/** What wordpieces put in the place of a space. */
const SPACE = "▁";

/** A source as text and as the model read it. */
export interface SourceText {
  text: string;
  /** Tag (if any), pieces of the text, `</s>`. */
  source: Int32Array;
  /** Pieces of the text alone. */
  pieces: number;
}

/**
 * The hypothesis as text, each unknown piece replaced by the source word with the most attention: its own unknown characters where
 * that is an unknown piece too, else the whole word. Needs the hypothesis's attention. Neighbours that look at one word give it once.
 */
export function replaceUnknown(
  hypothesis: Pick<Hypothesis, "pieces"> & { attention?: readonly Float32Array[] | undefined },
  source: SourceText,
  wordpieces: Wordpieces,
): string {
  const { pieces, attention } = hypothesis;
  const { unkId } = wordpieces;
  if (attention === undefined || !pieces.includes(unkId)) return wordpieces.decode(pieces);
  const words = sourceWords(source, wordpieces);
  const first = source.source.length - 1 - source.pieces;
  // Without a piece for the space itself, an unknown piece swallows the spaces around it.
  const gap = wordpieces.idOf(SPACE) === unkId ? " " : "";
  let text = "";
  let lastWord = "";
  for (let t = 0; t < pieces.length; ) {
    if (pieces[t] === unkId) {
      const word = words[mostAttended(attention[t]!, first, source.pieces)]!;
      if (word !== lastWord) text += gap + word + gap;
      lastWord = word;
      t++;
      continue;
    }
    lastWord = "";
    const from = t;
    while (t < pieces.length && pieces[t] !== unkId) t++;
    text += knownText(pieces.subarray(from, t), wordpieces);
  }
  return text.replace(/ {2,}/g, " ").trim();
}

/** Text of known pieces, with the spaces that their first and last piece ask for. */
function knownText(ids: Int32Array, wordpieces: Wordpieces): string {
  const before = wordpieces.pieceOf(ids[0]!).startsWith(SPACE) ? " " : "";
  const after = wordpieces.pieceOf(ids[ids.length - 1]!) === SPACE ? " " : "";
  return before + wordpieces.decode(ids).trim() + after;
}

function mostAttended(weights: Float32Array, first: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (weights[first + i]! > weights[first + best]!) best = i;
  return best;
}

/** For each piece of the text, what would replace an unknown target piece. */
function sourceWords({ text, source, pieces }: SourceText, wordpieces: Wordpieces): string[] {
  const surfaces = wordpieces.encodePieces(text);
  const first = source.length - 1 - pieces;
  const words: string[] = [];
  for (let from = 0; from < pieces; ) {
    let to = from + 1;
    while (to < pieces && !surfaces[to]!.startsWith(SPACE)) to++;
    const word = surfaces.slice(from, to).join("");
    for (let i = from; i < to; i++) {
      const isUnknown = source[first + i] === wordpieces.unkId;
      words.push((isUnknown ? surfaces[i]! : word).replaceAll(SPACE, " ").trim());
    }
    from = to;
  }
  return words;
}
