/** Source of truth: what a line is to Python's str.splitlines and to this project's readers. */
import { expect, test } from "vitest";
import { pair, skip } from "../../../src/corpora/formats/importer.ts";
import { asLine, obstacleOf } from "../../../src/corpora/importing/text-line.ts";
import { LONGEST_LINE } from "../../../src/data/files/line-splitter.ts";

test.each([
  ["  a  b\t c ", "a  b\t c"],
  ["a\nb", "a b"],
  ["\r\n a \r\n\n   b\u2028c\u0085d\ve ", "a b c d e"],
  ["\n", ""],
])("%j", (text, line) => {
  expect(asLine(text)).toBe(line);
});

test("a line has no bounds on its time", () => {
  const spaces = " ".repeat(1 << 20);
  expect(asLine(`a${spaces}b\nc`)).toBe(`a${spaces}b c`);
});

test("what is no pair says why", () => {
  const item = pair("a", "b", 1);
  expect(obstacleOf(item, "a", "b")).toBeUndefined();
  expect(obstacleOf(item, "", "b")).toBe("empty");
  expect(obstacleOf(item, "a", "")).toBe("not translated");
  expect(obstacleOf(skip("obsolete", 1), "", "")).toBe("obsolete");
  const longest = "a".repeat(LONGEST_LINE - 1);
  expect(obstacleOf(item, longest, "b")).toBeUndefined();
  expect(obstacleOf(item, `${longest}a`, "b")).toBe("too long");
  expect(obstacleOf(item, "a", `${longest.slice(1)}é`)).toBe("too long");
});
