/** How `nmt translate` prints a translation: fields parted by ` ||| `. */
import { formatLinks } from "../../../alignment/pharaoh.ts";
import { bestText, type TranslatedHypothesis, type Translation } from "../../../decoding/translation.ts";
import { alignmentAbove, hardAlignment } from "../../../decoding/words/word-alignment.ts";

/** Word alignments: each target word's best link, all above a weight, or the weights themselves. */
export type AlignmentForm = "hard" | "soft" | number;

export interface TranslationFormat {
  nBest: number;
  withScore: boolean;
  withAttention: boolean;
  withAlignment?: AlignmentForm | undefined;
  withWordScores?: boolean;
  withPieces?: boolean;
}

/**
 * One line, the translation and what else is asked for; for an n-best list one line per hypothesis, begun with the line's number from 0, and always with
 * the score. A blank line stays one line. The order: `[i |||] translation [||| alignment] [||| WordScores= …] [||| score] [||| source pieces |||
 * target pieces] [||| attention]`.
 */
export function formatTranslation(translation: Translation, format: TranslationFormat): string {
  const { hypotheses, line, sourcePieces } = translation;
  const { nBest, withScore, withAttention, withAlignment, withWordScores = false, withPieces = false } = format;
  const fields = (hypothesis: TranslatedHypothesis | undefined) => [
    ...(nBest > 1 ? [String(line - 1)] : []),
    hypothesis?.text ?? "",
    ...(withAlignment === undefined ? [] : [alignmentText(hypothesis?.alignment ?? [], withAlignment)]),
    ...(withWordScores ? [["WordScores=", ...(hypothesis?.wordScores ?? []).map((s) => s.toFixed(6))].join(" ")] : []),
    ...(nBest > 1 || withScore ? [(hypothesis?.score ?? 0).toFixed(6)] : []),
    ...(withPieces ? [sourcePieces.join(" "), (hypothesis?.pieces ?? []).join(" ")] : []),
    ...(withAttention ? [attentionJson(sourcePieces, hypothesis)] : []),
  ];
  const best = fields(hypotheses[0]);
  if (nBest === 1 && best.length === 1) return bestText(translation);
  const printed = nBest > 1 && hypotheses.length > 0 ? hypotheses : [hypotheses[0]];
  return printed.map((hypothesis) => fields(hypothesis).join(" ||| ")).join("\n");
}

/** Pharaoh's `source-target` links; or for each target word, parted by spaces, the weights of the source words, parted by commas. */
export function alignmentText(alignment: readonly Float32Array[], form: AlignmentForm): string {
  if (form === "soft") {
    return alignment.map((row) => Array.from(row, (weight) => weight.toFixed(4)).join(",")).join(" ");
  }
  const links = form === "hard" ? hardAlignment(alignment) : alignmentAbove(alignment, form);
  return formatLinks(links);
}

/** `attention[t][s]`: how much target piece t looked at source piece s, rounded to 4 digits. */
function attentionJson(source: string[], hypothesis: TranslatedHypothesis | undefined): string {
  const target = hypothesis === undefined ? [] : [...hypothesis.pieces, ...(hypothesis.complete ? ["</s>"] : [])];
  const attention = (hypothesis?.attention ?? []).map((row) => Array.from(row, (weight) => Number(weight.toFixed(4))));
  return JSON.stringify({ source, target, attention });
}
