/** Source of truth: which toy models were loaded and disposed of. */
import { describe, expect, test, vi } from "vitest";
import { ModelPool } from "../../../src/server/models/model-pool.ts";
import type { ServedModel } from "../../../src/server/models/served-model.ts";

function watchedPool(maxMemory: number, maxDelay = 0) {
  const events: string[] = [];
  const broken = new Set(["broken"]);
  const lost = new Map<string, () => void>();
  const pool = new ModelPool({
    beamSize: 1,
    batchSize: 4,
    maxDelay,
    maxMemory,
    load: async ({ directory }, onLost) => {
      events.push(`load ${directory}`);
      lost.set(directory, onLost);
      if (broken.has(directory)) throw new Error("cannot be read");
      return {
        parallelism: 1,
        languages: { sources: [], targets: [] },
        counts: { sourcePieces: 0, targetPieces: 0, cut: 0 },
        translate: async () => [],
        inspect: async () => [],
        dispose: () => events.push(`dispose ${directory}`),
      };
    },
  });
  const model = (directory: string, bytes = 1) => ({ directory, bytes, pairs: [] });
  const use = (directory: string, work: (served: ServedModel) => Promise<void> = async () => {}) =>
    pool.use(model(directory), work);
  const replace = (directory: string) => pool.replace(model(directory), () => events.push(`replaced ${directory}`));
  const lose = (directory: string) => lost.get(directory)!();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { pool, events, use, replace, lose, broken, settle };
}

test("a model is loaded once, when it is first used, by however many at once", async () => {
  const { events, use } = watchedPool(Number.POSITIVE_INFINITY);
  await Promise.all([use("a"), use("a"), use("b")]);
  await use("a");
  expect(events).toEqual(["load a", "load b"]);
});

test("lines of a model that is loaded while the server stops do not wait for others", async () => {
  vi.useFakeTimers();
  const { pool, use } = watchedPool(Number.POSITIVE_INFINITY, 1e6);
  pool.hurry();
  let isDone = false;
  const translator = { translate: async () => [{ hypotheses: [], tooLong: false }] };
  const request = { client: "a", translator, lines: [{ text: "x" }], signal: new AbortController().signal };
  void use("a", async (served) => {
    await served.queue.translate(request);
    isDone = true;
  });
  await vi.advanceTimersByTimeAsync(10);
  vi.useRealTimers();
  expect(isDone).toBe(true);
});

test("the model that was not used for the longest time is dropped when memory is bounded, never one in use", async () => {
  const { events, use, settle } = watchedPool(2);
  await use("a", async () => {
    await use("b");
    await use("c");
  });
  await settle();
  expect(events).toEqual(["load a", "load b", "load c", "dispose b"]);
  await use("d");
  await settle();
  expect(events.slice(4)).toEqual(["load d", "dispose a"]);
});

describe("a new version", () => {
  const pairs = [{ source: "en", target: "de" }];

  test("is for new uses, and the old one ends with its last use", async () => {
    const { pool, events, use, replace } = watchedPool(Number.POSITIVE_INFINITY);
    await use("a", async () => {
      await replace("a");
      await use("a");
      expect(events).toEqual(["load a", "load a", "replaced a"]);
    });
    expect(events).toEqual(["load a", "load a", "replaced a", "dispose a"]);
    expect(pool.figures.models).toBe(1);
  });

  test("of a model that nobody uses takes its place at once", async () => {
    const { pool, events, use, replace } = watchedPool(Number.POSITIVE_INFINITY);
    await use("a");
    await replace("a");
    expect(events).toEqual(["load a", "load a", "replaced a", "dispose a"]);
    expect(pool.figures.models).toBe(1);
  });

  test("of a model that is not loaded is only tried", async () => {
    const { pool, events, replace } = watchedPool(Number.POSITIVE_INFINITY);
    await replace("a");
    expect(events).toEqual(["load a", "replaced a", "dispose a"]);
    expect(pool.figures.models).toBe(0);
  });

  test("that cannot be loaded changes nothing", async () => {
    const { pool, events, use, replace, broken } = watchedPool(Number.POSITIVE_INFINITY);
    await use("a");
    broken.add("a");
    await expect(replace("a")).rejects.toThrow("cannot be read");
    await use("a");
    expect(events).toEqual(["load a", "load a"]);
    expect(pool.figures.models).toBe(1);
  });

  test("without a language that a request is about to use is refused to it", async () => {
    const { pool, use } = watchedPool(Number.POSITIVE_INFINITY);
    const old = { directory: "a", bytes: 1, pairs };
    await pool.use(old, async () => {});
    await pool.replace({ directory: "a", bytes: 1, pairs: [{ source: "en", target: "fr" }, ...pairs] }, () => {});
    await pool.use(old, async () => {});
    await pool.replace({ directory: "a", bytes: 1, pairs: [{ source: "en", target: "fr" }] }, () => {});
    await expect(pool.use(old, async () => {})).rejects.toMatchObject({ status: 503, retryAfter: 1 });
    await use("a");
  });
});

test("a model that was lost is loaded anew by the next use, and those under way end as they can", async () => {
  const { events, use, lose } = watchedPool(Number.POSITIVE_INFINITY);
  await use("a", async () => {
    lose("a");
    await use("a");
  });
  expect(events).toEqual(["load a", "load a", "dispose a"]);
});

test("a model that could not be loaded is tried again", async () => {
  const { events, use } = watchedPool(Number.POSITIVE_INFINITY);
  await expect(use("broken")).rejects.toThrow("cannot be read");
  await expect(use("broken")).rejects.toThrow("cannot be read");
  expect(events).toEqual(["load broken", "load broken"]);
});
