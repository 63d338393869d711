/** Source of truth: texts as clients send them and what of them is to be translated, by hand. */
import { describe, expect, test } from "vitest";
import { RequestError } from "../../../src/server/request-error.ts";
import { readText, type TextFormat } from "../../../src/server/texts/read-text.ts";

const read = (text: string, format: TextFormat) => {
  const { texts, write } = readText(text, format);
  return { texts: texts.map((each) => each.text), upper: write(texts.map((each) => each.text.toUpperCase())) };
};

describe("a text of a request", () => {
  test.each<[string, TextFormat, string[], string]>([
    ["a < b & <c>\n d", { kind: "text" }, ["a < b & <c>\n d"], "A < B & <C>\n D"],
    ["<p>a <b>b</b> &amp; c</p> d", { kind: "html" }, ["a <1>b</1> & c", "d"], "<p>A <b>B</b> &amp; C</p> D"],
    ["<p>a <x>b</x> &amp; c</p>", { kind: "xml" }, ["a <1/> & c"], "<p>A <x>b</x> &amp; C</p>"],
    ["", { kind: "html" }, [], ""],
    ["<br>", { kind: "html" }, [], "<br>"],
  ])("%j as %j", (text, format, texts, upper) => {
    const markup = { ignoreTags: ["x"] };
    expect(read(text, { markup, ...format })).toEqual({ texts, upper });
  });

  test("has the white space of its format, or that which is asked for", () => {
    const whiteSpace = (format: TextFormat) => readText("<p>a</p>", format).texts[0]!.whiteSpace;
    expect(whiteSpace({ kind: "html" })).toBe("collapsible");
    expect(whiteSpace({ kind: "html", whiteSpace: "lines" })).toBe("lines");
    expect(whiteSpace({ kind: "xml" })).toBeUndefined();
    expect(whiteSpace({ kind: "xml", whiteSpace: "paragraphs" })).toBe("paragraphs");
  });

  test("that is no XML is refused, with the place and what to do", () => {
    const refused = () => readText("one\n<a>two", { kind: "xml" });
    expect(refused).toThrow(RequestError);
    expect(refused).toThrow(/^Tag handling parsing failed, please check input: line 2: /);
    expect(refused).toThrow(
      expect.objectContaining({ status: 400, nextStep: expect.stringMatching(/Close every tag/) }),
    );
  });
});
