/** A line chart as an SVG file of its own, for pages in Markdown: title, axes, series and legend, in light and dark. */
import { Markup, markup } from "../markup.ts";
import { formatNumber, formatWhole } from "../numbers.ts";
import { linearAxis, logarithmicAxis } from "./axis.ts";
import { type Point, thin } from "./line-chart.ts";

export interface ChartSeries {
  name: string;
  /** Ascending x; points that are not finite, or not above 0 on a logarithmic axis, are left out. */
  points: readonly Point[];
  /** A level to compare with, rather than a curve. */
  isReference?: boolean;
}

export interface Chart {
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly ChartSeries[];
  xScale?: "linear" | "logarithmic";
  yScale?: "linear" | "logarithmic";
  /** Where the x axis has its ticks, instead of round numbers. */
  xTicks?: readonly number[];
}

const WIDTH = 760;
const PLOT = { left: 64, right: 740, top: 62, bottom: 340 };
const LEGEND_LINE = 20;
const LEGEND_COLUMNS = 3;
const MAX_POINTS = 400;
const COLOURS = ["#2a78d6", "#d9652b", "#158a61", "#7a4fc4", "#b98300", "#cf3f6e", "#0c8f9c", "#6b6f76"];

const style = `
text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #5f5e5a; }
.title { font-size: 15px; font-weight: 600; fill: #1a1a19; }
.paper { fill: #fcfcfb; } .grid { stroke: #e4e3df; } .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.reference { stroke-dasharray: 6 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #a9a7a0; } .title { fill: #efeeea; } .paper { fill: #171716; } .grid { stroke: #373633; }
}`;

/** The file's text, or undefined where no series has a point to show. */
export function svgChart(chart: Chart): string | undefined {
  const { xScale = "linear", yScale = "linear" } = chart;
  const isShown = ({ x, y }: Point) =>
    Number.isFinite(x) && Number.isFinite(y) && (xScale === "linear" || x > 0) && (yScale === "linear" || y > 0);
  const series = chart.series
    .map((each, i) => ({ ...each, colour: COLOURS[i % COLOURS.length]!, points: each.points.filter(isShown) }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  const all = series.flatMap(({ points }) => points);
  const [left, right] = extent(all.map(({ x }) => x));
  const [low, high] = extent(all.map(({ y }) => y));
  const vertical = yScale === "linear" ? linearAxis(low, high, 6) : logarithmicAxis(low, high, 6);
  const toX = position(xScale, left, right);
  const toY = (y: number) => PLOT.bottom - vertical.position(y) * (PLOT.bottom - PLOT.top);
  const ticks = chart.xTicks ?? linearAxis(left, right, 6).ticks.filter((tick) => tick >= left && tick <= right);
  const height = PLOT.bottom + 56 + LEGEND_LINE * Math.ceil(series.length / LEGEND_COLUMNS);
  const place = ({ x, y }: Point) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`;
  const dots = (points: readonly Point[], colour: string): Markup[] =>
    points.length > 30
      ? []
      : points.map(
          ({ x, y }) => markup`<circle cx="${toX(x).toFixed(1)}" cy="${toY(y).toFixed(1)}" r="3" fill="${colour}"/>`,
        );
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${chart.title}">
<style>${new Markup(style)}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="title" x="16" y="24">${chart.title}</text>
<text x="16" y="42">${chart.yLabel}</text>
${vertical.ticks.map(
  (
    tick,
  ) => markup`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${toY(tick).toFixed(1)}" y2="${toY(tick).toFixed(1)}"/><text text-anchor="end" x="${PLOT.left - 8}" y="${(toY(tick) + 4).toFixed(1)}">${formatNumber(tick)}</text>
`,
)}${ticks.map(
  (
    tick,
  ) => markup`<text text-anchor="middle" x="${toX(tick).toFixed(1)}" y="${PLOT.bottom + 18}">${formatWhole(tick)}</text>
`,
)}<text text-anchor="middle" x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 38}">${chart.xLabel}</text>
${series.map(
  ({
    colour,
    points,
    isReference = false,
  }) => markup`<polyline class="line${isReference && " reference"}" stroke="${colour}" points="${thin(points, MAX_POINTS).map(place).join(" ")}"/>${!isReference && dots(points, colour)}
`,
)}${series.map(({ name, colour, points, isReference = false }, i) => {
  const x = PLOT.left + (i % LEGEND_COLUMNS) * 228;
  const y = PLOT.bottom + 62 + LEGEND_LINE * Math.floor(i / LEGEND_COLUMNS);
  return markup`<line class="line${isReference && " reference"}" stroke="${colour}" x1="${x}" x2="${x + 22}" y1="${y - 4}" y2="${y - 4}"/><text x="${x + 28}" y="${y}">${name}: ${formatNumber(points.at(-1)!.y)}</text>
`;
})}</svg>
`.text;
}

/** From the plot's left edge to its right one; a single x stands in the middle. */
function position(scale: "linear" | "logarithmic", left: number, right: number): (x: number) => number {
  const of = scale === "linear" ? (x: number) => x : Math.log;
  if (right === left) return () => (PLOT.left + PLOT.right) / 2;
  const inner = { left: PLOT.left + 14, right: PLOT.right - 14 };
  return (x) => inner.left + ((of(x) - of(left)) / (of(right) - of(left))) * (inner.right - inner.left);
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
