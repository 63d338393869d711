/** Differences of BLEU over seeds, a row for each domain. */
import { type Row, rounded } from "../figures.ts";

export interface Difference {
  domain: string;
  /** BLEU of the adapter less that of all weights. */
  difference: number;
}

export function spread(differences: readonly Difference[]): Row[] {
  const domains = [...new Set(differences.map(({ domain }) => domain))];
  return domains.map((domain) => {
    const of = differences.filter((each) => each.domain === domain).map(({ difference }) => difference);
    const mean = of.reduce((sum, each) => sum + each, 0) / of.length;
    return {
      ...{ domain, seeds: of.length, difference_mean: rounded(mean, 2) },
      ...{ difference_least: rounded(Math.min(...of), 2), difference_most: rounded(Math.max(...of), 2) },
    };
  });
}
