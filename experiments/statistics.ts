/** Means over seeds, and how sure they are. */

export interface Estimate {
  mean: number;
  /** Standard error of the mean, from the sample's standard deviation; NaN for a single value. */
  standardError: number;
}

export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}

/** `12.34 ± 0.05`, without the error where there is none, and a dash for no values. */
export function formatEstimate(values: readonly number[], digits = 2): string {
  if (values.length === 0) return MISSING;
  const { mean, standardError } = estimate(values);
  const text = formatFixed(mean, digits);
  return Number.isFinite(standardError) ? `${text} ± ${standardError.toFixed(digits)}` : text;
}

/** As `toFixed`, with a minus sign; a dash for no number. */
export function formatFixed(value: number | undefined, digits = 2): string {
  if (value === undefined || !Number.isFinite(value)) return MISSING;
  return value.toFixed(digits).replace("-", "−");
}

/** `+0.52`, `−0.10` */
export function formatDifference(value: number, digits = 2): string {
  return Number.isFinite(value) && value > 0 ? `+${formatFixed(value, digits)}` : formatFixed(value, digits);
}

/** 2.1 M, 0.52 M, 830 */
export function formatMillions(value: number): string {
  if (!Number.isFinite(value)) return MISSING;
  if (value < 10_000) return Math.round(value).toLocaleString("en");
  const millions = value / 1e6;
  return `${millions < 10 ? millions.toFixed(2) : millions.toFixed(1)} M`;
}

export const MISSING = "–";
