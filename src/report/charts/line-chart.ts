/** A line chart as inline SVG: a few series over the training step. Colours come from the page's style. */

import { type Markup, markup } from "../markup.ts";
import { formatNumber, formatWhole } from "../numbers.ts";
import { linearAxis, logarithmicAxis } from "./axis.ts";

export interface Point {
  x: number;
  y: number;
}

export interface Series {
  name: string;
  /** Ascending x; points that are not finite are left out. */
  points: readonly Point[];
  /** Marks each point, for series of few. */
  isSparse?: boolean;
}

export interface LineChartOptions {
  title: string;
  /** What the values are, under the title. */
  note: string;
  series: readonly Series[];
  scale?: "linear" | "logarithmic";
  /** Lowest value that the axis shows, where that is fixed. */
  least?: number;
  format?: (value: number) => string;
  /** Last step of the axis; that of the last point unless given. */
  lastStep?: number;
}

/** View box units, which are CSS pixels at the width of a column. */
const WIDTH = 520;
const HEIGHT = 230;
const MARGIN = { left: 52, right: 12, top: 8, bottom: 26 };
/** Points that a line of this width can show. */
const MAX_POINTS = 500;
/** Colours of the page's style. */
const COLOURS = 8;

/** A `figure`, or undefined where no series has a point to show. */
export function lineChart(options: LineChartOptions): Markup | undefined {
  const { title, note, scale = "linear", format = formatNumber } = options;
  const isShown = ({ x, y }: Point) => Number.isFinite(x) && Number.isFinite(y) && (scale === "linear" || y > 0);
  const series = options.series
    .map((each, colour) => ({ ...each, colour: (colour % COLOURS) + 1, points: each.points.filter(isShown) }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  const all = series.flatMap(({ points }) => points);
  const [left, lastPoint] = range(all.map(({ x }) => x));
  const right = Math.max(lastPoint, options.lastStep ?? lastPoint);
  const [low, high] = range(all.map(({ y }) => y));
  const horizontal = linearAxis(Math.min(0, left), right, 6);
  const vertical =
    scale === "linear" ? linearAxis(Math.min(low, options.least ?? low), high, 5) : logarithmicAxis(low, high, 5);
  // The plot ends at the last step, not at the next round number, which may be far.
  const end = horizontal.position(Math.max(right, left + 1));
  const toX = (x: number) => MARGIN.left + (horizontal.position(x) / end) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (y: number) => HEIGHT - MARGIN.bottom - vertical.position(y) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const place = ({ x, y }: Point) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`;
  const stepTicks = horizontal.ticks.filter((tick) => horizontal.position(tick) <= end * 1.001);
  const last = series.map(({ name, points }) => `${name} ${format(points.at(-1)!.y)}`).join(", ");
  const data = series.map(({ name, colour, points }) => {
    const shown = thin(points, MAX_POINTS);
    return {
      name,
      colour,
      at: shown.map((point) => [
        point.x,
        Number(toX(point.x).toFixed(1)),
        Number(toY(point.y).toFixed(1)),
        format(point.y),
      ]),
    };
  });
  return markup`<figure class="chart">
<figcaption><b>${title}</b> <span class="note">${note}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title} by step; last: ${last}`}" data-chart="${JSON.stringify(data)}">
${vertical.ticks.map((tick) => markup`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${toY(tick).toFixed(1)}" y2="${toY(tick).toFixed(1)}"/><text class="tick" text-anchor="end" x="${MARGIN.left - 7}" y="${(toY(tick) + 4).toFixed(1)}">${format(tick)}</text>`)}
${stepTicks.map((tick) => markup`<text class="tick" text-anchor="${tick === 0 ? "start" : "middle"}" x="${toX(tick).toFixed(1)}" y="${HEIGHT - 8}">${formatWhole(tick)}</text>`)}
${series.map(({ colour, points, isSparse }) => markup`<polyline class="line c${colour}" points="${thin(points, MAX_POINTS).map(place).join(" ")}"/>${(isSparse === true || points.length === 1) && points.length <= 60 && points.map((point) => markup`<circle class="dot c${colour}" cx="${toX(point.x).toFixed(1)}" cy="${toY(point.y).toFixed(1)}" r="3"/>`)}`)}
</svg>
${series.length > 1 && markup`<ul class="legend">${series.map(({ name, colour }) => markup`<li><i class="c${colour}"></i>${name}</li>`)}</ul>`}
</figure>`;
}

/** At most about `count` points that keep every peak: of each stretch the lowest and the highest. */
export function thin(points: readonly Point[], count: number): readonly Point[] {
  if (points.length <= count) return points;
  const stretches = Math.max(1, Math.floor((count - 2) / 2));
  const kept = new Set([0, points.length - 1]);
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * points.length) / stretches);
    const to = Math.floor(((i + 1) * points.length) / stretches);
    let [lowest, highest] = [from, from];
    for (let at = from; at < to; at++) {
      if (points[at]!.y < points[lowest]!.y) lowest = at;
      if (points[at]!.y > points[highest]!.y) highest = at;
    }
    kept.add(lowest).add(highest);
  }
  return [...kept].sort((a, b) => a - b).map((at) => points[at]!);
}

function range(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
