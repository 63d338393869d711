/** Source of truth: shares added up by hand. */
import { describe, expect, test } from "vitest";
import type { ExpertLayer } from "../../../src/server/interactive/answers.ts";
import { confidenceStep, percent } from "../../../web/src/translation/confidence.ts";
import { expertColour, expertShares, firstExpert, layerName } from "../../../web/src/translation/experts.ts";

const layer: ExpertLayer = {
  layer: "decoder.moe1",
  side: "target",
  experts: 4,
  words: [
    [
      { expert: 3, gate: 0.75 },
      { expert: 1, gate: 0.25 },
    ],
    [{ expert: 1, gate: 1 }],
    [],
  ],
};
const words = [
  { start: 0, end: 3 },
  { start: 4, end: 8 },
  { start: 8, end: 9 },
];

describe("experts", () => {
  test("have the words that they were the first choice of, and their share of the weights", () => {
    expect(expertShares(layer, "Ein Hund.", words)).toEqual([
      { expert: 1, share: 0.625, words: ["Hund"] },
      { expert: 3, share: 0.375, words: ["Ein"] },
    ]);
    expect(expertShares({ ...layer, words: [[], []] }, "", [])).toEqual([]);
    expect(firstExpert(layer, 0)?.expert).toBe(3);
    expect(firstExpert(layer, 2)).toBeUndefined();
  });

  test("have colours that are far apart: close hues have different tones", () => {
    const distance = (a: number, b: number) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));
    for (let one = 0; one < 16; one++) {
      for (let other = 0; other < one; other++) {
        const [a, b] = [expertColour(one), expertColour(other)];
        if (a.tone === b.tone) expect(distance(a.hue, b.hue), `${one} and ${other}`).toBeGreaterThan(20);
      }
    }
  });

  test("of layers as people call them", () => {
    expect(layerName(layer)).toBe("layer 1 of the decoder");
    expect(layerName({ layer: "moe3" })).toBe("moe3");
  });
});

describe("confidence", () => {
  test.each([
    [0, 0],
    [Math.log(0.7), 0],
    [Math.log(0.69), 1],
    [Math.log(0.2), 2],
    [Math.log(0.01), 3],
    [-100, 3],
  ])("a word of log P %f has step %i", (logProbability, step) => {
    expect(confidenceStep(logProbability)).toBe(step);
  });

  test("as people read it", () => {
    expect([0.424, 0.001, 0, 1].map(percent)).toEqual(["42 %", "< 1 %", "0 %", "100 %"]);
  });
});
