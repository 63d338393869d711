/** Source of truth: comparing with every text of the memory, one after the other. */
import { expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { similarity } from "../../src/base/texts/edit-similarity.ts";
import type { Segment } from "../../src/documents/segments/document.ts";
import { recallSegment } from "../../src/memory/recall-segment.ts";
import { TranslationMemory } from "../../src/memory/translation-memory.ts";

const random = new Random(3);
const words = ["open", "the", "file", "save", "all", "files", "a", "close", "window", "ok"];
const sentence = () =>
  Array.from({ length: 1 + random.integer(7) }, () => words[random.integer(words.length)]!).join(" ");

test.each([0.3, 0.5, 0.67, 0.75, 0.9])("a similar text is found at %d as by comparing with all", (least) => {
  const memory = new TranslationMemory();
  const texts = [...new Set(Array.from({ length: 400 }, sentence))];
  for (const [i, text] of texts.entries()) memory.add(text, `T${i}`);
  let found = 0;
  for (let n = 0; n < 300; n++) {
    const letters = [...sentence()];
    for (let k = random.integer(4); k > 0; k--) letters.splice(random.integer(letters.length), random.integer(2), "x");
    const text = letters.join("");
    const best = Math.max(...texts.map((each) => similarity(text, each)));
    const hit = memory.find(text, least);
    expect(hit?.similarity, text).toBe(best >= least ? best : undefined);
    expect(hit?.target, text).toBe(hit && `T${texts.findIndex((each) => similarity(text, each) === best)}`);
    if (hit !== undefined) found++;
  }
  expect(found).toBeGreaterThan(10);
});

test("texts without a common trigram are found, too", () => {
  const memory = new TranslationMemory();
  memory.add("abcdef", "one");
  expect(memory.find("abcxyz", 0.5)).toMatchObject({ target: "one", similarity: 0.5 });
  expect(memory.find("xbcxex", 0.5)).toMatchObject({ target: "one", similarity: 0.5 });
  expect(memory.find("xbcxyx", 0.5)).toBeUndefined();
});

test("texts that repeat a trigram more often than is counted are found", () => {
  const memory = new TranslationMemory();
  memory.add("-".repeat(80), "line");
  expect(memory.find(`${"-".repeat(40)}x${"-".repeat(39)}`, 0.9)).toMatchObject({ similarity: 1 - 1 / 80 });
  expect(memory.find("-".repeat(60), 0.75)).toMatchObject({ similarity: 0.75 });
});

test("the same text is found whatever its white space, its latest translation first", () => {
  const memory = new TranslationMemory();
  memory.add("Open the\nfile", "alt");
  memory.add(" Open  the file ", "neu");
  memory.add("  ", "nothing");
  expect(memory.size).toBe(1);
  expect(memory.find("Open the file", 1)).toEqual({ source: " Open  the file ", target: "neu", similarity: 1 });
  expect(memory.find("Open the file", 1, ({ target }) => target === "alt")?.target).toBe("alt");
  expect(memory.find("open the file", 1)).toBeUndefined();
  expect(memory.find("", 0.5)).toBeUndefined();
});

const segment = (text: string, more: Partial<Segment> = {}): Segment => ({
  ...{ text, current: "", state: "new", line: 1 },
  tags: text.match(/<\/?\d+\/?>/g) ?? [],
  ...more,
});

test("a hit has the segment's tags, line breaks and, where the text is only similar, its placeholders", () => {
  const memory = new TranslationMemory();
  memory.add("Open <1>the</1> file", "Öffne <1>die</1> Datei");
  memory.add("Close <1>the</1> file", "Schließe die Datei");
  memory.add("Copy %s now, please", "Kopiere jetzt bitte %s");
  memory.add("Two\nlines", "Zwei\nZeilen");
  const target = (text: string, least = 1, more: Partial<Segment> = {}) =>
    recallSegment(memory, segment(text, more), least)?.target;
  expect(target("Open <1>the</1> file")).toBe("Öffne <1>die</1> Datei");
  expect(target("Close <1>the</1> file")).toBeUndefined();
  expect(target("Close <1>the</1> file", 0.7)).toBe("Öffne <1>die</1> Datei");
  expect(target("Open the file", 0.5)).toBeUndefined();
  expect(target("Copy %s now, please!", 0.75)).toBe("Kopiere jetzt bitte %s");
  expect(target("Copy %d now, please", 0.75)).toBeUndefined();
  expect(target("Two\nlines")).toBe("Zwei\nZeilen");
  expect(target("Two lines")).toBeUndefined();
  expect(target("Two lines", 1, { whiteSpace: "collapsible" })).toBe("Zwei\nZeilen");
});
