/** Source of truth: Pharaoh's form and Marian's `--alignment` and `--word-scores`, written out by hand for given translations. */
import { describe, expect, test } from "vitest";
import { formatTranslation } from "../../../../src/cli/commands/translate/translation-format.ts";
import { formatOf, wordsOf } from "../../../../src/cli/commands/translate/word-options.ts";
import type { Translation } from "../../../../src/decoding/translation.ts";

const given = {
  n_best: 1,
  with_score: false,
  with_alignment: undefined,
  with_word_scores: false,
  with_pieces: false,
  with_attention: false,
};

const one = {
  text: "Ein Hund rennt",
  score: -1.5,
  logProbability: -3,
  complete: true,
  pieces: ["▁Ein", "▁Hund", "▁renn", "t"],
  alignment: [Float32Array.of(0.75, 0, 0.125), Float32Array.of(0.25, 0.5, 0.25), Float32Array.of(0, 0.125, 0.5)],
  wordScores: [-0.25, -0.5, -2, -0.25],
};
const two = { ...one, text: "Hund", pieces: ["▁Hund"], alignment: [Float32Array.of(0, 1, 0)], wordScores: [-1, -2] };
const translation: Translation = {
  line: 7,
  source: "a dog runs",
  sourcePieces: ["▁a", "▁dog", "▁runs", "</s>"],
  hypotheses: [one, two],
};
const blank: Translation = { line: 8, source: "", sourcePieces: [], hypotheses: [] };

function printed(options: object, what = translation): string {
  return formatTranslation(what, formatOf({ ...given, ...options }));
}

describe("what is printed beside a translation", () => {
  test.each([
    [{ with_alignment: "" }, "Ein Hund rennt ||| 0-0 1-1 2-2"],
    [{ with_alignment: "hard" }, "Ein Hund rennt ||| 0-0 1-1 2-2"],
    [{ with_alignment: "1" }, "Ein Hund rennt ||| 0-0 1-1 2-2"],
    [{ with_alignment: "0.2" }, "Ein Hund rennt ||| 0-0 0-1 1-1 2-1 2-2"],
    [{ with_alignment: "0.5" }, "Ein Hund rennt ||| 0-0"],
    [{ with_alignment: "soft" }, "Ein Hund rennt ||| 0.7500,0.0000,0.1250 0.2500,0.5000,0.2500 0.0000,0.1250,0.5000"],
    [{ with_word_scores: true }, "Ein Hund rennt ||| WordScores= -0.250000 -0.500000 -2.000000 -0.250000"],
    [{ with_pieces: true }, "Ein Hund rennt ||| ▁a ▁dog ▁runs </s> ||| ▁Ein ▁Hund ▁renn t"],
    [
      { n_best: 2, with_alignment: "hard", with_word_scores: true, with_pieces: true },
      [
        "6 ||| Ein Hund rennt ||| 0-0 1-1 2-2 ||| WordScores= -0.250000 -0.500000 -2.000000 -0.250000 ||| -1.500000 ||| ▁a ▁dog ▁runs </s> ||| ▁Ein ▁Hund ▁renn t",
        "6 ||| Hund ||| 1-0 ||| WordScores= -1.000000 -2.000000 ||| -1.500000 ||| ▁a ▁dog ▁runs </s> ||| ▁Hund",
      ].join("\n"),
    ],
  ])("%j", (options, expected) => {
    expect(printed(options)).toBe(expected);
  });

  test("a blank line has its fields, empty", () => {
    const options = { with_alignment: "soft", with_word_scores: true, with_score: true, with_pieces: true };
    expect(printed(options, blank)).toBe(" |||  ||| WordScores= ||| 0.000000 |||  ||| ");
  });

  test.each(["-0.1", "1.5", "some"])("refuses the alignment %s", (with_alignment) => {
    expect(() => printed({ with_alignment })).toThrow(`--with_alignment is ${with_alignment}`);
  });

  test("the translator is asked for no more than is printed", () => {
    expect(wordsOf(given)).toEqual({ withAttention: false, withAlignment: false, withWordScores: false });
    expect(wordsOf({ ...given, with_alignment: "", with_word_scores: true })).toEqual({
      withAttention: false,
      withAlignment: true,
      withWordScores: true,
    });
  });
});
