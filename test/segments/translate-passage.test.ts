/** Source of truth: texts put together by hand, and a translator that turns letters. */
import { describe, expect, test } from "vitest";
import type { WantedLine } from "../../src/segments/translate-lines.ts";
import { type PassageOptions, translatePassage } from "../../src/segments/translate-passage.ts";

/** Capitals for small letters, and a second translation with a question mark behind it. What is begun goes on with a cross. */
async function translate(text: string, options: PassageOptions = {}, answers?: (line: WantedLine) => string) {
  const asked: WantedLine[] = [];
  const passage = await translatePassage(
    async function* (lines) {
      asked.push(...lines);
      for (const line of lines) {
        const upper = line.text.toUpperCase();
        const texts =
          line.targetPrefix === undefined ? [upper, `${upper}?`] : [answers?.(line) ?? `${line.targetPrefix} x`];
        yield { hypotheses: texts.map((text) => ({ text })) };
      }
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
    const line = { text: "Two.", several: true, targetPrefix: "Zwei", prefixIsWhole: true };
    expect(found.asked.filter(({ targetPrefix }) => targetPrefix !== undefined)).toEqual([line, line]);
  });

  test("takes a chosen translation that is complete as it is", async () => {
    const chosen = new Map([["Two.", { text: "Zwei.", isWhole: true, isComplete: true }]]);
    const found = await translate("One. Two.", { chosen });
    expect(found.text).toBe("ONE. Zwei.");
    expect(found.asked.map(({ text }) => text)).toEqual(["One."]);
    expect(found.segments[1]!.target).toEqual({ start: 5, end: 10 });
  });

  test("shows the model placeables of a beginning as it shows those of the text", async () => {
    const source = "Open <b>file {0}</b> now.";
    const chosen = new Map([[source, { text: "Jetzt <b>Datei", isWhole: true, isComplete: false }]]);
    const found = await translate(source, { chosen }, ({ text, targetPrefix }) => {
      const rest = text.slice(text.indexOf("file") + "file".length);
      return `${targetPrefix}${rest}`;
    });
    expect(found.text).toBe("Jetzt <b>Datei {0}</b> now.");
    expect(`${found.asked[0]!.text}${found.asked[0]!.targetPrefix}`).not.toContain("<b>");
  });

  test("shows the model a segment as it is where the translation would lose a placeable", async () => {
    const chosen = new Map([["Open {0} now.", { text: "Jetzt", isWhole: true, isComplete: false }]]);
    const found = await translate("Open {0} now.", { chosen });
    expect(found.text).toBe("Jetzt x");
    expect(found.asked).toHaveLength(2);
  });

  test("of nothing to translate is the text", async () => {
    expect(await translate(" 12\n")).toEqual({ text: " 12\n", segments: [], asked: [] });
  });
});
