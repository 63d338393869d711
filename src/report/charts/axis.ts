/** Where an axis has its ticks, and where a value lies on it. */

export interface Axis {
  /** Round numbers, ascending. */
  ticks: number[];
  /** 0 at the axis' start, 1 at its end. */
  position(value: number): number;
}

/** From just below `low` to just above `high`, in about `count` steps of 1, 2 or 5 times a power of ten. */
export function linearAxis(low: number, high: number, count: number): Axis {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // Twelve digits: 3 · 0.1 is 0.3 and not 0.30000000000000004.
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return between(ticks, (value) => value);
}

/** From just below `low` to just above `high`, both above 0: ticks at 1, 2 and 5 times powers of ten, or at those powers alone. */
export function logarithmicAxis(low: number, high: number, count: number): Axis {
  for (const factors of [[1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 5], [1, 3], [1]]) {
    const ticks = logarithmicTicks(low, high, factors);
    if (ticks.length <= count + 2 || factors.length === 1) return between(ticks, Math.log);
  }
  throw new RangeError("no ticks");
}

function logarithmicTicks(low: number, high: number, factors: readonly number[]): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++) {
    for (const factor of factors) all.push(Number((factor * 10 ** power).toPrecision(6)));
  }
  const first = all.findLastIndex((tick) => tick <= low * 1.0001);
  const last = all.findIndex((tick, i) => i > first && tick >= high * 0.9999);
  return all.slice(first, last + 1);
}

function between(ticks: number[], scale: (value: number) => number): Axis {
  const [from, to] = [scale(ticks[0]!), scale(ticks.at(-1)!)];
  return { ticks, position: (value) => (scale(value) - from) / (to - from) };
}
