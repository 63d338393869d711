/**
 * How numbers are rounded while a score is computed from statistics. sacreBLEU resamples in numpy arrays, so its
 * confidence intervals carry single-precision rounding and its randomization trials hold whole numbers;
 * the same rounding here gives the same digits.
 */
export interface Arithmetic {
  /** A number written back among the statistics. */
  stored(value: number): number;
  /** The result of an operation on statistics. */
  result(value: number): number;
}

/** Plain double precision: every score that is not resampled. */
export const DOUBLE: Arithmetic = { stored: (value) => value, result: (value) => value };

/** numpy float32 arrays: bootstrap resampling. */
export const SINGLE: Arithmetic = { stored: Math.fround, result: Math.fround };

/** numpy int64 arrays: approximate randomization over counts. */
export const WHOLE: Arithmetic = { stored: Math.trunc, result: (value) => value };
