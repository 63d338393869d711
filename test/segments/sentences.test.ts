/** Source of truth: lines cut by hand (sentence-cases.ts), beside what `Intl.Segmenter` alone makes of them; docs/texts.md has the counts. */
import { expect, it } from "vitest";
import { splitSentences } from "../../src/segments/sentences.ts";
import { knownMisses, sentenceCases } from "./sentence-cases.ts";

const cases = Object.entries(sentenceCases).flatMap(([language, lines]) => lines.map((line) => ({ language, line })));

/** Lines that are not cut as they should be. */
function wrong(split: (line: string, language: string) => string[]): string[] {
  const wrong = cases.filter(({ language, line }) => split(line.replaceAll("|", ""), language).join("|") !== line);
  return wrong.map(({ line }) => line);
}

it("splitSentences cuts lines as a reader does, but for known misses", () => {
  expect(wrong(splitSentences)).toEqual(knownMisses);
});

it("Intl.Segmenter alone cuts most of them wrongly", () => {
  const alone = (line: string, language: string) =>
    [...new Intl.Segmenter(language, { granularity: "sentence" }).segment(line)].map(({ segment }) => segment);
  expect(cases.length).toBe(68);
  expect(wrong(alone).length).toBeGreaterThan(cases.length / 3);
});

it("joined, the sentences are the line, in any language and in none", () => {
  for (const language of ["en", "pt-BR", "zh_Hans", "xx", "not a language", ""]) {
    for (const { line } of cases) expect(splitSentences(line, language).join("")).toBe(line);
  }
});

it("a long line is cut as its parts are", () => {
  const [line] = sentenceCases["en"]!;
  const sentences = line!.split("|").map((sentence) => `${sentence.trim()} `);
  const many = Array.from({ length: 3000 }, (_, i) => sentences[i % sentences.length]!);
  expect(splitSentences(many.join(""))).toEqual(many);
  expect(splitSentences("word ".repeat(3000))).toHaveLength(1);
});
