/**
 * Minimum Bayes risk decoding (Kumar and Byrne 2004; over samples, Eikema and Aziz 2020): of some translations of a line, the one that the
 * others agree with most.
 */
import type { TranslatedHypothesis, Translation } from "../decoding/translation.ts";
import type { PairwiseMetric } from "../metrics/pairwise-scores.ts";

/**
 * The line's different translations, best first: `score` is the mean of a translation's metric, in percent, with each of the others as its
 * reference, and with itself where it is the only one. Translations that were found several times, as samples are, count so often. Those that were cut at
 * the maximum length stand below the complete ones; of equals the first found is the better.
 *
 * @example
 * import { CHRF, loadTranslationModel, minimumBayesRisk, Translator } from "gnmt-moe";
 *
 * const sampling = { topK: 0, topP: 1, temperature: 1, seed: 1 };
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 100, sampling });
 * for await (const samples of translator.translate(["A dog runs."])) {
 *   console.log(minimumBayesRisk(samples, new CHRF()).hypotheses[0]?.text);
 * }
 */
export function minimumBayesRisk(translation: Translation, metric: PairwiseMetric): Translation {
  const candidates = merged(translation.hypotheses);
  const scores = metric.pairwise(candidates.map(({ first }) => first.text));
  const utilities = new Float64Array(candidates.length);
  const others = translation.hypotheses.length - 1;
  candidates.forEach((candidate, i) => {
    scores.scoresOf(i, utilities);
    let sum = 0;
    for (let j = 0; j < candidates.length; j++) {
      // One of its own number is itself.
      sum += (candidates[j]!.count - (i === j && others > 0 ? 1 : 0)) * utilities[j]!;
    }
    candidate.utility = sum / Math.max(others, 1);
  });
  const ranked = candidates.toSorted(
    (a, b) => Number(b.first.complete) - Number(a.first.complete) || b.utility - a.utility,
  );
  return { ...translation, hypotheses: ranked.map(({ first, utility }) => ({ ...first, score: utility })) };
}

/** Translations with the same text. */
interface Candidate {
  first: TranslatedHypothesis;
  count: number;
  /** Mean over the others. */
  utility: number;
}

/** In the order of their first occurrence; of one text a complete translation stands for those that were cut. */
function merged(hypotheses: readonly TranslatedHypothesis[]): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const hypothesis of hypotheses) {
    const known = candidates.get(hypothesis.text);
    if (known === undefined) {
      candidates.set(hypothesis.text, { first: hypothesis, count: 1, utility: 0 });
      continue;
    }
    known.count++;
    if (!known.first.complete && hypothesis.complete) known.first = hypothesis;
  }
  return [...candidates.values()];
}
