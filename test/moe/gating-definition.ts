/** Gates and their losses in double precision, after Shazeer et al. 2017, §2.1, §4 and appendices A, B and F, as dense matrices: what `src/moe` must equal. */

export interface DenseDecision {
  /** [positions · experts] 0 where an expert is not used */
  gates: Float64Array;
  loss: number;
}

export interface LossWeights {
  importanceLossWeight: number;
  loadLossWeight: number;
  routerZLossWeight: number;
}

type Rows = number[][];

/** x [rows, width] · weights [width, columns], as rows. */
function product(x: Float64Array, weights: Float64Array, width: number): Rows {
  const columns = weights.length / width;
  return Array.from({ length: x.length / width }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += x[row * width + i]! * weights[i * columns + column]!;
      return sum;
    }),
  );
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

export function softmax(row: readonly number[]): number[] {
  const most = Math.max(...row);
  const exponentials = row.map((value) => Math.exp(value - most));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

/** CV² = population variance / (mean² + 1e-10). */
function squaredVariation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length / (mean * mean + 1e-10);
}

/** Mean over rows of log²Σ exp(logits). */
function zLoss(logits: Rows): number {
  return sum(logits.map((row) => Math.log(sum(row.map(Math.exp))) ** 2)) / logits.length;
}

/** The columns of the k largest, best first; of equal ones the lower first. */
function largest(row: readonly number[], k: number): number[] {
  return [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k);
}

/** Softmax over the k largest, 0 elsewhere. */
export function topK(row: readonly number[], k: number): number[] {
  const chosen = largest(row, k);
  const weights = softmax(chosen.map((column) => row[column]!));
  return row.map((_, column) => (chosen.includes(column) ? weights[chosen.indexOf(column)]! : 0));
}

/** Error function by its everywhere positive series. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

interface NoisyRows {
  clean: Rows;
  scale: Rows;
  noisy: Rows;
}

export function withNoise(clean: Rows, noiseInput: Rows, noise: Float32Array): NoisyRows {
  const scale = noiseInput.map((row) => row.map((value) => Math.log1p(Math.exp(value)) + 0.01));
  const width = clean[0]?.length ?? 0;
  const noisy = clean.map((row, i) => row.map((value, j) => value + noise[i * width + j]! * scale[i]![j]!));
  return { clean, scale, noisy };
}

/** Load [experts]: Σ over rows of Φ((clean − kth_excluding(noisy, k, i)) / scale), or a plain count when k is all. */
export function load({ clean, scale, noisy }: NoisyRows, k: number, experts: number): number[] {
  return Array.from({ length: experts }, (_, expert) =>
    sum(
      noisy.map((row, i) => {
        if (k >= experts) return 1;
        const others = row.filter((_, j) => j !== expert).sort((a, b) => b - a);
        return 0.5 * (1 + erf((clean[i]![expert]! - others[k - 1]!) / scale[i]![expert]! / Math.SQRT2));
      }),
    ),
  );
}

const columnSums = (rows: Rows): number[] => rows[0]!.map((_, column) => sum(rows.map((row) => row[column]!)));

/** x [positions, width], Wg and Wnoise [width, experts], noise [positions · experts]. */
export function noisyTopK(
  [x, weights, noiseWeights]: [Float64Array, Float64Array, Float64Array],
  width: number,
  k: number,
  noise: Float32Array,
  losses: LossWeights,
): DenseDecision {
  const logits = withNoise(product(x, weights, width), product(x, noiseWeights, width), noise);
  const gates = logits.noisy.map((row) => topK(row, k));
  const loss =
    losses.importanceLossWeight * squaredVariation(columnSums(gates)) +
    losses.loadLossWeight * squaredVariation(load(logits, k, weights.length / width)) +
    losses.routerZLossWeight * zLoss(logits.clean);
  return { gates: Float64Array.from(gates.flat()), loss };
}

/**
 * x [positions, width]; primary Wg and Wnoise [width, groups]; Wg and Wnoise [groups, width, experts of a group].
 * Noise of the second level is [(position, group) pairs · experts of a group], pairs sorted by group, then by position.
 */
export function hierarchical(
  [x, primaryWeights, primaryNoiseWeights, weights, noiseWeights]: [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ],
  size: { width: number; groups: number; groupsUsed: number; expertsUsed: number },
  noise: { primary: Float32Array; secondary: Float32Array },
  losses: LossWeights,
): DenseDecision {
  const { width, groups, groupsUsed, expertsUsed } = size;
  const positions = x.length / width;
  const groupSize = weights.length / groups / width;
  const primary = withNoise(product(x, primaryWeights, width), product(x, primaryNoiseWeights, width), noise.primary);
  const groupGates = primary.noisy.map((row) => topK(row, groupsUsed));
  const primaryLoad = load(primary, groupsUsed, groups);
  const gates = Array.from({ length: positions }, () => new Array<number>(groups * groupSize).fill(0));
  const loads: number[] = [];
  const secondClean: Rows = [];
  let pair = 0;
  for (let group = 0; group < groups; group++) {
    const members = [...gates.keys()].filter((position) => groupGates[position]![group]! > 0);
    const rows = Float64Array.from(members.flatMap((p) => [...x.subarray(p * width, (p + 1) * width)]));
    const own = (values: Float64Array) => values.subarray(group * width * groupSize, (group + 1) * width * groupSize);
    const ownNoise = noise.secondary.subarray(pair * groupSize, (pair + members.length) * groupSize);
    pair += members.length;
    const logits = withNoise(product(rows, own(weights), width), product(rows, own(noiseWeights), width), ownNoise);
    members.forEach((position, i) => {
      topK(logits.noisy[i]!, expertsUsed).forEach((gate, expert) => {
        gates[position]![group * groupSize + expert] = groupGates[position]![group]! * gate;
      });
    });
    secondClean.push(...logits.clean);
    for (const value of load(logits, expertsUsed, groupSize)) {
      loads.push(members.length === 0 ? 0 : (primaryLoad[group]! * value) / members.length);
    }
  }
  const loss =
    losses.importanceLossWeight * squaredVariation(columnSums(gates)) +
    losses.loadLossWeight * squaredVariation(loads) +
    losses.routerZLossWeight * (zLoss(primary.clean) + zLoss(secondClean));
  return { gates: Float64Array.from(gates.flat()), loss };
}

/** x [positions, width], Wg [width, experts]: each expert takes the m = k · positions / experts that value it most. */
export function strictlyBalanced(
  [x, weights]: [Float64Array, Float64Array],
  width: number,
  m: readonly number[],
): Float64Array {
  const shares = product(x, weights, width).map(softmax);
  const taken = m.map(
    (count, expert) =>
      new Set(
        largest(
          shares.map((row) => row[expert]!),
          count,
        ),
      ),
  );
  const masked = shares.map((row, position) => row.map((share, e) => (taken[e]!.has(position) ? share : 0)));
  return Float64Array.from(masked.flatMap((row) => row.map((share) => (share === 0 ? 0 : share / sum(row)))));
}

/** x [positions, width], Wg [width, experts]: softmax over all experts. */
export function dense([x, weights]: [Float64Array, Float64Array], width: number, losses: LossWeights): DenseDecision {
  const logits = product(x, weights, width);
  const gates = logits.map(softmax);
  const loss =
    losses.importanceLossWeight * squaredVariation(columnSums(gates)) + losses.routerZLossWeight * zLoss(logits);
  return { gates: Float64Array.from(gates.flat()), loss };
}
