/** Source of truth: LibreTranslate's /suggest, and the corpus that it is to leave. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { ask, postJson, startToyServer, writePairModels } from "../toy-models.ts";

let server: RunningServer;
let models: string[];
let folder: string;

beforeAll(async () => {
  models = await writePairModels(["en-de"]);
  folder = join(mkdtempSync(join(tmpdir(), "nmt-suggest-")), "kept");
  server = await startToyServer(models, {
    suggestions: folder,
    limits: { characters: 100, texts: 0, alternatives: 0, textsPerMinute: 0 },
  });
});
afterAll(() => server.stop());

const fields = { q: "A dog.", s: "Ein Hund.", source: "en", target: "DE" };

test("keeps suggestions, of JSON and of forms, and says so in its settings", async () => {
  expect(await postJson(`${server.url}/suggest`, fields)).toMatchObject({ status: 200, body: { success: true } });
  const form = { method: "POST", body: new URLSearchParams({ ...fields, q: "Two\ndogs.", s: "Zwei\nHunde." }) };
  expect(await ask(`${server.url}/suggest`, form)).toMatchObject({ status: 200, body: { success: true } });
  expect(readFileSync(join(folder, "en-de.en"), "utf8")).toBe("A dog.\nTwo\ndogs.\n");
  expect(readFileSync(join(folder, "en-de.de"), "utf8")).toBe("Ein Hund.\nZwei\nHunde.\n");
  expect((await ask(`${server.url}/frontend/settings`)).body).toMatchObject({ suggestions: true });
});

test.each<[string, Record<string, string | undefined>, RegExp]>([
  ["no text", { q: undefined }, /missing q/],
  ["no translation", { s: undefined }, /missing s /],
  ["a blank one", { s: " " }, /needs a text and its translation/],
  ["an unknown language", { target: "xx" }, /xx is not supported/],
  ["one language", { target: "en" }, /same language/],
  ["too much text", { s: "a".repeat(101) }, /exceeds the limit \(100\)/],
])("refuses %s", async (_, some, message) => {
  const refused = await postJson(`${server.url}/suggest`, { ...fields, ...some });
  expect(refused).toMatchObject({ status: 400, body: { error: expect.stringMatching(message) } });
});

test("is off unless asked for", async () => {
  const off = await startToyServer(models);
  expect(await postJson(`${off.url}/suggest`, fields)).toMatchObject({
    status: 403,
    body: { error: expect.stringMatching(/disabled/) },
  });
  expect((await ask(`${off.url}/frontend/settings`)).body).toMatchObject({ suggestions: false });
  await off.stop();
});
