/** Source of truth: the ranges of the module's first comment; FNV-1a of known texts (RFC 9923, "" and "a" and "foobar"). */
import { expect, test } from "vitest";
import { parameterStream, passStream, sampleStream, shuffleStream } from "../../src/base/random-streams.ts";

test("a parameter's stream is FNV-1a of its name", () => {
  expect(parameterStream("")).toBe(0x811c9dc5);
  expect(parameterStream("a")).toBe(0xe40c292c);
  expect(parameterStream("foobar")).toBe(0xbf9cf968);
});

test("uses have ranges of their own, and none shares a stream with another", () => {
  const passes = [0, 1, 2 ** 40].map(passStream);
  expect(passes).toEqual([2 ** 40, 2 ** 40 + 256, 2 ** 40 + 2 ** 48]);
  const orders = (["epoch", "batches", 0, 1, 999] as const).flatMap((what) =>
    [0, 1, 2 ** 32 - 1].map((count) => shuffleStream(what, count)),
  );
  expect(new Set(orders).size).toBe(orders.length);
  for (const stream of orders) expect(stream).toBeGreaterThan(passes[2]!);
  for (const stream of [...passes, ...orders]) expect(Number.isSafeInteger(stream)).toBe(true);
  expect(Math.max(0xffffffff, parameterStream("foobar"))).toBeLessThan(passes[0]!);
});

test("a line's samples are apart from each other's and from other lines'", () => {
  expect([sampleStream(0, 0), sampleStream(7, 0), sampleStream(7, 3)]).toEqual([0, 7, 3 * 2 ** 40 + 7]);
});
