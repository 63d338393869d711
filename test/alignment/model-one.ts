/**
 * IBM model 1 (Brown et al. 1993) by its definition, in double precision: expected counts are sums over every alignment of a sentence
 * pair, enumerated one by one.
 */

/** p(generated | given) by "given generated". */
export type Table = ReadonlyMap<string, number>;

/** A given sentence with its empty word, and a generated one. */
export type Pair = readonly [given: readonly number[], generated: readonly number[]];

/** p = 1 / pieces for every two. */
export function equalTable(pairs: readonly Pair[], pieces: number): Table {
  const table = new Map<string, number>();
  for (const [given, generated] of pairs) {
    for (const g of given) for (const e of generated) table.set(`${g} ${e}`, 1 / pieces);
  }
  return table;
}

/** One iteration of EM. Gives the new probabilities, the expected counts of given pieces, and the log-likelihood by the old ones. */
export function iterate(pairs: readonly Pair[], table: Table) {
  const counts = new Map<string, number>();
  const totals = new Map<number, number>();
  let logLikelihood = 0;
  for (const [given, generated] of pairs) {
    const alignments = [...alignmentsOf(given.length, generated.length)];
    const weights = alignments.map((alignment) =>
      alignment.reduce((product, i, j) => product * (table.get(`${given[i]} ${generated[j]}`) ?? 0), 1),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    logLikelihood += Math.log(sum / given.length ** generated.length);
    for (const [a, alignment] of alignments.entries()) {
      for (const [j, i] of alignment.entries()) {
        const key = `${given[i]} ${generated[j]}`;
        counts.set(key, (counts.get(key) ?? 0) + weights[a]! / sum);
        totals.set(given[i]!, (totals.get(given[i]!) ?? 0) + weights[a]! / sum);
      }
    }
  }
  const next = new Map([...counts].map(([key, count]) => [key, count / totals.get(Number(key.split(" ")[0]))!]));
  return { table: next, totals, logLikelihood };
}

/** Every way to give each generated position a given one. */
function* alignmentsOf(given: number, generated: number): Generator<number[]> {
  if (generated === 0) yield [];
  else for (const rest of alignmentsOf(given, generated - 1)) for (let i = 0; i < given; i++) yield [...rest, i];
}
