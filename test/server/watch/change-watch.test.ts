/** Source of truth: what a list of events has to be for versions that the test sets. */
import { expect, test } from "vitest";
import { setLogSink } from "../../../src/base/logger.ts";
import { ChangeWatch } from "../../../src/server/watch/change-watch.ts";

/** Things a and b, whose versions and faults the test sets. */
async function watched() {
  const versions = new Map([
    ["a", "1"],
    ["b", "1"],
  ]);
  const state = { isBroken: false };
  const events: string[] = [];
  const watch = new ChangeWatch(
    [...versions.keys()].map((name) => ({
      name,
      version: async () => versions.get(name)!,
      takeOver: async () => {
        events.push(`read ${name}`);
        if (state.isBroken) throw new Error("cannot be read");
        return `has version ${versions.get(name)}`;
      },
    })),
  );
  await watch.start();
  const look = async () => {
    const messages: string[] = [];
    const sink = setLogSink((message) => messages.push(message));
    await watch.look();
    setLogSink(sink);
    return messages;
  };
  return { watch, versions, state, events, look };
}

test("a version is taken over once it is the same at two looks", async () => {
  const { versions, events, look } = await watched();
  await look();
  await look();
  expect(events).toEqual([]);
  versions.set("a", "2");
  await look();
  versions.set("a", "3");
  await look();
  expect(events).toEqual([]);
  expect(await look()).toEqual(["a has version 3"]);
  expect(events).toEqual(["read a"]);
  await look();
  expect(events).toEqual(["read a"]);
});

test("what changed together is taken over in the order of the list", async () => {
  const { versions, events, look } = await watched();
  versions.set("b", "2").set("a", "2");
  await look();
  await look();
  expect(events).toEqual(["read a", "read b"]);
});

test("a broken version is refused once, and the next one is taken over", async () => {
  const { versions, state, events, look } = await watched();
  versions.set("a", "2");
  state.isBroken = true;
  await look();
  expect(await look()).toEqual([expect.stringMatching(/^warning: the new version of a is refused.*cannot be read/)]);
  await look();
  expect(events).toEqual(["read a"]);
  versions.set("a", "3");
  state.isBroken = false;
  await look();
  await look();
  expect(events).toEqual(["read a", "read a"]);
});

test("asked to, it takes all over at once, changed or not", async () => {
  const { watch, events, look } = await watched();
  const sink = setLogSink(() => {});
  await watch.reload();
  setLogSink(sink);
  expect(events).toEqual(["read a", "read b"]);
  await look();
  await look();
  expect(events).toEqual(["read a", "read b"]);
});

test("stopped, it takes nothing over any more", async () => {
  const { watch, versions, events, look } = await watched();
  versions.set("a", "2");
  await look();
  await watch.stop();
  await look();
  await watch.reload();
  expect(events).toEqual([]);
});
