/** Source of truth: which toy models were loaded and disposed of. */
import { expect, test } from "vitest";
import { ModelPool } from "../../../src/server/models/model-pool.ts";

function watchedPool(maxMemory: number) {
  const events: string[] = [];
  const pool = new ModelPool({
    beamSize: 1,
    batchSize: 4,
    maxDelay: 0,
    maxMemory,
    load: async (directory) => {
      events.push(`load ${directory}`);
      if (directory === "broken") throw new Error("cannot be read");
      return {
        parallelism: 1,
        languages: { sources: [], targets: [] },
        counts: { sourcePieces: 0, targetPieces: 0, cut: 0 },
        translate: async () => [],
        detail: async () => [],
        inspect: async () => [],
        dispose: () => events.push(`dispose ${directory}`),
      };
    },
  });
  const model = (directory: string, bytes = 1) => ({ directory, bytes, pairs: [] });
  const use = (directory: string, work = async () => {}) => pool.use(model(directory), work);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { pool, events, use, settle };
}

test("a model is loaded once, when it is first used, by however many at once", async () => {
  const { events, use } = watchedPool(Number.POSITIVE_INFINITY);
  await Promise.all([use("a"), use("a"), use("b")]);
  await use("a");
  expect(events).toEqual(["load a", "load b"]);
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

test("after a reload new uses get the model loaded anew, and the old one ends with its last use", async () => {
  const { pool, events, use } = watchedPool(Number.POSITIVE_INFINITY);
  await use("a", async () => {
    await pool.reload();
    await use("a");
    expect(events).toEqual(["load a", "load a"]);
  });
  expect(events).toEqual(["load a", "load a", "dispose a"]);
  expect(pool.figures.models).toBe(1);
});

test("a model that could not be loaded is tried again", async () => {
  const { events, use } = watchedPool(Number.POSITIVE_INFINITY);
  await expect(use("broken")).rejects.toThrow("cannot be read");
  await expect(use("broken")).rejects.toThrow("cannot be read");
  expect(events).toEqual(["load broken", "load broken"]);
});
