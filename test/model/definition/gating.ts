/** The four gates of Shazeer et al. 2017 with their losses: §2.1 (noisy top-k, softmax), appendix B (hierarchy), appendix F (strict balance). */
import { type DefinedParameters, type Matrix, times } from "./parameters.ts";
import type { Pass, Rows } from "./pass.ts";
import {
  add,
  concat,
  constant,
  divide,
  logSumExp,
  multiply,
  normalCdf,
  pick,
  scale,
  softmax,
  softplus,
  square,
  subtract,
  sum,
  type Vector,
} from "./vector.ts";

export interface GateSettings {
  experts: number;
  used: number;
  groups: number;
  groupsUsed: number;
  importanceWeight: number;
  loadWeight: number;
  zWeight: number;
}

/** By position, weights of experts; those without an entry are not used. */
export type Gates = Map<number, Vector>[];

interface Decision {
  gates: Gates;
  /** Weighted; none in evaluation. */
  loss?: Vector;
}

export type Gate = (
  parameters: DefinedParameters,
  name: string,
  x: Rows,
  settings: GateSettings,
  pass: Pass,
) => Decision;

const total = (scalars: readonly Vector[]): Vector => sum(concat(scalars));

/** CV² = population variance / (mean² + 1e-10) → [1] */
function squaredVariation(values: Vector): Vector {
  const mean = scale(sum(values), 1 / values.size);
  const variance = scale(sum(square(subtract(values, mean))), 1 / values.size);
  return divide(variance, add(square(mean), constant([1e-10])));
}

/** Mean over positions of log²Σ exp (Zoph et al. 2022) → [1] */
function zLoss(logits: Rows): Vector {
  return scale(total(logits.map((row) => square(logSumExp(row)))), 1 / logits.length);
}

/** Importance: the sum of each expert's weights → [experts] */
function importance(gates: Gates, experts: number): Vector {
  return concat(
    Array.from({ length: experts }, (_, expert) =>
      total([constant([0]), ...gates.flatMap((row) => row.get(expert) ?? [])]),
    ),
  );
}

