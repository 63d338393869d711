// Source of truth: what `nmt finetune --help` says of --data.
import { expect, test } from "vitest";
import { textFilesOf } from "../../src/finetuning/text-files.ts";

test.each<[string[], [string, string][]]>([
  [["a.en", "a.de"], [["a.en", "a.de"]]],
  [["a.de", "a.en"], [["a.en", "a.de"]]],
  [
    ["a.de.gz", "b.en", "x.txt", "y.txt"],
    [
      ["b.en", "a.de.gz"],
      ["x.txt", "y.txt"],
    ],
  ],
  [["a.de", "b.txt"], [["a.de", "b.txt"]]],
])("%j", (names, expected) => {
  const files = textFilesOf(names, ["en", "de"], "--data");
  expect(files).toEqual(expected.map(([pathSrc, pathTgt]) => ({ pathSrc, pathTgt })));
});

test("languages without names leave files as they stand", () => {
  expect(textFilesOf(["a.de", "a.en"], [undefined, undefined], "--data")[0]!.pathSrc).toBe("a.de");
});

test("a file without its other language is refused", () => {
  expect(() => textFilesOf(["a.en", "a.de", "b.en"], ["en", "de"], "--general")).toThrow(
    expect.objectContaining({
      name: "UsageError",
      where: "b.en",
      nextStep: "Give files in twos: --general FILE.en FILE.de.",
    }),
  );
});
