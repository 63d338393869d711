// Source of truth: pairs made alike or different here, and the share of words they have in common.
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { NearDuplicates, PairSketcher, SKETCH } from "../../../src/data/cleaning/near-duplicates.ts";
import { reportHtml } from "../../../src/data/cleaning/report-html.ts";

const random = new Random(5);
const words = (count: number) =>
  Array.from(
    { length: count },
    () => `w${String.fromCharCode(97 + random.integer(26), 97 + random.integer(26), 97 + random.integer(26))}`,
  );

class NearTexts {
  private readonly near: NearDuplicates;
  private readonly sketcher = new PairSketcher();
  private readonly sketch = new Uint32Array(SKETCH);

  constructor(window: number) {
    this.near = new NearDuplicates(window);
  }

  add(source: string, target: string): boolean {
    this.sketcher.sketch(source, target, this.sketch, 0);
    return this.near.add(this.sketch, 0);
  }
}

test("finds pairs that differ in case, digits, punctuation or a word of many", () => {
  const near = new NearTexts(1000);
  expect(
    near.add(
      "On 3 May 2019 the council met again in the old town hall.",
      "Am 3. Mai 2019 tagte der Rat wieder im alten Rathaus.",
    ),
  ).toBe(true);
  expect(
    near.add(
      "on 17 May 2021 the council met again in the old town hall",
      "Am 17. Mai 2021 tagte der Rat wieder im alten Rathaus!",
    ),
  ).toBe(false);
  expect(
    near.add(
      "The weather was fine, so we walked along the river until dusk.",
      "Das Wetter war schön, also gingen wir bis zur Dämmerung am Fluss entlang.",
    ),
  ).toBe(true);
  expect(near.add("I see Tom.", "Ich sehe Tom.")).toBe(true);
  expect(near.add("I see Tom!", "Ich sehe Tom!")).toBe(true);
});

test("most pairs with one word of sixty changed are found, and hardly any with a third changed", () => {
  const near = new NearTexts(10_000);
  let found = 0;
  let wrong = 0;
  for (let i = 0; i < 300; i++) {
    const [source, target] = [words(30), words(30)];
    expect(near.add(source.join(" "), target.join(" "))).toBe(true);
    const changed = source.map((word, at) => (at % 3 === 0 ? "other" : word));
    if (!near.add(changed.join(" "), target.map((word, at) => (at % 3 === 1 ? "other" : word)).join(" "))) wrong++;
    if (!near.add(source.with(7, "other").join(" "), target.join(" "))) found++;
  }
  expect(found).toBeGreaterThan(240);
  expect(wrong).toBeLessThan(3);
});

test("most pairs with one word of ten changed are kept", () => {
  const near = new NearTexts(10_000);
  let found = 0;
  for (let i = 0; i < 200; i++) {
    const [source, target] = [words(30), words(30)];
    near.add(source.join(" "), target.join(" "));
    const changed = [source, target].map((side) => side.map((word, at) => (at % 10 === 3 ? "other" : word)).join(" "));
    if (!near.add(changed[0]!, changed[1]!)) found++;
  }
  // About 102 of 138 words and word pairs in common: 24 of 32 minima, two standard deviations below 29.
  expect(found).toBeLessThan(40);
});

test("a pair whose sides are exchanged is another pair", () => {
  const near = new NearTexts(100);
  const [source, target] = [words(12).join(" "), words(12).join(" ")];
  expect([near.add(source, target), near.add(target, source), near.add(target, source)]).toEqual([true, true, false]);
});

test("forgets what is longer ago than its window", () => {
  const near = new NearTexts(50);
  const [first, second] = [words(12).join(" "), words(12).join(" ")];
  near.add(first, second);
  expect(near.add(first, second)).toBe(false);
  for (let i = 0; i < 60; i++) near.add(words(12).join(" "), words(12).join(" "));
  expect(near.add(first, second)).toBe(true);
});

test("the report's page has counts and examples, escaped", () => {
  const page = reportHtml("a<b", {
    read: 4,
    kept: 3,
    dropped: { "near duplicate": { count: 1, examples: [{ line: 2, source: "<script>", target: 'x & "y"' }] } },
  });
  expect(page).toContain("<tr><td>near duplicate</td><td>1</td><td>25.00 %</td></tr>");
  expect(page).toContain('&lt;script&gt;</td><td dir="auto">x &amp; &quot;y&quot;');
  expect(page).not.toContain("<script>");
});
