/** Unknown target pieces replaced by the source words they attend to (Luong et al. 2015, "Addressing the Rare Word Problem"). */
import type { Hypothesis } from "./hypothesis.ts";
import type { Wordpieces } from "./wordpieces.ts";

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
export function replaceUnknown(hypothesis: Hypothesis, source: SourceText, wordpieces: Wordpieces): string {
  const { pieces, attention } = hypothesis;
  const { unkId } = wordpieces;
  if (attention === undefined || !pieces.includes(unkId)) return wordpieces.decode(pieces);
  const words = sourceWords(source, wordpieces);
  if (words === undefined) return wordpieces.decode(pieces);
  const first = source.source.length - 1 - source.pieces;
  // Without a piece for the space itself, an unknown piece swallows the spaces around it.
  const gap = wordpieces.pieceToId(SPACE) === unkId ? " " : "";
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
  const before = wordpieces.idToPiece(ids[0]!).startsWith(SPACE) ? " " : "";
  const after = wordpieces.idToPiece(ids[ids.length - 1]!) === SPACE ? " " : "";
  return before + wordpieces.decode(ids).trim() + after;
}

function mostAttended(weights: Float32Array, first: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (weights[first + i]! > weights[first + best]!) best = i;
  return best;
}

/** For each piece of the text, what would replace an unknown target piece; undefined where text and pieces don't match up. */
function sourceWords({ text, source, pieces }: SourceText, wordpieces: Wordpieces): string[] | undefined {
  const ids = source.subarray(source.length - 1 - pieces, source.length - 1);
  const spelled = Array.from(ids, (id) => (id === wordpieces.unkId ? undefined : wordpieces.idToPiece(id)));
  const surfaces = alignPieces(text.normalize("NFKC").trim().replace(/\s+/g, SPACE), spelled);
  if (surfaces === undefined) return undefined;
  const words = surfaces.slice();
  for (let from = 0; from < surfaces.length; ) {
    let to = from + 1;
    while (to < surfaces.length && !surfaces[to]!.startsWith(SPACE)) to++;
    const word = surfaces.slice(from, to).join("");
    for (let i = from; i < to; i++) {
      words[i] = (spelled[i] === undefined ? surfaces[i]! : word).replaceAll(SPACE, " ").trim();
    }
    from = to;
  }
  return words;
}

/** The part of the text each piece stands for: known pieces as they are, unknown ones (undefined) what lies between. */
function alignPieces(text: string, pieces: readonly (string | undefined)[]): string[] | undefined {
  const surfaces: string[] = [];
  // The text's start counts as a space, whether or not the first piece shows it.
  let rest = pieces[0]?.startsWith(SPACE) ? SPACE + text : text;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    let length = piece?.length ?? rest.length;
    if (piece !== undefined && !rest.startsWith(piece)) return undefined;
    const next = pieces[i + 1];
    if (piece === undefined && i + 1 < pieces.length) {
      const character = String.fromCodePoint(rest.codePointAt(0) ?? 0).length;
      length = next === undefined ? character : rest.indexOf(next, character);
      if (length < 0) return undefined;
    }
    surfaces.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return rest === "" ? surfaces : undefined;
}
