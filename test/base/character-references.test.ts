// Source of truth: XML 1.0, section 4.1: references are to names, or to numbers of characters in decimal or hexadecimal digits.
import { expect, test } from "vitest";
import { decodeReferences, referenceNames } from "../../src/base/character-references.ts";

test.each([
  ["a &lt; b &amp;&amp; c", "a < b && c"],
  ["&#233;&#xE9;&#x263a;&#x1F600;", "éé☺😀"],
  ["&#0000000065;", "A"],
  ["&unknown; & &#; &#xZ; &amp", "&unknown; & &#; &#xZ; &amp"],
  ["&#xD800; &#x110000;", "&#xD800; &#x110000;"],
  ["&amp;lt;", "&lt;"],
])("%s", (text, decoded) => {
  expect(decodeReferences(text)).toBe(decoded);
});

test("names beyond XML's are the caller's", () => {
  expect(decodeReferences("a&shy;b&nbsp;c", new Map([...referenceNames, ["shy", ""]]))).toBe("ab\u00a0c");
  expect(decodeReferences("a&shy;b")).toBe("a&shy;b");
});
