// Source of truth: what a reader may expect of work that is started ahead: order, no waiting for input, few items open, and a stop that stops.
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOrder } from "../../src/decoding/in-order.ts";

async function* items(count: number, onRead: (item: number) => void = () => {}): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) {
    onRead(i);
    yield i;
  }
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

/** A promise that others settle. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test("results come in the items' order, whichever is done first", async () => {
  const start = async (item: number) => {
    await delay(item % 2 === 0 ? 5 : 0);
    return item * 10;
  };
  expect(await collect(inOrder(items(7), start))).toEqual([0, 10, 20, 30, 40, 50, 60]);
});

test("two items are open at most, even if nobody reads results", async () => {
  let read = -1;
  const started: number[] = [];
  const start = async (item: number) => {
    started.push(item);
    await delay(10);
    return item;
  };
  const results = inOrder(
    items(10, (item) => {
      read = item;
    }),
    start,
  );
  await results.next();
  await delay(40);
  expect(started).toEqual([0, 1]);
  expect(read).toBe(1);
  await results.return();
});

test("a result doesn't wait for the next item", async () => {
  async function* slow(): AsyncGenerator<number> {
    yield 1;
    await new Promise(() => {}); // A keyboard that nobody touches.
  }
  const results = inOrder(slow(), async (item) => item);
  expect(await results.next()).toEqual({ done: false, value: 1 });
  await results.return();
});

test("an error of the items comes after the results of those before it", async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1;
    yield 2;
    throw new Error("unreadable");
  }
  const seen: number[] = [];
  const read = async () => {
    for await (const result of inOrder(broken(), async (item) => item)) seen.push(result);
  };
  await expect(read()).rejects.toThrow("unreadable");
  expect(seen).toEqual([1, 2]);
});

test("where one fails, the others are stopped and waited for", async () => {
  const second = deferred<number>();
  let stopped = false;
  const start = (item: number, signal: AbortSignal) => {
    if (item === 0) return delay(5).then(() => Promise.reject(new Error("no memory")));
    signal.addEventListener("abort", () => {
      stopped = true;
      second.reject(signal.reason);
    });
    return second.promise;
  };
  await expect(collect(inOrder(items(5), start))).rejects.toThrow("no memory");
  expect(stopped).toBe(true);
});

test.each(["while it reads", "while it works"])("an abort ends it %s, with the signal's reason", async (when) => {
  const stop = new AbortController();
  async function* one(): AsyncGenerator<number> {
    if (when === "while it works") yield 1;
    await new Promise(() => {});
  }
  const start = (_: number, signal: AbortSignal) =>
    new Promise<number>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const done = collect(inOrder(one(), start, stop.signal));
  setTimeout(() => stop.abort(new Error("enough")), 5);
  await expect(done).rejects.toThrow("enough");
});

test("a signal that is aborted already starts nothing", async () => {
  const never = () => expect.fail("it was started");
  await expect(collect(inOrder(items(3), never, AbortSignal.abort(new Error("too late"))))).rejects.toThrow("too late");
});

test("a reader that stops early stops the work under way", async () => {
  let aborted = 0;
  const start = async (item: number, signal: AbortSignal) => {
    signal.addEventListener("abort", () => aborted++);
    return item;
  };
  for await (const _ of inOrder(items(10), start)) break;
  expect(aborted).toBeGreaterThan(0);
});
