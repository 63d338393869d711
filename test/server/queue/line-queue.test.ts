/** Source of truth: the batches that a recording translator was given, and start-time fair queueing worked out by hand. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SourceLine } from "../../../src/decoding/translation.ts";
import type { LineTranslation } from "../../../src/server/queue/batch-translator.ts";
import { LineQueue } from "../../../src/server/queue/line-queue.ts";

/** Gives lines back in capitals, once `finish` is called for the batch; `signals` are those of the batches. */
class RecordingTranslator {
  readonly batches: string[][] = [];
  readonly signals: AbortSignal[] = [];
  private readonly ends: ((error?: Error) => void)[] = [];

  translate(lines: readonly SourceLine[], signal: AbortSignal): Promise<LineTranslation[]> {
    this.batches.push(lines.map(({ text }) => text));
    this.signals.push(signal);
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      this.ends.push((error) => {
        if (error !== undefined) reject(error);
        else resolve(lines.map(translated));
      });
    });
  }

  async finish(batch: number, error?: Error): Promise<void> {
    this.ends[batch]!(error);
    await turn();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const unaborted = () => new AbortController().signal;
const textsOf = (results: LineTranslation[]) => results.map(({ hypotheses }) => hypotheses[0]?.text);
const asLines = (...texts: string[]): SourceLine[] => texts.map((text) => ({ text }));
const translated = ({ text }: SourceLine): LineTranslation => ({
  hypotheses: [{ text: text.toUpperCase() }],
  tooLong: false,
});

/** A queue whose only slot is taken by a first line, `x`, so that what is added next waits. */
async function busyQueue(batchSize = 4) {
  const queue = new LineQueue({ slots: 1, batchSize, maxDelay: 0 });
  const translator = new RecordingTranslator();
  const first = queue.translate({ client: "first", translator, lines: asLines("x"), signal: unaborted() });
  await turn();
  const add = (client: string, lines: string[], signal = unaborted()) =>
    queue.translate({ client, translator, lines: asLines(...lines), signal });
  return { queue, translator, first, add };
}

/** A queue with one slot for which nothing waits, and pauses of 10 ms. */
function idleQueue() {
  const queue = new LineQueue({ slots: 1, batchSize: 64, maxDelay: 10 });
  const translator = new RecordingTranslator();
  const add = (client: string, lines: string[]) =>
    queue.translate({ client, translator, lines: asLines(...lines), signal: unaborted() });
  return { translator, add };
}

describe("a line queue", () => {
  test("joins lines of several requests into one batch, and gives each its own in order", async () => {
    const { translator, add } = await busyQueue();
    const one = add("a", ["a1", "a2"]);
    const two = add("b", ["b1"]);
    await translator.finish(0);
    expect(translator.batches[1]!.toSorted()).toEqual(["a1", "a2", "b1"]);
    await translator.finish(1);
    expect(textsOf(await one)).toEqual(["A1", "A2"]);
    expect(textsOf(await two)).toEqual(["B1"]);
  });

  test("gives each request of a batch a turn of the event loop of its own", async () => {
    const { translator, add } = await busyQueue();
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    const ends = ["a", "b", "c"].map((client) => add(client, [client]).then(() => turns));
    await translator.finish(0);
    count();
    void translator.finish(1);
    const [a, b, c] = (await Promise.all(ends)) as [number, number, number];
    isOver = true;
    expect(b).toBeGreaterThan(a);
    expect(c).toBeGreaterThan(b);
  });

  test("waits for further lines while it is idle, but not once a batch is full", async () => {
    const queue = new LineQueue({ slots: 1, batchSize: 2, maxDelay: 1e6 });
    const translator = new RecordingTranslator();
    void queue.translate({ client: "a", translator, lines: asLines("1"), signal: unaborted() });
    await turn();
    expect(translator.batches).toEqual([]);
    void queue.translate({ client: "b", translator, lines: asLines("2"), signal: unaborted() });
    await turn();
    expect(translator.batches).toEqual([["1", "2"]]);
  });

  test("waits no more once it is to hurry", async () => {
    const queue = new LineQueue({ slots: 1, batchSize: 2, maxDelay: 1e6 });
    const translator = new RecordingTranslator();
    void queue.translate({ client: "a", translator, lines: asLines("1"), signal: unaborted() });
    queue.hurry();
    expect(translator.batches).toEqual([["1"]]);
  });

  describe("that could take more than there is", () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });
    const wait = async (milliseconds: number) => {
      await vi.advanceTimersByTimeAsync(milliseconds);
    };

    test("starts once no further line comes", async () => {
      const { translator, add } = idleQueue();
      void add("a", ["1"]);
      await wait(9);
      void add("b", ["2"]);
      await wait(9);
      expect(translator.batches).toEqual([]);
      await wait(1);
      expect(translator.batches).toEqual([["1", "2"]]);
    });

    test("starts once there are eight, however many come one after another", async () => {
      const { translator, add } = idleQueue();
      for (let i = 0; i < 14; i++) {
        void add("a", [`${i}`]);
        await wait(8);
      }
      expect(translator.batches).toEqual([Array.from({ length: 8 }, (_, i) => `${i}`)]);
    });

    test("waits for clients that have just been answered, whatever waits already", async () => {
      const { translator, add } = idleQueue();
      void add("a", ["1"]);
      await wait(10);
      void add("b", ["2"]);
      await wait(50);
      await translator.finish(0);
      await wait(5);
      void add("a", ["3"]);
      await wait(9);
      expect(translator.batches).toEqual([["1"]]);
      await wait(1);
      expect(translator.batches).toEqual([["1"], ["2", "3"]]);
    });
  });

  test("tells what has ended, when the next has started", async () => {
    const told: [string, number, number][] = [];
    const queue: LineQueue = new LineQueue({
      ...{ slots: 1, batchSize: 2, maxDelay: 0 },
      onBatch: (lines) => told.push(["started", lines, queue.waiting]),
      onDone: (characters) => told.push(["ended", characters, queue.waiting]),
    });
    const translator = { translate: async (lines: readonly SourceLine[]) => lines.map(translated) };
    const lines = asLines("abc", "de", "f");
    await queue.translate({ client: "a", translator, lines, signal: unaborted() });
    await turn();
    expect(told).toEqual([
      ["started", 2, 1],
      ["started", 1, 0],
      ["ended", 5, 0],
      ["ended", 1, 0],
    ]);
  });

  test("gives a client with one line its turn before the rest of a client with many", async () => {
    const { translator, add } = await busyQueue(2);
    void add("many", ["m1", "m2", "m3", "m4", "m5", "m6"]);
    void add("few", ["f1"]);
    await translator.finish(0);
    // Turns: m1 0, m2 3, …; f1 0.
    expect(translator.batches[1]).toEqual(["m1", "f1"]);
  });

  test("shares by characters: twice as many lines of half the length", async () => {
    const { translator, add } = await busyQueue(1);
    void add("long", ["l".repeat(19), "k".repeat(19)]);
    void add("short", ["s".repeat(9), "t".repeat(9), "u".repeat(9), "v".repeat(9)]);
    const order: string[] = [];
    for (let batch = 0; batch < 6; batch++) {
      await translator.finish(batch);
      order.push(translator.batches[batch + 1]![0]![0]!);
    }
    expect(order.join("")).toBe("lstkuv");
  });

  test("takes lines of similar length together", async () => {
    const { translator, add } = await busyQueue(2);
    void add("a", ["aaaa"]);
    void add("b", ["b".repeat(40)]);
    void add("c", ["ccccc"]);
    await translator.finish(0);
    expect(translator.batches[1]).toEqual(["aaaa", "ccccc"]);
  });

  test("lets no line wait for all others whose length fits better", async () => {
    const { translator, add } = await busyQueue(4);
    for (const length of [1, 100, 250, 600, 1300]) void add("a", ["l".repeat(length)]);
    for (let batch = 0; batch < 3; batch++) {
      for (const line of ["d", "e", "f", "g"]) void add("a", [line]);
      await translator.finish(batch);
    }
    const longest = translator.batches
      .slice(1)
      .map((lines) => lines.map(({ length }) => length).toSorted((a, b) => b - a));
    expect(longest).toEqual([
      [100, 1, 1, 1],
      [600, 250, 1, 1],
      [1300, 1, 1, 1],
    ]);
  });

  test("gives every slot a batch, of four lines at least", async () => {
    const queue = new LineQueue({ slots: 2, batchSize: 64, maxDelay: 0 });
    const translator = new RecordingTranslator();
    void queue.translate({
      client: "a",
      translator,
      lines: asLines(...Array.from({ length: 10 }, (_, i) => `${i}`)),
      signal: unaborted(),
    });
    void queue.translate({ client: "a", translator, lines: asLines("x"), signal: unaborted() });
    await translator.finish(0);
    expect(translator.batches.map(({ length }) => length)).toEqual([5, 5, 1]);
  });

  test("leaves something for the slots that are busy, so that none has to wait for clients to ask again", async () => {
    const queue = new LineQueue({ slots: 2, batchSize: 64, maxDelay: 0 });
    const translator = new RecordingTranslator();
    const add = (count: number) =>
      void queue.translate({
        client: "a",
        translator,
        lines: asLines(...Array.from({ length: count }, (_, i) => `${i}`)),
        signal: unaborted(),
      });
    add(2);
    await turn();
    add(1);
    await turn();
    add(20);
    await translator.finish(0);
    await translator.finish(1);
    await translator.finish(2);
    expect(translator.batches.map(({ length }) => length)).toEqual([2, 1, 10, 5, 4]);
  });

  test("does not wait for more than eight lines", async () => {
    const queue = new LineQueue({ slots: 1, batchSize: 64, maxDelay: 1e6 });
    const translator = new RecordingTranslator();
    const add = (count: number) =>
      void queue.translate({
        client: "a",
        translator,
        lines: asLines(..."abcdefgh".slice(0, count)),
        signal: unaborted(),
      });
    add(7);
    await turn();
    expect(translator.batches).toEqual([]);
    add(1);
    await turn();
    expect(translator.batches.map(({ length }) => length)).toEqual([8]);
  });

  test("keeps lines with other options apart", async () => {
    const { queue, translator, add } = await busyQueue();
    const other = new RecordingTranslator();
    void add("a", ["a1"]);
    void queue.translate({ client: "a", translator: other, lines: asLines("o1"), signal: unaborted() });
    await translator.finish(0);
    expect([translator.batches[1], other.batches]).toEqual([["a1"], []]);
    await translator.finish(1);
    expect(other.batches).toEqual([["o1"]]);
  });

  test("lets lines with other options that are few be passed over once, not as long as there are enough of the others", async () => {
    const queue = new LineQueue({ slots: 1, batchSize: 8, maxDelay: 1e6 });
    const [many, few] = [new RecordingTranslator(), new RecordingTranslator()];
    const add = (client: string, translator: RecordingTranslator, count: number) =>
      void queue.translate({
        client,
        translator,
        lines: asLines(..."abcdefgh".slice(0, count)),
        signal: unaborted(),
      });
    add("many", many, 8);
    add("many", many, 8);
    add("few", few, 1);
    await many.finish(0);
    expect([many.batches.length, few.batches.length]).toEqual([2, 0]);
    add("many", many, 8);
    await many.finish(1);
    expect([many.batches.length, few.batches.length]).toEqual([2, 1]);
  });

  test("drops waiting lines of a client that is gone", async () => {
    const { queue, translator, add } = await busyQueue();
    const gone = new AbortController();
    const dropped = add("a", ["a1", "a2"], gone.signal);
    void add("b", ["b1"]);
    gone.abort(new Error("gone"));
    await expect(dropped).rejects.toThrow("gone");
    expect(queue.waiting).toBe(1);
    await translator.finish(0);
    expect(translator.batches[1]).toEqual(["b1"]);
  });

  test("stops a batch once all of its requests are gone, and not before", async () => {
    const { translator, add } = await busyQueue();
    const [one, two] = [new AbortController(), new AbortController()];
    const results = [add("a", ["a1"], one.signal), add("b", ["b1"], two.signal)];
    await translator.finish(0);
    one.abort(new Error("one"));
    expect(translator.signals[1]!.aborted).toBe(false);
    two.abort(new Error("two"));
    expect(translator.signals[1]!.aborted).toBe(true);
    await expect(results[0]).rejects.toThrow("one");
    await expect(results[1]).rejects.toThrow("two");
    // The slot is free again.
    void add("c", ["c1"]);
    await turn();
    expect(translator.batches[2]).toEqual(["c1"]);
  });

  test("an error of a batch is that of its requests alone", async () => {
    const { translator, add } = await busyQueue(1);
    const failed = add("a", ["a1", "a2"]);
    const other = add("b", ["b1"]);
    await translator.finish(0);
    await Promise.all([expect(failed).rejects.toThrow("broken"), translator.finish(1, new Error("broken"))]);
    await translator.finish(2);
    expect(textsOf(await other)).toEqual(["B1"]);
    expect(translator.batches.flat()).not.toContain("a2");
  });
});