/** The places of the largest values, largest first; of equal ones the earlier first. */
function largest(values: ArrayLike<number>, count: number): number[] {
  const places = Array.from({ length: values.length }, (_, i) => i);
  return places.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/** A softmax over a row's k largest logits. */
function topK(logits: Vector, k: number): Map<number, Vector> {
  const chosen = largest(logits.value, k);
  const weights = softmax(pick(logits, chosen));
  return new Map(chosen.map((expert, i) => [expert, pick(weights, [i])]));
}

interface NoisyRow {
  clean: Vector;
  /** σ = softplus(x Wnoise) + 0.01 */
  deviation: Vector;
  /** clean + ε ∘ σ */
  noisy: Vector;
}

function withNoise(x: Vector, weights: Matrix, noiseWeights: Matrix, noise: Float64Array): NoisyRow {
  const clean = times(x, weights);
  const deviation = add(softplus(times(x, noiseWeights)), constant([0.01]));
  return { clean, deviation, noisy: add(clean, multiply(constant(noise), deviation)) };
}

/** Load: Σ over positions of Φ((clean_i − k-th largest of the other noisy logits) / σ_i); with k = n a count. → [experts] */
function load(rows: readonly NoisyRow[], k: number, experts: number): Vector {
  if (k === experts) return constant(new Array(experts).fill(rows.length));
  const ofExpert = (expert: number) =>
    rows.map(({ clean, deviation, noisy }) => {
      const kth = largest(noisy.value, experts).filter((other) => other !== expert)[k - 1]!;
      return normalCdf(divide(subtract(pick(clean, [expert]), pick(noisy, [kth])), pick(deviation, [expert])));
    });
  return concat(Array.from({ length: experts }, (_, expert) => total([constant([0]), ...ofExpert(expert)])));
}

const noisyTopK: Gate = (parameters, name, x, settings, pass) => {
  const { experts, used: k } = settings;
  const weights = parameters.matrix(`${name}.weights`);
  if (!pass.training) return { gates: x.map((row) => topK(times(row, weights), k)) };
  const noise = pass.normal(x.length, experts);
  const noiseWeights = parameters.matrix(`${name}.noise_weights`);
  const rows = x.map((row, i) => withNoise(row, weights, noiseWeights, noise[i]!));
  const gates = rows.map(({ noisy }) => topK(noisy, k));
  const loss = total([
    scale(squaredVariation(importance(gates, experts)), settings.importanceWeight),
    scale(squaredVariation(load(rows, k, experts)), settings.loadWeight),
    scale(zLoss(rows.map(({ clean }) => clean)), settings.zWeight),
  ]);
  return { gates, loss };
};

/** Noise of the groups' gates goes to (group, position) pairs, group by group, positions in order. */
const hierarchical: Gate = (parameters, name, x, settings, pass) => {
  const { experts, used: k, groups, groupsUsed } = settings;
  const size = experts / groups;
  const primaryWeights = parameters.matrix(`${name}.primary_weights`);
  const primaryNoise = pass.training ? pass.normal(x.length, groups) : undefined;
  const primary = x.map((row, i) =>
    withNoise(
      row,
      primaryWeights,
      parameters.matrix(`${name}.primary_noise_weights`),
      primaryNoise?.[i] ?? new Float64Array(groups),
    ),
  );
  const groupGates = primary.map(({ noisy }) => topK(noisy, groupsUsed));
  const noise = pass.training ? pass.normal(x.length * groupsUsed, size) : undefined;
  const gates: Gates = x.map(() => new Map());
  const clean: Vector[] = [];
  const loads: Vector[] = [];
  const primaryLoad = load(primary, groupsUsed, groups);
  for (let group = 0; group < groups; group++) {
    const weights = parameters.matrixOf(`${name}.weights`, group);
    const noiseWeights = parameters.matrixOf(`${name}.noise_weights`, group);
    const members = [...x.keys()].filter((position) => groupGates[position]!.has(group));
    const rows = members.map((position, i) =>
      withNoise(x[position]!, weights, noiseWeights, noise?.[clean.length + i] ?? new Float64Array(size)),
    );
    members.forEach((position, i) => {
      for (const [expert, gate] of topK(rows[i]!.noisy, k)) {
        gates[position]!.set(group * size + expert, multiply(groupGates[position]!.get(group)!, gate));
      }
    });
    clean.push(...rows.map((row) => row.clean));
    // Load_H_ij = Load_p_i · Load_i_j / |X⁽ⁱ⁾|
    loads.push(scale(multiply(load(rows, k, size), pick(primaryLoad, [group])), 1 / Math.max(members.length, 1)));
  }
  if (!pass.training) return { gates };
  const loss = total([
    scale(squaredVariation(importance(gates, experts)), settings.importanceWeight),
    scale(squaredVariation(concat(loads)), settings.loadWeight),
    scale(zLoss(primary.map((row) => row.clean)), settings.zWeight),
    scale(zLoss(clean), settings.zWeight),
  ]);
  return { gates, loss };
};

/** In training each expert takes its m = k · positions / n largest shares, elsewhere those above its threshold. */
const strictlyBalanced: Gate = (parameters, name, x, settings, pass) => {
  const { experts, used: k } = settings;
  const logits = x.map((row) => times(row, parameters.matrix(`${name}.weights`)));
  const shares = logits.map(softmax);
  const thresholds = parameters.vector(`${name}.thresholds`);
  const above = shares.map(({ value }) => value.map((share, i) => (share > thresholds.value[i]! ? 1 : 0)));
  const taken = x.map(() => new Float64Array(experts));
  for (let expert = 0; expert < experts; expert++) {
    // The remainder of k · positions / n goes to the first experts.
    const m = Math.floor((k * x.length + experts - 1 - expert) / experts);
    const column = shares.map(({ value }) => value[expert]!);
    for (const position of largest(column, m)) taken[position]![expert] = 1;
  }
  const mask = pass.training ? taken : above;
  const gates = shares.map((row, position) => {
    const chosen = [...row.value.keys()].filter((expert) => mask[position]![expert] === 1);
    const sumOfChosen = sum(pick(row, chosen));
    return new Map(chosen.map((expert) => [expert, divide(pick(row, [expert]), sumOfChosen)]));
  });
  if (!pass.training) return { gates };
  // L_batchwise = Σ (M_threshold − M_batchwise) (share − T) / positions; its gradient is the thresholds' alone.
  const batchwise = shares.map(({ value }, position) => {
    const difference = value.map((_, expert) => above[position]![expert]! - taken[position]![expert]!);
    return sum(multiply(constant(difference), subtract(constant(value), thresholds)));
  });
  const loss = total([scale(total(batchwise), 1 / x.length), scale(zLoss(logits), settings.zWeight)]);
  return { gates, loss };
};

const dense: Gate = (parameters, name, x, settings, pass) => {
  const logits = x.map((row) => times(row, parameters.matrix(`${name}.weights`)));
  const gates = logits.map((row) => topK(row, settings.experts));
  if (!pass.training) return { gates };
  const loss = total([
    scale(squaredVariation(importance(gates, settings.experts)), settings.importanceWeight),
    scale(zLoss(logits), settings.zWeight),
  ]);
  return { gates, loss };
};

export const definedGates = {
  noisy_top_k: noisyTopK,
  hierarchical,
  strictly_balanced: strictlyBalanced,
  dense,
} as const;
