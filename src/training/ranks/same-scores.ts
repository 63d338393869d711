/** Scores that decide the same on all ranks. */
import type { Communicator } from "../../parallel/communicator.ts";
import type { ValidationScores } from "../validation/best-score.ts";

/** Rank 0's: on other processors the last bits of a score may differ. */
export async function sameScores(ranks: Communicator, own: ValidationScores): Promise<ValidationScores> {
  if (ranks.size === 1) return own;
  const { perplexity, bleu, retained } = own;
  const numbers = Float64Array.of(perplexity, bleu, retained?.perplexity ?? 0, retained?.bleu ?? 0);
  const [first] = await ranks.gatherNumbers(numbers).ended();
  const [ofAll, bleuOfAll, kept, bleuOfKept] = first as unknown as [number, number, number, number];
  const same = { ...own, perplexity: ofAll, bleu: bleuOfAll };
  return retained === undefined ? same : { ...same, retained: { ...retained, perplexity: kept, bleu: bleuOfKept } };
}
