/** Numbers as pages show them: few digits, the same everywhere. */
import { formatCount } from "../base/progress.ts";

const THIN_SPACE = "\u202f";

/** 5.0e−5, 0.0007, 0.123, 4.56, 12.3, 9,870, 12.3k: three significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 10_000) return (value < 0 ? "−" : "") + formatCount(size);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size > 0 && size < 1e-4) return value.toExponential(1).replaceAll("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** 12.3 %, 0.06 % */
export function formatShare(share: number): string {
  return Number.isFinite(share) ? `${formatNumber(share * 100)}${THIN_SPACE}%` : "–";
}

/** 1.8× */
export function formatRatio(ratio: number): string {
  return `${formatNumber(ratio)}×`;
}

/** Whole numbers in full: 12,345. */
export function formatWhole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
