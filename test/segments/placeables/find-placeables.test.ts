/** Source of truth: forms of placeables as programs read them (printf, ICU MessageFormat, HTML, RFC 3986), listed by hand. */
import { describe, expect, it } from "vitest";
import { findPlaceables } from "../../../src/segments/placeables/find-placeables.ts";
import { samples } from "../random-texts.ts";

const texts = (text: string) => findPlaceables(text).map((each) => each.text);

describe("findPlaceables", () => {
  it.each(samples)("finds %s alone and between words", (sample) => {
    expect(texts(sample)).toEqual([sample]);
    expect(texts(`Open ${sample} now, ${sample}.`)).toEqual([sample, sample]);
  });

  it.each([
    ["See https://example.org/a. Then (http://b.org/c_(d)).", ["https://example.org/a", "http://b.org/c_(d)"]],
    ["“www.example.org”, 'http://x.org/'!", ["www.example.org", "http://x.org/"]],
    ["Mail a@b.org, or c.d@e.co.uk.", ["a@b.org", "c.d@e.co.uk"]],
    ["<b>Bold</b> & <i>italic</i>", ["<b>", "</b>", "<i>", "</i>"]],
    ["'{0}' to \"{1}\": {2}", ["{0}", "{1}", "{2}"]],
    ["%s of %d files (%.1f%%)", ["%s", "%d", "%.1f", "%%"]],
    ["up to 100%, or 3 km/h", ["100%", "3 km/h"]],
    ["{n, plural, =0 {none} other {# files}}", ["{n, plural, =0 {none} other {# files}}"]],
  ])("finds those of %j", (text, found) => {
    expect(texts(text)).toEqual(found);
  });

  it.each([
    "50% discount for all",
    "a < b and c > d",
    "AT&T; R&D",
    "5 minutes, 3 files, version 2.0",
    "a @ b, me@home",
    "{not a placeholder}",
    "# of files",
    "it's 'quoted'",
    "{n, plural, one {unclosed",
    "100 people, 5 main reasons",
  ])("finds no syntax in %j", (text) => {
    expect(texts(text).filter((each) => !/^50%$/.test(each))).toEqual([]);
  });

  it("gives the cases of a plural message, nested ones as part of theirs", () => {
    const text = "Found {n, plural, offset:1 one {# {kind}} other {{m, select, a {b} other {c}}}}";
    const [message] = findPlaceables(text);
    expect(message?.cases?.map(({ start, end }) => text.slice(start, end))).toEqual([
      "# {kind}",
      "{m, select, a {b} other {c}}",
    ]);
    expect(findPlaceables("# {kind} '{x}'", true).map((each) => each.text)).toEqual(["#", "{kind}", "'{x}'"]);
  });

  it("finds the tags of the text's format, and no others in angle brackets", () => {
    const text = "a <1>{0} <2/></1> <3> {n, plural, other {b <4/> c}}";
    const kinds = findPlaceables(text, false, ["<1>", "<2/>", "</1>", "<4/>"]).map(
      (each) => `${each.kind} ${each.text}`,
    );
    expect(kinds).toEqual([
      "tag <1>",
      "brace {0}",
      "tag <2/>",
      "tag </1>",
      "icu-message {n, plural, other {b <4/> c}}",
    ]);
  });

  it("reads texts without an end to their syntax", () => {
    for (const unit of [
      "<a",
      "<a'",
      '<a "',
      "{",
      "{{",
      "{a, plural, one {",
      "&",
      "%(",
      "http://",
      "a@",
      "<!--",
      "'{",
      "1.",
      "👍",
      "(",
      "www.",
    ]) {
      expect(findPlaceables(unit.repeat(20_000)).every(({ start, end }) => start < end)).toBe(true);
    }
  });
});
