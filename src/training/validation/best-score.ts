/** The best validation so far: when a later one is better, and whether their scores can be compared at all. */
import type { Criterion } from "../../config/choices.ts";

export interface ValidationScores {
  perplexity: number;
  /** NaN where no translations were made. */
  bleu: number;
  /** The same of the corpora that are to be retained (`retain_corpora`), whose scores are not among the others. */
  retained?: RetainedScores | undefined;
}

export type RetainedScores = Omit<ValidationScores, "retained">;

/**
 * What scores were measured with, by name, such as `tokenizer: "zh"`. Scores are comparable where all of it is equal.
 * Whatever else comes to change a score (averaged weights, for one) is to be added here, in `measurement.ts`.
 */
export type Measurement = Readonly<Record<string, string>>;

export interface BestScore {
  step: number;
  /** Of the criterion: BLEU (higher is better) or perplexity (lower is better). */
  value: number;
  /** Of the same validation: the lower one is better where values are equal. */
  perplexity: number;
  measuredWith: Measurement;
}

/**
 * Whether a validation is better than the best so far. Equal BLEU is told apart by perplexity: BLEU is 0.00 for much of a
 * training's beginning. A score that is not a number is better than none, and worse than any other.
 */
export function improves(
  criterion: Criterion,
  scores: ValidationScores,
  best: Pick<BestScore, "value" | "perplexity"> | undefined,
): boolean {
  if (best === undefined) return true;
  const [now, before] = [rank(criterion, scores[criterion]), rank(criterion, best.value)];
  return now === before ? rank("perplexity", scores.perplexity) > rank("perplexity", best.perplexity) : now > before;
}

/**
 * What retained corpora have lost since the start: BLEU, or per cent of perplexity where that is the criterion. 0 or less where they gained;
 * infinite where a score is not a number any more.
 */
export function retainedLoss(criterion: Criterion, now: RetainedScores, start: RetainedScores): number {
  const lost = criterion === "bleu" ? start.bleu - now.bleu : 100 * (now.perplexity / start.perplexity - 1);
  return Number.isNaN(lost) ? Number.POSITIVE_INFINITY : lost;
}

/** Higher is better; what is not finite (null, once a checkpoint was read) is the worst. */
function rank(criterion: Criterion, value: number | null): number {
  if (!Number.isFinite(value)) return Number.NEGATIVE_INFINITY;
  return criterion === "bleu" ? value! : -value!;
}

/** Names of what differs between two measurements; all of them where the earlier one was not recorded. */
export function measuredOtherwise(earlier: Measurement | undefined, now: Measurement): string[] {
  const names = new Set([...Object.keys(earlier ?? {}), ...Object.keys(now)]);
  return [...names].filter((name) => earlier?.[name] !== now[name]);
}
