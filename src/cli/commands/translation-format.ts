/** How `nmt translate` prints a translation: fields parted by ` ||| `. */
import { bestText, type TranslatedHypothesis, type Translation } from "../../decoding/translation.ts";

export interface TranslationFormat {
  nBest: number;
  withScore: boolean;
  withAttention: boolean;
}

/**
 * One line, `translation [||| score] [||| attention]`; for an n-best list one line per hypothesis,
 * `i ||| translation ||| score [||| attention]` with the line's number i from 0. A blank line stays one line.
 */
export function formatTranslation(translation: Translation, format: TranslationFormat): string {
  const { hypotheses, line, sourcePieces } = translation;
  const { nBest, withScore, withAttention } = format;
  const fields = (hypothesis: TranslatedHypothesis | undefined) => [
    ...(nBest > 1 ? [String(line - 1)] : []),
    hypothesis?.text ?? "",
    ...(nBest > 1 || withScore ? [(hypothesis?.score ?? 0).toFixed(6)] : []),
    ...(withAttention ? [attentionJson(sourcePieces, hypothesis)] : []),
  ];
  if (nBest === 1 && !withScore && !withAttention) return bestText(translation);
  const printed = nBest > 1 && hypotheses.length > 0 ? hypotheses : [hypotheses[0]];
  return printed.map((hypothesis) => fields(hypothesis).join(" ||| ")).join("\n");
}

/** `attention[t][s]`: how much target piece t looked at source piece s, rounded to 4 digits. */
function attentionJson(source: string[], hypothesis: TranslatedHypothesis | undefined): string {
  const target = hypothesis === undefined ? [] : [...hypothesis.pieces, ...(hypothesis.complete ? ["</s>"] : [])];
  const attention = (hypothesis?.attention ?? []).map((row) => Array.from(row, (weight) => Number(weight.toFixed(4))));
  return JSON.stringify({ source, target, attention });
}
