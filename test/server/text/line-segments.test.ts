/** Source of truth: texts and what of them is to be translated, written by hand. */
import { describe, expect, test } from "vitest";
import { lineSegments } from "../../../src/server/text/line-segments.ts";

const upper = (text: string, kind: "text" | "html" | "xml") => {
  const { segments, join } = lineSegments(text, { kind });
  return { segments, joined: join(segments.map((segment) => segment.toUpperCase())) };
};

describe("text", () => {
  test.each([
    ["one line", ["one line"], "ONE LINE"],
    ["a\r\n\r\n  b \n\tc\u00a0", ["a", "b", "c"], "A\r\n\r\n  B \n\tC\u00a0"],
    ["😀 12.5 →\n", [], "😀 12.5 →\n"],
    ["", [], ""],
    ["a < b & <c>", ["a < b & <c>"], "A < B & <C>"],
  ])("%j", (text, segments, joined) => {
    expect(upper(text, "text")).toEqual({ segments, joined });
  });
});

describe("markup", () => {
  test.each([
    ["<p>One <b>two</b></p>", ["One", "two"], "<p>ONE <b>TWO</b></p>"],
    ["a &amp; b &lt;c&gt; &#x41;", ["a & b <c> A"], "A &amp; B &lt;C&gt; A"],
    ["x&nbsp;&hearts; y", ["x\u00a0&hearts; y"], "X&#160;&HEARTS; Y"],
    ['<a title="a > b">link</a>', ["link"], '<a title="a > b">LINK</a>'],
    ["<!-- no -->yes<script>if (a < b) no()</script>", ["yes"], "<!-- no -->YES<script>if (a < b) no()</script>"],
    ["&nbsp;<br/>\n&amp;", [], "&nbsp;<br/>\n&amp;"],
    ["1 < 2 and 3", ["1 < 2 and 3"], "1 &lt; 2 AND 3"],
    ["<p it's>don't <i x = 'a>b'>go</i", ["don't", "go"], "<p it's>DON'T <i x = 'a>b'>GO</i"],
    [
      "<?xml a?><!DOCTYPE b><![CDATA[a > b]]>c <-- 3<4",
      ["c <-- 3<4"],
      "<?xml a?><!DOCTYPE b><![CDATA[a > b]]>C &lt;-- 3&lt;4",
    ],
    ["a <STYLE x>b</style >c<styles>d", ["a", "c", "d"], "A <STYLE x>b</style >C<styles>D"],
    ["&#xd800; &#99999999; a", ["&#xd800; &#99999999; a"], "&#XD800; &#99999999; A"],
  ])("%j", (text, segments, joined) => {
    expect(upper(text, "html")).toEqual({ segments, joined });
  });

  test("is cut in time that grows with its length", () => {
    // Rescanning from each beginning would take hours.
    for (const text of ["<a ", "<a b='", "<!--", "<script>", "<script></scrip", "a < ", "&", "x \u3000"]) {
      const long = text.repeat(1e6);
      const { segments, join } = lineSegments(long, { kind: "html" });
      expect(join(segments).length).toBeGreaterThanOrEqual(long.length);
    }
  });
});
