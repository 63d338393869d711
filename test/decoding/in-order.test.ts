/** Source of truth: a list of what happened, for items and work whose ends are given by hand. */
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { inOrder } from "../../src/decoding/in-order.ts";

/** Promises by name, to be resolved by hand. */
function gates() {
  const all = new Map<string, PromiseWithResolvers<void>>();
  const gate = (name: string) => {
    if (!all.has(name)) all.set(name, deferred());
    return all.get(name)!;
  };
  return { pass: (name: string) => gate(name).promise, open: (name: string) => gate(name).resolve(), gate };
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function deferred(): PromiseWithResolvers<void> {
  let settle: Omit<PromiseWithResolvers<void>, "promise"> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await setImmediate();
}

async function* count(to: number, read: number[] = []): AsyncGenerator<number, void, undefined> {
  for (let i = 1; i <= to; i++) {
    read.push(i);
    yield i;
  }
}

describe("order and bounds", () => {
  test("results come in the order of the items, whichever work ends first", async () => {
    const { pass, open } = gates();
    const work = async (item: number) => {
      await pass(`${item}`);
      return item * 10;
    };
    const results: number[] = [];
    const reading = (async () => {
      for await (const result of inOrder(count(4), work)) results.push(result);
    })();
    open("2");
    await settled();
    expect(results).toEqual([]);
    for (const name of ["1", "4", "3"]) open(name);
    await reading;
    expect(results).toEqual([10, 20, 30, 40]);
  });

  test("two items are worked on at once, and no third one is read for a reader who rests", async () => {
    const read: number[] = [];
    const begun: number[] = [];
    const results = inOrder(count(9, read), async (item) => {
      begun.push(item);
      await settled();
      return item;
    });
    expect((await results.next()).value).toBe(1);
    await settled();
    expect(begun).toEqual([1, 2]);
    expect(read).toEqual([1, 2]);
    await results.return();
  });

  test("a result doesn't wait for the next item to arrive", async () => {
    async function* slow(): AsyncGenerator<number, void, undefined> {
      yield 1;
      await new Promise(() => {});
    }
    const results = inOrder(slow(), async (item) => item);
    expect((await results.next()).value).toBe(1);
    await results.return();
  });
});

describe("ends", () => {
  test("an error of the items comes after the results of those before it", async () => {
    async function* broken(): AsyncGenerator<number, void, undefined> {
      yield 1;
      yield 2;
      throw new Error("unreadable");
    }
    const results: number[] = [];
    const reading = (async () => {
      for await (const result of inOrder(broken(), async (item) => item)) results.push(result);
    })();
    await expect(reading).rejects.toThrow("unreadable");
    expect(results).toEqual([1, 2]);
  });

  test("an abort while items are awaited rejects with its reason at once", async () => {
    async function* never(): AsyncGenerator<number, void, undefined> {
      await new Promise(() => {});
      yield 1;
    }
    const stop = new AbortController();
    const first = inOrder(never(), async (item) => item, stop.signal).next();
    await settled();
    stop.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
  });

  test.each(["abort", "leave", "fail"])("work under way is told to stop and waited for: %s", async (how) => {
    const stop = new AbortController();
    const ended: number[] = [];
    const { pass, open } = gates();
    const work = async (item: number, signal: AbortSignal) => {
      if (item === 1) {
        await pass("1");
        if (how === "fail") throw new Error("broken");
        return item;
      }
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await setImmediate();
      ended.push(item);
      return item;
    };
    const results = inOrder(count(9), work, stop.signal);
    const first = results.next();
    await settled();
    open("1");
    if (how === "fail") {
      await expect(first).rejects.toThrow("broken");
    } else {
      expect((await first).value).toBe(1);
      if (how === "leave") await results.return();
      else {
        const next = results.next();
        stop.abort(new Error("enough"));
        await expect(next).rejects.toThrow("enough");
      }
    }
    expect(ended).toEqual([2]);
  });
});
