/** Source of truth: ticks and places computed by hand; the rule that thinning keeps peaks. */
import { describe, expect, it } from "vitest";
import { linearAxis, logarithmicAxis } from "../../../src/report/charts/axis.ts";
import { lineChart, thin } from "../../../src/report/charts/line-chart.ts";

describe("axes", () => {
  it("linear ticks are round and enclose the values", () => {
    expect(linearAxis(0, 10, 5).ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(linearAxis(0.12, 0.31, 4).ticks).toEqual([0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
    expect(linearAxis(-3, 7, 5).ticks).toEqual([-4, -2, 0, 2, 4, 6, 8]);
    expect(linearAxis(0, 10, 5).position(2.5)).toBeCloseTo(0.25);
  });

  it("logarithmic ticks too", () => {
    expect(logarithmicAxis(1, 1000, 4).ticks).toEqual([1, 3, 10, 30, 100, 300, 1000].filter((_, i) => i % 2 === 0));
    expect(logarithmicAxis(7, 700, 6).ticks).toEqual([5, 10, 20, 50, 100, 200, 500, 1000]);
    expect(logarithmicAxis(10, 1000, 4).position(100)).toBeCloseTo(0.5);
  });

  it("a single value gets an axis as well", () => {
    for (const value of [0, 3.3, -2, 1e-9]) {
      const { ticks, position } = linearAxis(value, value, 5);
      expect(position(value)).toBeGreaterThanOrEqual(0);
      expect(position(value)).toBeLessThanOrEqual(1);
      expect(ticks.length).toBeGreaterThan(1);
    }
    const { ticks } = logarithmicAxis(5, 5, 5);
    expect(ticks[0]!).toBeLessThanOrEqual(5);
    expect(ticks.at(-1)!).toBeGreaterThanOrEqual(5);
    expect(ticks.length).toBeGreaterThan(1);
  });
});

describe("thin", () => {
  it("keeps ends and peaks", () => {
    const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x === 5001 ? 99 : Math.sin(x / 500) }));
    const kept = thin(points, 500);
    expect(kept.length).toBeLessThanOrEqual(502);
    expect(kept).toContainEqual({ x: 5001, y: 99 });
    expect([kept[0]!.x, kept.at(-1)!.x]).toEqual([0, 9999]);
    expect(kept.every(({ x }, i) => i === 0 || x > kept[i - 1]!.x)).toBe(true);
    expect(thin(points.slice(0, 500), 500)).toHaveLength(500);
  });
});

describe("lineChart", () => {
  const options = { title: "Loss", note: "" };

  it("has higher values higher up and later steps further right, up to the axis' ends", () => {
    const points = [0, 5, 10].map((y) => ({ x: 10 * y, y }));
    const { text } = lineChart({ ...options, series: [{ name: "a", points }] })!;
    const places = /<polyline[^>]* points="([^"]*)"/
      .exec(text)![1]!
      .split(" ")
      .map((place) => place.split(",").map(Number));
    // The plot of 520 × 230 has margins of 52, 12, 8 and 26 left, right, above and below.
    expect(places).toEqual([
      [52, 204],
      [280, 106],
      [508, 8],
    ]);
  });

  it("shows values below 1 on a logarithmic axis, equal ratios at equal distances", () => {
    const points = [0.01, 0.1, 1, 10].map((y, x) => ({ x, y }));
    const { text } = lineChart({ ...options, scale: "logarithmic", series: [{ name: "a", points }] })!;
    const places = /<polyline[^>]* points="([^"]*)"/
      .exec(text)![1]!
      .split(" ")
      .map((place) => Number(place.split(",")[1]));
    expect(places).toEqual([204, 138.7, 73.3, 8]);
  });

  it("leaves out what cannot be shown, and is nothing without a point", () => {
    expect(lineChart({ ...options, series: [] })).toBeUndefined();
    expect(lineChart({ ...options, series: [{ name: "a", points: [{ x: 1, y: Number.NaN }] }] })).toBeUndefined();
    expect(
      lineChart({ ...options, scale: "logarithmic", series: [{ name: "a", points: [{ x: 1, y: 0 }] }] }),
    ).toBeUndefined();
    const points = [1, Number.POSITIVE_INFINITY, 3].map((y, x) => ({ x, y }));
    const { text } = lineChart({ ...options, series: [{ name: "a", points }] })!;
    expect(/<polyline[^>]* points="([^"]*)"/.exec(text)![1]!.split(" ")).toHaveLength(2);
    expect(text).not.toMatch(/NaN|Infinity/);
  });

  it("one point is a dot; names are escaped; a legend comes with a second series", () => {
    const one = lineChart({ ...options, series: [{ name: "<a>", points: [{ x: 10, y: 2 }] }] })!.text;
    expect(one).toContain("<circle");
    expect(one).not.toContain("<a>");
    expect(one).not.toContain("legend");
    const points = [
      { x: 1, y: 1 },
      { x: 2, y: 4 },
    ];
    expect(
      lineChart({
        ...options,
        series: [
          { name: "a", points },
          { name: "b", points },
        ],
      })!.text,
    ).toContain("legend");
  });
});
