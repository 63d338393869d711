/**
 * The hidden Markov model of alignments (Vogel, Ney and Tillmann 1996; the empty word as by Och and Ney 2003) by its definition, in double precision: sums
 * over every alignment of a sentence pair, enumerated one by one.
 */

export interface HiddenMarkovModel {
  /** p(generated | given) by "given generated"; what is missing has `smallest`. */
  table: ReadonlyMap<string, number>;
  /** How often the alignment moves by so many places, −longest … longest; further moves count as the longest. */
  jumps: readonly number[];
  nullProbability: number;
}

/** Of a piece by one that has no entry for it. */
const smallest = 1e-7;

/** A given sentence, its empty word last, and a generated one. */
export type Pair = readonly [given: readonly number[], generated: readonly number[]];

/** What an alignment says of each generated piece: the place it is at, and whether it comes from that place's piece or from the empty word. */
interface Step {
  /** From 1; 0 before the sentence. */
  place: number;
  isNull: boolean;
}

const clamp = (jump: number, longest: number) => Math.max(-longest, Math.min(longest, jump)) + longest;

/** Every alignment with its probability. */
function* alignmentsOf([given, generated]: Pair, { table, jumps, nullProbability }: HiddenMarkovModel) {
  const places = given.length - 1;
  const longest = (jumps.length - 1) / 2;
  const jump = (from: number, to: number) => {
    const share = (k: number) => jumps[clamp(k - from, longest)]!;
    let sum = 0;
    for (let k = 1; k <= places; k++) sum += share(k);
    return share(to) / sum;
  };
  const emission = (by: number, t: number) => Math.max(table.get(`${by} ${generated[t]}`) ?? 0, smallest);
  function* from(t: number, place: number): Generator<{ steps: Step[]; probability: number }> {
    if (t === generated.length) {
      yield { steps: [], probability: 1 };
      return;
    }
    for (let to = 0; to <= places; to++) {
      const step = to === 0 ? { place, isNull: true } : { place: to, isNull: false };
      const own = step.isNull
        ? nullProbability * emission(given[places]!, t)
        : (1 - nullProbability) * jump(place, to) * emission(given[to - 1]!, t);
      for (const { steps, probability } of from(t + 1, step.place)) {
        yield { steps: [step, ...steps], probability: own * probability };
      }
    }
  }
  yield* from(0, 0);
}

/** Expected counts of "given generated" and of jumps, the log-likelihood, and the posterior of each given place (0: the empty word) for each generated piece. */
export function expectations(pairs: readonly Pair[], model: HiddenMarkovModel) {
  const longest = (model.jumps.length - 1) / 2;
  const counts = new Map<string, number>();
  const jumps = model.jumps.map(() => 0);
  const posteriors: number[][][] = [];
  let logLikelihood = 0;
  for (const pair of pairs) {
    const [given, generated] = pair;
    const alignments = [...alignmentsOf(pair, model)];
    const sum = alignments.reduce((total, { probability }) => total + probability, 0);
    logLikelihood += Math.log(sum);
    const posterior = generated.map(() => given.map(() => 0));
    for (const { steps, probability } of alignments) {
      const share = probability / sum;
      let before = 0;
      for (const [t, { place, isNull }] of steps.entries()) {
        const by = isNull ? given.at(-1)! : given[place - 1]!;
        const key = `${by} ${generated[t]}`;
        if (model.table.has(key)) counts.set(key, (counts.get(key) ?? 0) + share);
        posterior[t]![isNull ? 0 : place]! += share;
        if (!isNull) jumps[clamp(place - before, longest)]! += share;
        before = place;
      }
    }
    posteriors.push(posterior);
  }
  return { counts, jumps, posteriors, logLikelihood };
}

/** One iteration of EM; every jump counts as if it had been seen once more. */
export function iterate(pairs: readonly Pair[], model: HiddenMarkovModel) {
  const { counts, jumps, logLikelihood } = expectations(pairs, model);
  const totals = new Map<string, number>();
  for (const [key, count] of counts) {
    const given = key.split(" ")[0]!;
    totals.set(given, (totals.get(given) ?? 0) + count);
  }
  const table = new Map([...counts].map(([key, count]) => [key, count / totals.get(key.split(" ")[0]!)!]));
  return { model: { ...model, table, jumps: jumps.map((count) => count + 1) }, logLikelihood };
}
