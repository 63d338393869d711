/** Source of truth: the package libretranslate, unchanged, and what the model makes of the lines on its own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { translate } from "libretranslate";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../../src/server/start-server.ts";
import { chosenAlone, startToyServer, writePairModels } from "../server/toy-models.ts";

let server: RunningServer;
let models: string[];

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-en"]);
  const apiKeys = join(models[0]!, "keys");
  writeFileSync(apiKeys, "secret\n");
  server = await startToyServer(models, { apiKeys });
});
afterAll(() => server.stop());

test("translates with its key, also where the address ends in a slash", async () => {
  const [[best]] = (await chosenAlone(models[0]!, ["abc fed"])) as [[string]];
  for (const apiurl of [server.url, `${server.url}/`]) {
    const request = { query: "abc fed", source: "en", target: "de", apiurl, apiKey: "secret" };
    expect(await translate(request)).toBe(best);
  }
});

test("gets nothing with a wrong key, and refuses languages that are not listed", async () => {
  const request = { query: "abc", source: "en", target: "de", apiurl: server.url, apiKey: "wrong" };
  expect(await translate(request)).toBeUndefined();
  await expect(translate({ ...request, target: "fr" })).rejects.toThrow(/not found/);
});
