/** How sure a model is of a word, as the page shows it. */

/** Steps of confidence, the surest first; each goes from its probability up to that of the one before. */
export const confidenceSteps = [
  { least: 0.7, name: "sure" },
  { least: 0.4, name: "rather sure" },
  { least: 0.15, name: "unsure" },
  { least: 0, name: "a guess" },
] as const;

/** The place in `confidenceSteps` of a word, given the natural logarithm of its probability. */
export function confidenceStep(logProbability: number): number {
  const probability = Math.exp(logProbability);
  return confidenceSteps.findIndex(({ least }) => probability >= least);
}

/** A probability as people read it: "42 %", "< 1 %". */
export function percent(probability: number): string {
  const value = Math.round(probability * 100);
  return value === 0 && probability > 0 ? "< 1 %" : `${value} %`;
}
