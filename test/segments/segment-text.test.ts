/** Source of truth: texts with their segments marked by hand: `[…]` is what a translator is given. */
import { describe, expect, it } from "vitest";
import { isSegment, joinParts, type Part, type SegmentOptions, segmentText } from "../../src/segments/segment-text.ts";

/** The text with brackets around its segments, those of plural messages inside. */
function marked(parts: readonly Part[]): string {
  return parts.map((part) => (isSegment(part) ? `[${marked(part.tokens)}]` : inside(part))).join("");
}

function inside(part: Exclude<Part, { tokens: unknown }>): string {
  if (typeof part === "string") return part;
  return part.inner?.map((each) => (typeof each === "string" ? each : marked(each))).join("") ?? part.text;
}

const cases: readonly (readonly [string, SegmentOptions])[] = [
  ["[Hello.] [Good bye.]", {}],
  ["[Hello. Good bye.]", { sentences: false }],
  ["  [Hello.]\r\n\r\n\t[Bye]  \n", {}],
  ["[Name]\t[Size]   [Date]", {}],
  ["- [one]\n* [two]\n> [three]\n## [four]", {}],
  ["1. [Open it.]\n2) [close]", {}],
  ["123\n{0}: {1}\n---\n😀", {}],
  ["[Open {0} now]", {}],
  ["[{0} files]", {}],
  ["<b>[Hello]</b> 😀", {}],
  ["<p>[Click <b>here</b>]<br></p>", {}],
  ["[<b>One</b> and <b>two</b>]", {}],
  ["<p>[One.] [Two.]</p>", {}],
  ["[See http://a.b/c?d. Or ask.]", { sentences: false }],
  ["[See http://a.b/?x.Y now.] [Then go.]", {}],
  ["{n, plural, one {[# file]} other {[# files.] [All.]}}", {}],
  ["[Found {n, plural, =0 {[none]} other {{m, select, a {[b c]} other {}}}} here]", {}],
  ["[Er kam am 3. Oktober.] [Sie ging.]", { language: "de" }],
  ["\ufeff[Text]\u2028[more]\u0000[more]", {}],
  ["", {}],
];

const whiteSpace: readonly (readonly [string, SegmentOptions])[] = [
  ["[One two] \n  [three. Four.]", { sentences: false }],
  ["[One two\nthree.] [Four.] \r\n [Five]", { whiteSpace: "paragraphs" }],
  ["[One  \n   two]\n \n[three]   [four]\t[five]\u0000[six]", { whiteSpace: "paragraphs" }],
  ["[One\u2028two]\u2028\u2028[three]", { whiteSpace: "paragraphs" }],
  ["[One\n\ttwo    three.]\n\n[Four]", { whiteSpace: "collapsible" }],
  ["[Four    five\n\nsix]\u0007[seven]", { whiteSpace: "collapsible", sentences: false }],
];

describe("a text with tags of its own", () => {
  const parts = (text: string, breaks: readonly string[] = [], options: SegmentOptions = {}) =>
    marked(segmentText({ text, tags: text.match(/<\/?\d\/?>/g) ?? [], breaks }, options));

  it("has them as tags", () => {
    expect(parts("<1>One <2>two</2>.</1> Three <4/>four.")).toBe("<1>[One <2>two</2>.]</1> [Three <4/>four.]");
  });

  it("has no segment beyond those that are breaks, whatever white space means", () => {
    expect(parts("One <1/>two <2/> three", ["<2/>"], { whiteSpace: "collapsible" })).toBe("[One <1/>two] <2/> [three]");
  });

  it("says itself what its white space means", () => {
    const text = { text: "one\n<1/>two", tags: ["<1/>"], whiteSpace: "collapsible" } as const;
    expect(marked(segmentText(text, { whiteSpace: "lines" }))).toBe("[one\n<1/>two]");
  });
});

describe("segmentText", () => {
  it.each(whiteSpace)("white space in %j, %j", (text, options) => {
    expect(marked(segmentText(text.replaceAll(/[[\]]/g, ""), options))).toBe(text);
  });

  it.each(cases)("%j", (text, options) => {
    // The brackets are no part of the text: none of these has its own.
    const plain = text.replaceAll(/[[\]]/g, "");
    const parts = segmentText(plain, options);
    expect(marked(parts)).toBe(text);
    expect(joinParts(parts, ({ tokens }) => tokens)).toBe(plain);
  });
});
