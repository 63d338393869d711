/** Source of truth: the documented output formats. */
import { expect, test } from "vitest";
import { formatTranslation } from "../../../../src/cli/commands/translate/translation-format.ts";

const hypothesis = {
  text: "ein Hund",
  score: -0.25,
  logProbability: -0.5,
  complete: true,
  pieces: ["▁ein", "▁Hund"],
  attention: [Float32Array.of(0.75, 0.25), Float32Array.of(0, 1), Float32Array.of(0.33333, 0.66667)],
};
const second = {
  ...hypothesis,
  text: "Hund",
  score: -1,
  pieces: ["▁Hund"],
  complete: false,
  attention: [Float32Array.of(0.5, 0.5)],
};
const translation = { line: 3, source: "dog", sourcePieces: ["▁dog", "</s>"], hypotheses: [hypothesis, second] };
const blank = { line: 4, source: "", sourcePieces: [], hypotheses: [] };
const attention =
  '{"source":["▁dog","</s>"],"target":["▁ein","▁Hund","</s>"],"attention":[[0.75,0.25],[0,1],[0.3333,0.6667]]}';
const plain = { nBest: 1, withScore: false, withAttention: false };

test.each([
  [plain, "ein Hund", ""],
  [{ ...plain, withScore: true }, "ein Hund ||| -0.250000", " ||| 0.000000"],
  [{ ...plain, withAttention: true }, `ein Hund ||| ${attention}`, ' ||| {"source":[],"target":[],"attention":[]}'],
  [{ ...plain, nBest: 2 }, "2 ||| ein Hund ||| -0.250000\n2 ||| Hund ||| -1.000000", "3 |||  ||| 0.000000"],
  [
    { nBest: 2, withScore: true, withAttention: true },
    `2 ||| ein Hund ||| -0.250000 ||| ${attention}\n2 ||| Hund ||| -1.000000 ||| {"source":["▁dog","</s>"],"target":["▁Hund"],"attention":[[0.5,0.5]]}`,
    '3 |||  ||| 0.000000 ||| {"source":[],"target":[],"attention":[]}',
  ],
])("%j", (format, expected, expectedBlank) => {
  expect(formatTranslation(translation, format)).toBe(expected);
  expect(formatTranslation(blank, format)).toBe(expectedBlank);
});
