/** Source of truth: the translations of all lines in order, and the bounds that portions are to keep. */
import { expect, test, vi } from "vitest";
import type { WantedLine } from "../../../src/segments/translate-lines.ts";
import { type PortionedLines, translateInPortions } from "../../../src/server/documents/portions.ts";
import { RequestError } from "../../../src/server/request-error.ts";

const texts = Array.from({ length: 1000 }, (_, i) => `${i} ${"x".repeat(i % 37)}`);
const asLines = (some: readonly string[]) => some.map((text) => ({ text }));

function run({ lines = texts, ...some }: Partial<Omit<PortionedLines, "lines">> & { lines?: string[] } = {}) {
  const portions: string[][] = [];
  const held: number[] = [];
  let open = 0;
  let most = 0;
  const translated = translateInPortions({
    lines: asLines(lines),
    mostCharacters: 2000,
    signal: new AbortController().signal,
    hold: async (characters) => {
      held.push(characters);
      open++;
      most = Math.max(most, open);
      return () => {
        open--;
      };
    },
    translate: async (portion) => {
      portions.push(portion.map(({ text }) => text));
      // Later ones end sooner.
      await new Promise((resolve) => setTimeout(resolve, portions.length % 2 === 1 ? 3 : 0));
      return portion.map(({ text }) => asLines([text.toUpperCase(), text]));
    },
    ...some,
  });
  return { translated, portions, held, figures: () => ({ open, most }) };
}

test("all lines come back in order, from two portions at a time, each with its room", async () => {
  const done: number[] = [];
  const { translated, portions, held, figures } = run({ onDone: (count) => done.push(count) });
  expect(await translated).toEqual(texts.map((text) => asLines([text.toUpperCase(), text])));
  expect(portions.flat()).toEqual(texts);
  for (const [i, portion] of portions.entries()) {
    expect(portion.length).toBeLessThanOrEqual(256);
    expect(held[i]).toBe(portion.join("").length);
    expect(held[i]).toBeLessThanOrEqual(2000);
  }
  expect(portions.length).toBeGreaterThan(5);
  expect(done.reduce((sum, count) => sum + count, 0)).toBe(1000);
  expect(figures()).toEqual({ open: 0, most: 2 });
});

test("a line longer than a portion is one, and short ones are a few batches", async () => {
  const { translated, portions } = run({ lines: ["a", "b".repeat(5000), "c"] });
  await translated;
  expect(portions.map((portion) => portion.length)).toEqual([1, 1, 1]);
  const short = run({ lines: Array.from({ length: 600 }, () => "a") });
  await short.translated;
  expect(short.portions.map((portion) => portion.length)).toEqual([256, 256, 88]);
});

test("no lines are none", async () => {
  expect(await run({ lines: [] }).translated).toEqual([]);
});

test("what can't be translated now is tried again, other failures are not; room is free after them", async () => {
  let calls = 0;
  const failing = (status: 503 | 400, times: number) => async (portion: readonly WantedLine[]) => {
    if (calls++ < times) throw new RequestError(status, "no", { retryAfter: 0.001 });
    return portion.map(({ text }) => [{ text }]);
  };
  expect(await run({ lines: ["a"], translate: failing(503, 5) }).translated).toEqual([[{ text: "a" }]]);
  calls = 0;
  const often = run({ lines: ["a"], translate: failing(503, 6) });
  await expect(often.translated).rejects.toMatchObject({ status: 503 });
  expect([calls, often.figures().open]).toEqual([6, 0]);
  calls = 0;
  await expect(run({ lines: ["a"], translate: failing(400, 1) }).translated).rejects.toMatchObject({ status: 400 });
  expect(calls).toBe(1);
});

test("no further portion begins after the end of the signal", async () => {
  const stop = new AbortController();
  const translate = vi.fn(async (portion: readonly WantedLine[]) => {
    stop.abort(new Error("gone"));
    return portion.map(({ text }) => [{ text }]);
  });
  const { translated, figures } = run({ translate, signal: stop.signal });
  await expect(translated).rejects.toThrow("gone");
  expect(translate.mock.calls.length).toBeLessThanOrEqual(2);
  expect(figures().open).toBe(0);
});
