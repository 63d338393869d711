/** Source of truth: Pharaoh's form, by hand. */
import { expect, test } from "vitest";
import { formatLinks, parseLinks } from "../../src/alignment/pharaoh.ts";

const where = () => "links:3";

test("links go both ways", () => {
  const links = [
    { source: 0, target: 12 },
    { source: 3, target: 0 },
  ];
  expect(formatLinks(links)).toBe("0-12 3-0");
  expect(parseLinks("0-12 3-0", where)).toEqual(links);
  expect(parseLinks("  0-12\t3-0 \r", where)).toEqual(links);
});

test("a blank line has none", () => {
  expect(formatLinks([])).toBe("");
  expect(parseLinks(" ", where)).toEqual([]);
});

test.each(["0", "0-", "-1", "0-1-2", "0:1", "a-b", "0-1 2", "0--1", "1.5-2", "12345678901-0"])(
  "%s is refused, with its line",
  (line) => {
    expect(() => parseLinks(line, where)).toThrow(
      expect.objectContaining({ name: "DataError", where: "links:3", message: expect.stringContaining("is no link") }),
    );
  },
);
