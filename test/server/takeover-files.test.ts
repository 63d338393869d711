/** Source of truth: what each version of an adapter, a glossary and a list of keys makes of a request on its own. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setLogSink } from "../../src/base/logger.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { writeToyAdapter } from "./toy-adapters.ts";
import { chosenAlone, postJson, startToyServer, writePairModels } from "./toy-models.ts";

const line = "fed cab";
const pair = { source: "en", target: "de" };
let model: string;
const messages: string[] = [];
const sink = setLogSink((message) => messages.push(message));
afterAll(() => setLogSink(sink));
beforeAll(async () => {
  [model] = (await writePairModels(["en-de"])) as [string];
});
beforeEach(() => {
  messages.length = 0;
});

const inFolder = (name: string) => join(dirname(model), name);
const start = (options: Parameters<typeof startToyServer>[1]) =>
  startToyServer([model], { loadAtStart: true, watchInterval: 20, ...options });
const translate = ({ url }: RunningServer, fields: object = {}) =>
  postJson(`${url}/translate`, { q: line, ...pair, ...fields });
const translated = async (server: RunningServer, fields: object = {}) =>
  ((await translate(server, fields)).body as { translatedText: string }).translatedText;
const replaceFile = (path: string, text: string) => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};
const nextMessage = async () => {
  while (messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  return messages.splice(0);
};

test("an adapter's new version is taken over; one of other weights is refused", async () => {
  const law = inFolder("law");
  writeToyAdapter(law, model, 1);
  writeToyAdapter(inFolder("next"), model, 5);
  const alone = async (adapter: string) => (await chosenAlone(model, [line], 1, adapter))[0]![0]!;
  const [one, two] = [await alone(law), await alone(inFolder("next"))];
  expect(one).not.toBe(two);
  const server = await start({ adapters: [{ name: "law", path: law }] });
  expect(await translated(server, { adapter: "law" })).toBe(one);
  rmSync(law, { recursive: true });
  renameSync(inFolder("next"), law);
  expect(await nextMessage()).toEqual([`${law} is served in its new version beside ${model}`]);
  expect(await translated(server, { adapter: "law" })).toBe(two);
  const [other] = (await writePairModels(["fr-de", "en-de"])).slice(1) as [string];
  rmSync(law, { recursive: true });
  writeToyAdapter(law, other, 1);
  expect(await nextMessage()).toEqual([expect.stringMatching(/^warning: the new version of .*law is refused/)]);
  expect(await translated(server, { adapter: "law" })).toBe(two);
  await server.stop();
});

test("glossaries are taken over; a broken one is refused, naming its line", async () => {
  const [terms, names] = [inFolder("terms.tsv"), inFolder("names.txt")];
  writeFileSync(terms, "dead\tbeef\n");
  writeFileSync(names, "dead\n");
  const server = await start({
    terms: { glossaries: [{ pair: "en-de", path: terms }], doNotTranslate: names },
    masks: "split",
  });
  expect(await translated(server)).not.toContain("bead");
  replaceFile(terms, "dead\tbeef\ncab\tbead\n");
  expect(await nextMessage()).toEqual([`${terms} is used in its new version: 2 terms`]);
  expect(await translated(server)).toContain("bead");
  replaceFile(terms, "cab\n");
  expect(await nextMessage()).toEqual([expect.stringMatching(/^warning: .*terms\.tsv is refused.*terms\.tsv:1/s)]);
  expect(await translated(server)).toContain("bead");
  replaceFile(names, "cab\ndead\n");
  expect(await nextMessage()).toEqual([`${names} is used in its new version: 2 terms`]);
  await server.stop();
});

test("API keys are taken over: who was taken out is refused, who is new may ask", async () => {
  const keys = inFolder("keys.txt");
  writeFileSync(keys, "first\n");
  const server = await start({ apiKeys: keys });
  expect((await translate(server, { api_key: "first" })).status).toBe(200);
  expect((await translate(server, { api_key: "second" })).status).toBe(403);
  replaceFile(keys, "second\nthird 5\n");
  expect(await nextMessage()).toEqual([`${keys} is used in its new version: 2 keys`]);
  expect((await translate(server, { api_key: "first" })).status).toBe(403);
  expect((await translate(server, { api_key: "second" })).status).toBe(200);
  replaceFile(keys, "# nobody\n");
  expect(await nextMessage()).toEqual([expect.stringMatching(/^warning: .*keys\.txt is refused/)]);
  expect((await translate(server, { api_key: "second" })).status).toBe(200);
  await server.stop();
});
