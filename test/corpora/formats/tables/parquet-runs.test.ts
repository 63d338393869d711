// Source of truth: the encodings of parquet-format, written out by hand.
import { describe, expect, test } from "vitest";
import { checkRuns, checkValues, countDefined } from "../../../../src/corpora/formats/tables/parquet-runs.ts";

const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer);

describe("runs", () => {
  // A run-length header is twice its length; a packed one twice its groups of eight, and one more.
  test.each([
    ["of one value, six times", 1, 6, [12, 1]],
    ["packed, three of eight", 1, 3, [3, 0b101]],
    ["packed in several bits, the padding left out", 3, 5, [3, 0xff, 0xff]],
    ["one after the other", 2, 12, [8, 1, 3, 0xff, 0xff]],
    ["of no bits", 0, 9, [18]],
    ["packed with a whole run of padding", 1, 3, [1 + 2 * 63, 0b101]],
    ["of no values", 1, 0, []],
  ])("%s", (_, bits, count, bytes) => {
    expect(() => checkRuns(view(...bytes), bits, count)).not.toThrow();
  });

  test.each([
    ["a value more", 1, 6, [14, 1], /longer than its page/],
    ["two hundred million values", 1, 6, [0x80, 0x88, 0xde, 0xbe, 1, 1], /longer than its page/],
    ["two billion in groups that are none", 0, 6, [0xff, 0xff, 0xff, 0xff, 0x0f], /longer than its page/],
    ["its value is missing", 9, 6, [12, 1], /ends after its page/],
    ["packed values are missing", 8, 20, [3, 1, 2, 3, 24, 1], /ends after its page/],
    ["it isn't there", 1, 6, [8, 1], RangeError],
    ["values of too many bits", 33, 1, [2, 0, 0, 0, 0, 0], /33 bits/],
  ])("%s", (_, bits, count, bytes, error) => {
    expect(() => checkRuns(view(...bytes), bits, count)).toThrow(error);
  });

  test("levels are counted", () => {
    expect(countDefined(view(3, 0b101), 1, 3)).toBe(2);
    expect(countDefined(view(8, 2, 4, 1), 2, 6)).toBe(4);
  });
});

describe("values", () => {
  test("places in a dictionary begin with their bits", () => {
    expect(() => checkValues(view(1, 12, 1), "RLE_DICTIONARY", 6, 100)).not.toThrow();
    expect(() => checkValues(view(1, 14, 1), "RLE_DICTIONARY", 6, 100)).toThrow(/longer than its page/);
    expect(() => checkValues(view(), "PLAIN_DICTIONARY", 0, 100)).not.toThrow();
  });

  // Blocks of 128 in 4 parts, the count, the first value (zigzag), then the least difference and the bits of each part.
  const lengths = (count: number, first: number, step: number) => [0x80, 1, 4, count, 2 * first, 2 * step, 0, 0, 0, 0];

  test("a text shares with the one before no more than that has", () => {
    const texts = (shared: number[], own: number[]) => view(...shared, ...own, 0x61, 0x61, 0x61);
    // Two texts: 1 letter, then 1 more behind 1 shared.
    expect(() => checkValues(texts(lengths(2, 0, 1), lengths(2, 1, 0)), "DELTA_BYTE_ARRAY", 2, 100)).not.toThrow();
    expect(() => checkValues(texts(lengths(2, 0, 2), lengths(2, 1, 0)), "DELTA_BYTE_ARRAY", 2, 100)).toThrow(
      /before it/,
    );
    expect(() => checkValues(texts(lengths(2, 1, 0), lengths(2, 1, 0)), "DELTA_BYTE_ARRAY", 2, 100)).toThrow(
      /before it/,
    );
    expect(() => checkValues(texts(lengths(2, 0, 1), lengths(2, 1, 0)), "DELTA_BYTE_ARRAY", 2, 2)).toThrow(/longer/);
  });
});
