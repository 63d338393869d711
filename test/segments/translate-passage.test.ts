/** Source of truth: texts put together by hand, and a translator that turns letters. */
import { describe, expect, test } from "vitest";
import type { SourceLine } from "../../src/decoding/translation.ts";
import { type PassageOptions, translatePassage } from "../../src/segments/translate-passage.ts";

/** Capitals for small letters, and a second translation with a question mark behind it. What is begun goes on with a cross. */
async function translate(text: string, options: PassageOptions = {}) {
  const asked: SourceLine[] = [];
  const passage = await translatePassage(
    async (lines) => {
      asked.push(...lines);
      return lines.map((line) =>
        line.targetPrefix === undefined
          ? [line.text.toUpperCase(), `${line.text.toUpperCase()}?`]
          : [`${line.targetPrefix} x`],
      );
    },
    text,
    options,
  );
  return { ...passage, asked };
}

describe("a passage", () => {
  test("has the places of its segments on both sides, and what is between them", async () => {
    const text = "  One two.\n\n- Three {0} four! Five";
    const { text: translation, segments } = await translate(text);
    expect(translation).toBe("  ONE TWO.\n\n- THREE {0} FOUR! FIVE");
    expect(segments.map(({ source }) => text.slice(source.start, source.end))).toEqual([
      "One two.",
      "Three {0} four!",
      "Five",
    ]);
    expect(segments.map(({ target }) => translation.slice(target.start, target.end))).toEqual([
      "ONE TWO.",
      "THREE {0} FOUR!",
      "FIVE",
    ]);
    expect(segments.map(({ others }) => others)).toEqual([["ONE TWO.?"], ["THREE {0} FOUR!?"], ["FIVE?"]]);
  });

  test("goes on from what was chosen for a segment, wherever it stands", async () => {
    const chosen = new Map([["Two.", { text: "Zwei", isWhole: true, isComplete: false }]]);
    const found = await translate("One. Two.\nTwo.", { chosen });
    expect(found.text).toBe("ONE. Zwei x\nZwei x");
    expect(found.asked.slice(1)).toEqual([
      { text: "Two.", targetPrefix: "Zwei", prefixIsWhole: true },
      { text: "Two.", targetPrefix: "Zwei", prefixIsWhole: true },
    ]);
  });

  test("takes a chosen translation that is complete as it is", async () => {
    const chosen = new Map([["Two.", { text: "Zwei.", isWhole: true, isComplete: true }]]);
    const found = await translate("One. Two.", { chosen });
    expect(found.text).toBe("ONE. Zwei.");
    expect(found.asked).toEqual([{ text: "One." }]);
    expect(found.segments[1]!.target).toEqual({ start: 5, end: 10 });
  });

  test("of nothing to translate is the text", async () => {
    expect(await translate(" 12\n")).toEqual({ text: " 12\n", segments: [], asked: [] });
  });
});
