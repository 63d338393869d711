/** Bootstrap resampling (Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation"). */
import { type Arithmetic, DOUBLE, SINGLE } from "./arithmetic.ts";
import type { CorpusStatistics, Metric } from "./metric.ts";
import { Pcg64 } from "./pcg64.ts";
import type { Confidence } from "./score.ts";

/** sacreBLEU's own seed. */
export const DEFAULT_SEED = 12345;

/** How many resamples of the segments, and which. */
export interface BootstrapOptions {
  /** Resamples; default 1000. */
  samples?: number;
  /** Default 12345, sacreBLEU's. */
  seed?: number;
}

/** Fills in defaults. */
export function resolveBootstrap({
  samples = 1000,
  seed = DEFAULT_SEED,
}: BootstrapOptions): Required<BootstrapOptions> {
  return { samples, seed };
}

/** Segment numbers of every resample, drawn with replacement: [samples, segments]. */
export function drawResamples(random: Pcg64, samples: number, segments: number): Uint32Array {
  return random.integers(segments, samples * segments);
}

/** The score of each resample: [samples]. Sums are single precision, added in the order of drawing, as numpy does. */
export function resampledScores(metric: Metric, { rows, segments, width }: CorpusStatistics, draws: Uint32Array) {
  const sums = new Float32Array(width);
  const statistics = new Float64Array(width);
  const scores = new Float64Array(draws.length / segments);
  for (let sample = 0; sample < scores.length; sample++) {
    sums.fill(0);
    for (let i = sample * segments; i < (sample + 1) * segments; i++) {
      const row = draws[i]! * width;
      for (let k = 0; k < width; k++) sums[k]! += Math.fround(rows[row + k]!);
    }
    statistics.set(sums);
    scores[sample] = metric.valueOf(statistics, SINGLE);
  }
  return scores;
}

/** Mean and half-width of the middle 95 % of one system's resampled scores. */
export function bootstrapConfidence(
  metric: Metric,
  statistics: CorpusStatistics,
  { samples, seed }: Required<BootstrapOptions>,
): Confidence {
  const draws = drawResamples(new Pcg64(seed), samples, statistics.segments);
  const sorted = resampledScores(metric, statistics, draws).sort();
  const { result } = resultArithmetic(metric);
  return { mean: result(exactMean(sorted)), halfWidth: middleHalfWidth(sorted, result) };
}

/** The precision in which numpy goes on with a metric's resampled scores. */
export function resultArithmetic(metric: Metric): Arithmetic {
  return metric.resultInDouble ? DOUBLE : SINGLE;
}

/** Half the distance between the scores 1/40 from either end. */
export function middleHalfWidth(sorted: Float64Array, result: Arithmetic["result"]): number {
  const cut = Math.floor(sorted.length / 40);
  return 0.5 * result(sorted[sorted.length - cut - 1]! - sorted[cut]!);
}

/** The mean with the sum's rounding errors carried along (Neumaier 1974). */
function exactMean(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return (sum + lost) / values.length;
}
