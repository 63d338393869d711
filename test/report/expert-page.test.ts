/** Source of truth: what a summary says must be on the page, as text and never as markup. */
import { describe, expect, it } from "vitest";
import { type ExpertReport, expertPage } from "../../src/report/expert-page.ts";
import { ExpertUsage } from "../../src/report/expert-usage.ts";

const nasty = `"><script>alert('1')</script>`;

function report(numExperts: number, parts: string[], word = "researchers"): ExpertReport {
  const usage = new ExpertUsage("encoder.moe1", "source", numExperts, parts.length);
  const text = { word, piece: "▁resear", before: [`with ${word}`, "the"], after: [",", "who"] };
  for (let i = 0; i < 3; i++) usage.add(i % parts.length, text, [{ expert: 1, gate: 0.875 }]);
  usage.add(0, { ...text, word: "plain", piece: "▁plain" }, [{ expert: 0, gate: 1 }]);
  return {
    format: 1,
    model: "toy",
    targets: "greedy",
    parts: parts.map((name) => ({ name, lines: 1000, sourcePositions: 4, targetPositions: 0 })),
    layers: [{ ...usage.summary(), balance: { loadVariation: 0.5, deadShare: 0.25 } }],
  };
}

const count = (html: string, pattern: RegExp) => html.match(pattern)?.length ?? 0;

describe("expertPage", () => {
  it("has a card for each expert with words, contexts, gate weights and traffic", () => {
    const html = expertPage(report(4, ["all"]));
    expect(count(html, /<article class="expert"/g)).toBe(4);
    expect(html).toContain("<h3>Expert 1</h3>");
    expect(html).toMatch(
      /<small>0\.88<\/small><span>with researchers the <b>researchers<\/b> <small>\(resear\)<\/small> , who/,
    );
    expect(html).toMatch(/<b>plain<\/b> {1,2},/);
    expect(html).toContain("<small>3×</small>");
    expect(html).toContain("75\u202f% load");
    expect(count(html, /It took no position/g)).toBe(2);
    expect(html).toContain("1,000 lines");
    expect(html.replace(/<script>.*<\/script>/s, "")).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(html).not.toContain("By part of the corpus");
    expect(html).not.toMatch(/<link|<img|@import|url\(|\ssrc=|https?:/);
  });

  it("has a heat map where there are parts to compare, with figures while they fit", () => {
    const small = expertPage(report(4, ["de", "fr"]));
    expect(count(small, /<table class="heat figures"/g)).toBe(1);
    expect(count(small, /<td class="(more|less)"/g)).toBe(8);
    // Expert 1 takes the one position of fr, and two of de's three.
    expect(small).toContain(`title="expert 1, fr: 100\u202f%">4</td>`);
    expect(small).toContain(`title="expert 1, de: 66.7\u202f%">2.7</td>`);
    expect(small).toContain(`title="expert 2, de: 0\u202f%">0</td>`);
    const large = expertPage(report(100, ["de", "fr"]));
    expect(count(large, /<table class="heat"/g)).toBe(2);
    expect(count(large, /<td class="(more|less)"/g)).toBe(200);
  });

  it("escapes words, contexts and names of parts and models", () => {
    const html = expertPage({ ...report(2, [nasty, "b"], nasty), model: nasty });
    expect(html).not.toContain(nasty);
    expect(count(html, /<script/g)).toBe(1);
    expect(html).toContain("&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;");
  });

  it("says so when the model is dense", () => {
    const html = expertPage({ ...report(2, ["a"]), layers: [] });
    expect(html).toContain("This model is dense");
    expect(html).not.toContain("<article");
  });
});
