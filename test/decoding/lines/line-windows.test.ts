/** Source of truth: the definition of a window, on streams whose timing the test decides. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { lineWindows } from "../../../src/decoding/lines/line-windows.ts";

async function collect(windows: AsyncIterable<string[]>): Promise<string[][]> {
  const all: string[][] = [];
  for await (const window of windows) all.push(window);
  return all;
}

const patient = Number.POSITIVE_INFINITY;

test("full windows and a rest", async () => {
  const windows = lineWindows(["a", "b", "c", "d", "e"], { lines: 2, patience: patient });
  expect(await collect(windows)).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  expect(await collect(lineWindows([], { lines: 2, patience: patient }))).toEqual([]);
});

test("a pause ends a window, so that a waiting writer gets its answer", async () => {
  let answered: () => void = () => {};
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  async function* typist() {
    yield "a";
    yield "b";
    await answer;
    yield "c";
  }
  const found: string[][] = [];
  for await (const window of lineWindows(typist(), { lines: 100, patience: 5 })) {
    found.push(window);
    answered();
  }
  expect(found).toEqual([["a", "b"], ["c"]]);
});

test("lines before a failed read are still yielded, then its error is thrown", async () => {
  async function* broken() {
    yield "a";
    yield "b";
    throw new Error("bad line");
  }
  const found: string[][] = [];
  const run = async () => {
    for await (const window of lineWindows(broken(), { lines: 2, patience: patient })) {
      found.push(window);
      await sleep(1);
    }
  };
  await expect(run()).rejects.toThrow("bad line");
  expect(found).toEqual([["a", "b"]]);
});

test("a consumer that stops early closes the stream", async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield "a";
    } finally {
      closed = true;
    }
  }
  for await (const _ of lineWindows(endless(), { lines: 3, patience: patient })) break;
  await sleep(1);
  expect(closed).toBe(true);
});
