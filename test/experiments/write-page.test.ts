// Source of truth: the page as the results by hand make it; text that people wrote around it stays.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { open } from "../../experiments/balance.ts";
import { open as openCapacity } from "../../experiments/capacity.ts";
import type { ResultOf } from "../../experiments/experiment.ts";
import { writePage } from "../../experiments/write-page.ts";
import { svgChart } from "../../src/report/charts/svg-chart.ts";
import { resultOfPlan } from "./result.ts";

const folder = () => mkdtempSync(join(tmpdir(), "nmt-page-"));
const someRows: ResultOf = (plan) =>
  plan.row === "importance-0-load-0" ? resultOfPlan(plan, { translations: ["secret"] }) : undefined;

describe("writePage", () => {
  test("writes table, charts and figures, and names the runs that are missing", async () => {
    const out = folder();
    const path = await writePage(open(["--out", out, "--experts", "64"]), someRows, "npm run experiment -- balance");
    const page = readFileSync(path, "utf8");
    expect(page).toContain("| 0 | 0 | 55.00 | 0.50 | 0.25 | 1.50 | 16 | 0.75 | 0.50 | 0.25 | 1.50 |");
    expect(page).toContain("| 1 | 1 | – | – | – | – | – | – | – | – |");
    expect(page).toMatch(/Not run yet: importance-0\.2-load-0 \(seed 1\), .*strictly-balanced \(seed 1\)\./);
    expect(page).toContain("the last 20 steps to step 40");
    expect(page).toContain("2026-01-02. Some CPU, 8 GiB.");
    expect(page).toContain("hidden_size: 128");
    expect(page).toContain("- importance-1-load-1: `importance_loss_weight: 1` `load_loss_weight: 1`");
    for (const file of ["balance-perplexity.svg", "balance-load.svg"]) {
      expect(page).toContain(`](${file})`);
      expect(readFileSync(join(out, file), "utf8")).toContain("0 / 0: ");
    }
    const figures = JSON.parse(readFileSync(join(out, "balance.json"), "utf8")) as Record<string, unknown>[];
    expect(figures).toHaveLength(1);
    expect(figures[0]).toMatchObject({ row: "importance-0-load-0", testPerplexity: 55 });
    expect(figures[0]).not.toHaveProperty("translations");
  });

  test("replaces results alone, and leaves no charts without points", async () => {
    const out = folder();
    const experiment = open(["--out", out, "--name", "mine"]);
    const path = await writePage(experiment, someRows, "one");
    writeFileSync(path, readFileSync(path, "utf8").replace("<!-- results:begin -->", "By hand.\n\n$&"));
    await writePage(experiment, () => undefined, "two");
    const page = readFileSync(path, "utf8");
    expect(page).toContain("By hand.");
    expect(page).toContain("two\n```");
    expect(page).not.toContain("one\n```");
    expect(page).not.toContain(".svg");
    expect(existsSync(join(out, "mine-load.svg"))).toBe(false);
  });

  test("capacity has a column for each seed, and their mean", async () => {
    const out = folder();
    const experiment = openCapacity(["--out", out, "--seeds", "1,2", "--experts", "4,16"]);
    const resultOf: ResultOf = (plan) => resultOfPlan(plan, { testPerplexity: 50 + 2 * plan.seed });
    const page = readFileSync(await writePage(experiment, resultOf, "command"), "utf8");
    expect(page).toContain("| MoE-16 | 1.23 M | 0.53 M | 12 | 52.00 | 54.00 | 53.00 ± 1.00 | 0.25 ± 0.00 |");
    expect(page).toContain("](capacity-experts.svg)");
  });
});

describe("svgChart", () => {
  const chart = { title: "T < U", xLabel: "experts", yLabel: "perplexity" };

  test("puts equal ratios at equal distances on a logarithmic axis, and escapes text", () => {
    const points = [4, 16, 64].map((x) => ({ x, y: 100 - x }));
    const svg = svgChart({ ...chart, xScale: "logarithmic", xTicks: [4, 16, 64], series: [{ name: "a", points }] })!;
    const [first, second, third] = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(second! - first!).toBeCloseTo(third! - second!, 0);
    expect(svg).toContain("T &#60; U");
    expect(svg).toContain(">64</text>");
  });

  test("is undefined without a point", () => {
    expect(svgChart({ ...chart, series: [{ name: "a", points: [{ x: 1, y: Number.NaN }] }] })).toBeUndefined();
  });
});
