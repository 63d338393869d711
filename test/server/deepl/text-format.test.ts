/** Source of truth: DeepL's documentation of split_sentences, tag_handling and the lists of tags. */
import { expect, test } from "vitest";
import { type FormatFields, textFormat } from "../../../src/server/deepl/text-format.ts";

test.each<[FormatFields, object]>([
  [{}, { kind: "text", sentences: true }],
  [{ split_sentences: "1" }, { kind: "text", sentences: true }],
  [{ split_sentences: true }, { kind: "text", sentences: true }],
  [{ split_sentences: "0" }, { kind: "text", sentences: false, whiteSpace: "paragraphs" }],
  [{ split_sentences: false }, { kind: "text", sentences: false, whiteSpace: "paragraphs" }],
  [{ split_sentences: "nonewlines" }, { kind: "text", sentences: true, whiteSpace: "paragraphs" }],
  [{ tag_handling: "xml" }, { kind: "xml", sentences: true }],
  [
    { tag_handling: "xml", split_sentences: "0" },
    { kind: "xml", sentences: false, whiteSpace: "paragraphs" },
  ],
  [{ tag_handling: "html" }, { kind: "html", sentences: true }],
  [
    { tag_handling: "html", split_sentences: "nonewlines" },
    { kind: "html", sentences: true },
  ],
  [
    { tag_handling: "html", split_sentences: "1" },
    { kind: "html", sentences: true, whiteSpace: "lines" },
  ],
  [
    { tag_handling: "html", split_sentences: "0" },
    { kind: "html", sentences: false },
  ],
])("%j", (fields, format) => {
  const { markup, ...others } = textFormat(fields);
  expect(others).toEqual(format);
  expect(markup === undefined).toBe(others.kind === "text");
});

test("lists of tags are lists, or names with commas between", () => {
  const fields: FormatFields = {
    tag_handling: "xml",
    ignore_tags: "a, b,",
    splitting_tags: ["c", "d "],
    non_splitting_tags: null,
    outline_detection: false,
  };
  expect(textFormat(fields).markup).toEqual({
    ignoreTags: ["a", "b"],
    splittingTags: ["c", "d"],
    nonSplittingTags: [],
    outlineDetection: false,
  });
});
