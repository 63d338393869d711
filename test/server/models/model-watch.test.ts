/** Source of truth: what a list of events has to be for versions that the test sets. */
import { expect, test } from "vitest";
import { setLogSink } from "../../../src/base/logger.ts";
import { Catalog, type CatalogModel } from "../../../src/server/models/catalog.ts";
import { ModelWatch } from "../../../src/server/models/model-watch.ts";

const modelOf = (directory: string, target = "de"): CatalogModel => ({
  directory,
  bytes: 1,
  pairs: [{ source: "en", target }],
});

/** Directories a and b, whose versions, languages and faults the test sets. */
async function watched() {
  const catalog = new Catalog([modelOf("a"), modelOf("b", "fr")]);
  const versions = new Map([
    ["a", "1"],
    ["b", "1"],
  ]);
  const state = { target: "de", isBroken: false };
  const events: string[] = [];
  const watch = new ModelWatch({
    catalog,
    versionOf: async (directory) => versions.get(directory)!,
    read: (directory) => modelOf(directory, state.target),
    replace: async (model, onReplaced) => {
      events.push(`load ${model.directory}`);
      if (state.isBroken) throw new Error("cannot be loaded");
      onReplaced();
    },
  });
  await watch.start();
  const look = async () => {
    const messages: string[] = [];
    const sink = setLogSink((message) => messages.push(message));
    await watch.look();
    setLogSink(sink);
    return messages;
  };
  return { watch, catalog, versions, state, events, look };
}

test("a version is taken over once it is the same at two looks, with its languages", async () => {
  const { catalog, versions, state, events, look } = await watched();
  await look();
  await look();
  expect(events).toEqual([]);
  versions.set("a", "2");
  await look();
  versions.set("a", "3");
  await look();
  expect(events).toEqual([]);
  state.target = "cs";
  expect(await look()).toEqual(["a is served in its new version: en → cs"]);
  expect(events).toEqual(["load a"]);
  expect(catalog.targets).toEqual(["cs", "fr"]);
  expect(catalog.route("en", "de")).toBeUndefined();
  await look();
  expect(events).toEqual(["load a"]);
});

test("a broken version is refused once, and the next one is taken over", async () => {
  const { catalog, versions, state, events, look } = await watched();
  const { models } = catalog;
  versions.set("a", "2");
  state.isBroken = true;
  await look();
  expect(await look()).toEqual([expect.stringMatching(/^warning: the new version of a is refused.*cannot be loaded/)]);
  await look();
  expect(events).toEqual(["load a"]);
  expect(catalog.models).toBe(models);
  versions.set("a", "3");
  state.isBroken = false;
  await look();
  await look();
  expect(events).toEqual(["load a", "load a"]);
});

test("asked to, it takes all over at once, changed or not", async () => {
  const { watch, events, look } = await watched();
  const sink = setLogSink(() => {});
  await watch.reload();
  setLogSink(sink);
  expect(events).toEqual(["load a", "load b"]);
  await look();
  await look();
  expect(events).toEqual(["load a", "load b"]);
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
