// Source of truth: the reasons as clean.ts defines them, one table row each.
import { describe, expect, test } from "vitest";
import { cleanPair, count, DEFAULT_CLEANING, emptyReport, formatReport } from "../../../src/data/cleaning/clean.ts";
import { textWidth, widthRatio } from "../../../src/data/cleaning/text-width.ts";

describe("cleanPair", () => {
  test.each([
    ["A dog runs.", "Ein Hund läuft.", "kept"],
    ["", "Ein Hund läuft.", "empty"],
    ["A dog runs.", " \t ", "empty"],
    ["x".repeat(10_001), "y".repeat(10_001), "too long"],
    ["x".repeat(5000), "y".repeat(10_001), "too long"],
    ["x".repeat(10_001), "y".repeat(5000), "too long"],
    ["x".repeat(10_000), "y".repeat(10_000), "kept"],
    ["Yes.", "Nein, das kommt ganz und gar nicht in Frage.", "length ratio"],
    ["Yes.", "Nein, das kommt gar nicht in Frage!!", "kept"],
    ["Yes.", "Nein, das kommt gar nicht in Frage!!!", "length ratio"],
    ["The library is open until nine in the evening today.", "图书馆今晚开到九点。", "kept"],
    ["a\u0000b c d", "a b c d", "control characters"],
    ["a b c d", "a b\u0007 c d", "control characters"],
    ["a b c d", "a b\u009b c d", "control characters"],
    ["a\tb\u00a0c d", "a b\u0085c d", "kept"],
    ["for you", "f\ufffdr dich", "broken encoding"],
    ["for you", "fÃ¼r dich", "broken encoding"],
    ["Greek letters", "Î±Î²Î³ Î´Îµ", "broken encoding"],
    ["he said “no”", "er sagte â€œneinâ€\u009d", "control characters"],
    ["the euro €", "der Euro â‚¬", "broken encoding"],
    ["for you", "für dich", "kept"],
    ["the menu", "»MENÜ« à la carte", "kept"],
    ["São Paulo", "Âge et Île, não", "kept"],
    ["Ã and ü", "Ã und ü", "kept"],
  ])("%j, %j: %s", (source, target, verdict) => {
    expect(cleanPair(source, target, DEFAULT_CLEANING)).toBe(verdict);
  });

  test("drops identical sides when asked to", () => {
    expect(cleanPair("npm install", " npm install ", DEFAULT_CLEANING)).toBe("kept");
    expect(cleanPair("npm install", " npm install ", { ...DEFAULT_CLEANING, dropIdentical: true })).toBe("identical");
  });
});

test("text width counts East Asian letters twice, across the whole range of code points", () => {
  for (const [text, width] of [
    ["", 0],
    ["größer", 6],
    ["図書館", 6],
    ["한국어", 6],
    ["ｶﾅ", 2],
    ["カナ", 4],
    ["𠮷", 2],
    ["🦉", 1],
    ["Привет", 6],
  ] as const) {
    expect(textWidth(text), text).toBe(width);
  }
  expect(widthRatio("ab", "abcd")).toBe(2);
  expect(widthRatio("", "abcd")).toBe(Number.POSITIVE_INFINITY);
});

test("the report counts every pair and keeps a few cut examples of each reason", () => {
  const report = emptyReport();
  for (let line = 1; line <= 10; line++) {
    count(report, line % 2 === 0 ? "kept" : "too long", line, () => ({ source: "s".repeat(500), target: "t" }));
  }
  expect(report).toMatchObject({ read: 10, kept: 5, dropped: { "too long": { count: 5 } } });
  expect(report.dropped["too long"]!.examples.map(({ line }) => line)).toEqual([1, 3, 5]);
  expect(report.dropped["too long"]!.examples[0]!.source).toHaveLength(200);
  expect(formatReport(report)).toEqual(["5 of 10 pairs kept", "  5 dropped: too long (line 1, 3, 5, …)"]);
});
