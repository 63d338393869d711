// Source of truth: a rank that fails ends the job, whenever the others notice.
import { expect, test } from "vitest";
import { SharedMemoryRank, sharedMemory } from "../../src/parallel/shared-memory.ts";

test("a rank that comes after another one has failed does not wait for it", () => {
  const memory = sharedMemory(2);
  const [first, second] = [0, 1].map((rank) => new SharedMemoryRank(memory, rank, 2, 0.1));
  first!.fail();
  const none = new Uint32Array(2);
  const exchange = () => second!.exchange(new Uint8Array(0), none, new Uint8Array(0), none);
  expect(exchange).toThrow("another rank has failed");
  expect(exchange).toThrow("another rank has failed");
});

test("a rank waits for the others no longer than it has patience", () => {
  const rank = new SharedMemoryRank(sharedMemory(2), 0, 2, 0.05);
  const none = new Uint32Array(2);
  expect(() => rank.exchange(new Uint8Array(0), none, new Uint8Array(0), none)).toThrow("has not come for 0.05 s");
});
