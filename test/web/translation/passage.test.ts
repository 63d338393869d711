/** Source of truth: a translation put together by hand. */
import { describe, expect, test } from "vitest";
import type { DetailedTranslation } from "../../../src/server/interactive/answers.ts";
import { Choices } from "../../../web/src/translation/choices.ts";
import { linksOf } from "../../../web/src/translation/links.ts";
import {
  commonStart,
  runsOf,
  segmentText,
  segmentTranslation,
  textBefore,
  withWord,
} from "../../../web/src/translation/passage.ts";

const text = "A dog. Cats!";
const answer: DetailedTranslation = {
  translation: "Ein Hund. Katzen!",
  source: "en",
  target: "de",
  segments: [
    {
      source: { start: 0, end: 6 },
      target: { start: 0, end: 9 },
      alternatives: [],
      detail: {
        sourceWords: [
          { start: 0, end: 1 },
          { start: 2, end: 5 },
          { start: 5, end: 6 },
        ],
        targetWords: [
          { start: 0, end: 3, logProbability: -0.1 },
          { start: 4, end: 8, logProbability: -2 },
          { start: 8, end: 9, logProbability: 0 },
        ],
        attention: [
          [0.5, 0.25, 0.04],
          [0.1, 0.8, 0],
          [0, 0, 0.03],
        ],
        layers: [],
      },
    },
    { source: { start: 7, end: 12 }, target: { start: 10, end: 17 }, alternatives: [], detail: null },
  ],
};
const { segments, translation } = answer;

describe("runs", () => {
  test("are words and what is between them; a translation that is not explained is one word", () => {
    const runs = runsOf(translation, segments, "target");
    expect(runs.map(({ text }) => text).join("")).toBe(translation);
    expect(runs.filter(({ place }) => place !== undefined)).toEqual([
      { text: "Ein", place: { segment: 0, word: 0 } },
      { text: "Hund", place: { segment: 0, word: 1 } },
      { text: ".", place: { segment: 0, word: 2 } },
      { text: "Katzen!", place: { segment: 1, word: 0 } },
    ]);
  });

  test("of a text that has been changed have no words from there on", () => {
    const changed = "A dog! Cats";
    const runs = runsOf(changed, segments, "source", commonStart(changed, text));
    expect(runs).toEqual([
      { text: "A", place: { segment: 0, word: 0 } },
      { text: " " },
      { text: "dog", place: { segment: 0, word: 1 } },
      { text: "! Cats" },
    ]);
    expect(runsOf("", [], "source")).toEqual([]);
  });

  test("texts have so much in common at their beginning", () => {
    expect(commonStart("abc", "abd")).toBe(2);
    expect(commonStart("abc", "abc")).toBe(3);
    expect(commonStart("", "a")).toBe(0);
    expect(commonStart("ab", "a")).toBe(1);
  });
});

test("segments and what stands before a word of them", () => {
  expect(segmentText(answer, text, 1)).toBe("Cats!");
  expect(segmentTranslation(answer, 0)).toBe("Ein Hund.");
  expect(textBefore(answer, { segment: 0, word: 1 })).toBe("Ein ");
  expect(textBefore(answer, { segment: 0, word: 2 })).toBe("Ein Hund");
  expect(textBefore(answer, { segment: 1, word: 0 })).toBe("");
});

test.each([
  ["", "Ein", "Ein"],
  ["Ein ", "Hund", "Ein Hund"],
  ["Ein Hund", "läuft", "Ein Hund läuft"],
  ["Ein Hund", "!", "Ein Hund!"],
  ["Ein Hund", "(", "Ein Hund ("],
  ["我爱", "北京", "我爱北京"],
])("%j goes on with %j as %j", (before, word, expected) => {
  expect(withWord(before, word)).toBe(expected);
});

describe("links", () => {
  const detail = segments[0]!.detail!;

  test("of a word are those with a good part of its strongest weight", () => {
    expect(linksOf(detail, "target", 0)).toEqual([1, 0.5, 0]);
    // 0.1 is less than a fifth of 0.8.
    expect(linksOf(detail, "target", 1)).toEqual([0, 1, 0]);
    expect(linksOf(detail, "source", 1)).toEqual([0.25 / 0.8, 1, 0]);
  });

  test("of weights next to nothing there are none", () => {
    expect(linksOf(detail, "target", 2)).toEqual([0, 0, 0]);
    expect(linksOf(detail, "source", 2)).toEqual([0, 0, 0]);
  });
});

describe("choices", () => {
  test("are for the segments that the text has", () => {
    const choices = new Choices();
    choices.choose({ segment: "A dog.", prefix: "Der" });
    choices.choose({ segment: "Other.", prefix: "X" });
    choices.choose({ segment: "A dog.", prefix: "Das" });
    expect(choices.in(text)).toEqual([{ segment: "A dog.", prefix: "Das" }]);
    expect(choices.of("Other.")?.prefix).toBe("X");
    choices.undo("A dog.");
    expect(choices.in(text)).toEqual([]);
  });

  test("are not kept without end, the oldest go first", () => {
    const choices = new Choices();
    for (let i = 0; i <= 500; i++) choices.choose({ segment: `s${i}.`, prefix: "x" });
    expect(choices.of("s0.")).toBeUndefined();
    expect(choices.of("s1.")).toBeDefined();
    choices.clear();
    expect(choices.of("s1.")).toBeUndefined();
  });
});
