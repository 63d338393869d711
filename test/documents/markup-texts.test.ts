/** Source of truth: texts of HTML and XML as clients send them, with their segments by hand; `|` parts segments. */
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { readHtmlText } from "../../src/documents/html.ts";
import type { MarkupOptions } from "../../src/documents/segments/markup-options.ts";
import { SourceText } from "../../src/documents/segments/source-text.ts";
import { readXmlText } from "../../src/documents/xml-text.ts";

const html = (text: string, options?: MarkupOptions) => readHtmlText(new SourceText(text, "text"), options);
const xml = (text: string, options?: MarkupOptions) => readXmlText(new SourceText(text, "text"), options);
const textsOf = (document: ReturnType<typeof html>) => document.segments.map(({ text }) => text).join("|");
const upper = (document: ReturnType<typeof html>) =>
  document.writeText(document.segments.map(({ text }) => text.replace(/\p{Ll}/gu, (letter) => letter.toUpperCase())));

describe("a part of a page", () => {
  it.each<[string, string, string, MarkupOptions?]>([
    ["no tags", "One. Two", "One. Two"],
    ["text around blocks", "One <b>two</b> three<div>four</div>five", "One <1>two</1> three|four|five"],
    ["white space as it is", "<p>One\n   two</p>", "One\n   two"],
    [
      "elements to ignore",
      "<p>One <m>two</m> three</p>",
      "One <1/> three",
      { ignoreTags: ["M"], nonSplittingTags: ["m"] },
    ],
    ["elements to ignore that are blocks", "<p>One</p><q1>two</q1>", "One", { ignoreTags: ["q1"] }],
    ["elements that split", "One <span>two</span>", "One|two", { splittingTags: ["span"] }],
    ["elements that don't", "One <div>two</div> three", "One <1>two</1> three", { nonSplittingTags: ["div"] }],
    ["placeholders of translation tools", 'Open <x id="1"/> of <g id="2">it</g> now', "Open <1/> of <2>it</2> now"],
    [
      "placeholders to ignore",
      "Open <x/> of it <y/> now",
      "Open <1/> of it <2/> now",
      { ignoreTags: ["x", "y"], nonSplittingTags: ["y"] },
    ],
    ["what was never closed", "One <b>two <i", "One <1/>two"],
  ])("%s", (_, text, texts, options) => {
    const document = html(text, options);
    expect(textsOf(document)).toBe(texts);
    expect(document.writeText(document.segments.map(({ text }) => text))).toBe(text);
  });

  it("says where white space is collapsible, and where it is not", () => {
    const { segments } = html("<p>a b</p><pre>c\nd</pre><p>e<textarea>f</textarea>");
    expect(segments.map(({ text, whiteSpace }) => [text, whiteSpace])).toEqual([
      ["a b", "collapsible"],
      ["c\nd", undefined],
      ["e", "collapsible"],
      ["f", undefined],
    ]);
  });

  it("is written with valid references, half a character pair as it was", () => {
    expect(upper(html("a &amp; b &lt;c&gt; &#x41; &hearts;&nbsp;<b title='d'>e</b> \ud800"))).toBe(
      "A &amp; B &lt;C&gt; A ♥\u00a0<b title='D'>E</b> \ud800",
    );
  });
});

describe("a part of an XML file", () => {
  it.each<[string, string, string, MarkupOptions?]>([
    ["no tags", "One. Two", "One. Two"],
    ["tags beside text", "A <x1>b <y/></x1> c", "A <1>b <2/></1> c"],
    [
      "the structure of a document",
      "<doc>\n <meta><title>One</title></meta>\n <par>Two <em2>three</em2>.</par>\n <par>Four.</par>\n</doc>",
      "One|Two <1>three</1>.|Four.",
    ],
    ["elements against each other", "<a1>One</a1><a2>Two</a2>", "One|Two"],
    [
      "elements that stand beside text somewhere",
      "<r>\n<k>One</k>\n<st>two <k>three</k></st></r>",
      "One|two <1>three</1>",
    ],
    ["pairs without text", 'Open <x id="1"></x> now', "Open <1/> now"],
    ["names of HTML", "<b>One</b><b>two</b><li>three</li> four", "<1>One</1><2>two</2>|three| four"],
    ["without outline detection", "<a1>One</a1>\n<a2>Two</a2>", "<1>One</1>\n<2>Two</2>", { outlineDetection: false }],
    [
      "elements that split, by case",
      "<a>One</a> <A>two</A>",
      "One|two",
      { outlineDetection: false, splittingTags: ["A"] },
    ],
    ["elements that don't split", "<p>One</p><p>two</p>", "<1>One</1><2>two</2>", { nonSplittingTags: ["p"] }],
    ["elements to ignore", "Open <keep>this <b>one</b></keep> now", "Open <1/> now", { ignoreTags: ["keep"] }],
    ["translate=no", 'Open <a translate="no">this</a> now', "Open <1/> now"],
    ["comments and instructions", "a <!-- b --> c <?d e?> f", "a <1/> c <2/> f"],
    ["references of other names", "a &hearts; b &amp; c", "a <1/> b & c"],
    ["a whole file", '<?xml version="1.0"?>\n<!DOCTYPE r>\n<r>One</r>', "One"],
  ])("%s", (_, text, texts, options) => {
    const document = xml(text, options);
    expect(textsOf(document)).toBe(texts);
    expect(document.writeText(document.segments.map(({ text }) => text))).toBe(text);
  });

  it("is written with valid references, and CDATA as text", () => {
    expect(upper(xml("a &amp; &hearts; <b>c &#65;</b> <![CDATA[d < e]]>"))).toBe(
      "A &amp; &hearts; <b>C A</b> D &lt; E",
    );
  });

  it.each([
    ["<a>b", /not closed|unclosed/],
    ["a < b", /line 1/],
    ["<a>b</c>", /line 1/],
    ["a & b", /line 1/],
  ])("%s is refused", (text, message) => {
    expect(() => xml(text)).toThrow(DataError);
    try {
      xml(text);
    } catch (error) {
      const { where, message: said } = error as DataError;
      expect(`${where} ${said}`).toMatch(message);
    }
  });
});
