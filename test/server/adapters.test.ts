/** Source of truth: what the model makes of the lines with each adapter on its own. */
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CheckpointError, UsageError } from "../../src/base/errors.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { writeToyAdapter } from "./toy-adapters.ts";
import { ask, chosenAlone, postJson, startToyServer, writePairModels } from "./toy-models.ts";

let server: RunningServer;
let models: string[];
let folder: string;
const inFolder = (name: string) => join(folder, name);
const lines = ["abc", "fed cab", "a b c", "dead beef"];
/** By adapter; "" = without. */
const german: Record<string, string[]> = {};
const pair = { source: "en", target: "de" };

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-fr"]);
  folder = dirname(models[0]!);
  writeToyAdapter(inFolder("law"), models[0]!, 1);
  writeToyAdapter(inFolder("news"), models[0]!, 5);
  writeToyAdapter(inFolder("french"), models[1]!, 1);
  const adapters = [
    { name: undefined, path: `${inFolder("law")}/` },
    { name: "daily news", path: modelPaths(inFolder("news")).adapter },
    { name: undefined, path: modelPaths(inFolder("french")).adapter },
  ];
  server = await startToyServer(models, { adapters, loadAtStart: true });
  const alone = async (adapter?: string) => (await chosenAlone(models[0]!, lines, 1, adapter)).map(([best]) => best!);
  german[""] = await alone();
  german["law"] = await alone(inFolder("law"));
  german["daily news"] = await alone(inFolder("news"));
});
afterAll(() => server.stop());

describe("a request chooses an adapter", () => {
  test("which translates otherwise than the model and than the other one", () => {
    expect(new Set(Object.values(german).map(String)).size).toBe(3);
  });

  test("in LibreTranslate's interface, requests for all of them side by side", async () => {
    const names = ["", "law", "daily news"];
    const found = await Promise.all(
      names.map((adapter) => postJson(`${server.url}/translate`, { q: lines, ...pair, ...(adapter && { adapter }) })),
    );
    expect(found.map(({ body }) => body)).toEqual(names.map((name) => ({ translatedText: german[name] })));
    const form = new URLSearchParams({ q: "abc", ...pair, adapter: "law" });
    const { body } = await ask(`${server.url}/translate`, { method: "POST", body: form });
    expect(body).toEqual({ translatedText: german["law"]![0] });
    form.set("adapter", "");
    const without = await ask(`${server.url}/translate`, { method: "POST", body: form });
    expect(without.body).toEqual({ translatedText: german[""]![0] });
  });

  test("in DeepL's, as JSON and as a form", async () => {
    const fields = { source_lang: "EN", target_lang: "DE", adapter: "law" };
    const wanted = { translations: [{ detected_source_language: "EN", text: german["law"]![1] }] };
    const json = await postJson(`${server.url}/v2/translate`, { text: [lines[1]], ...fields });
    expect(json.body).toEqual(wanted);
    const form = new URLSearchParams({ text: lines[1]!, ...fields });
    expect((await ask(`${server.url}/v2/translate`, { method: "POST", body: form })).body).toEqual(wanted);
  });

  test("in our own, whose other words are the adapter's too", async () => {
    const answer = async (path: string, fields: object) =>
      (await postJson(`${server.url}/nmt/${path}`, { text: "fed cab", ...pair, ...fields })).body;
    for (const adapter of ["law", "daily news"]) {
      expect(await answer("translate", { adapter })).toMatchObject({ translation: german[adapter]![1] });
    }
    expect(await answer("translate", {})).toMatchObject({ translation: german[""]![1] });
    const words = await Promise.all([answer("words", {}), answer("words", { adapter: "law" })]);
    expect(words[0]).not.toEqual(words[1]);
  });

  test.each<[string, string, object, object]>([
    [
      "a name that nobody has",
      "/translate",
      { q: "abc", ...pair, adapter: "sports" },
      { error: "There is no adapter sports; en into de has daily news, law." },
    ],
    [
      "one of another pair",
      "/nmt/translate",
      { text: "abc", ...pair, adapter: "french" },
      { error: "There is no adapter french; en into de has daily news, law." },
    ],
    [
      "in DeepL's form",
      "/v2/translate",
      { text: ["abc"], source_lang: "DE", target_lang: "FR", adapter: "law" },
      { message: "There is no adapter law; de into fr has french." },
    ],
    [
      "text that stays as it is",
      "/translate",
      { q: "abc", source: "de", target: "de", adapter: "x" },
      { error: "There is no adapter x; this server has daily news, french, law." },
    ],
    [
      "over a third language",
      "/translate",
      { q: "abc", source: "en", target: "fr", adapter: "law" },
      {
        error:
          "Adapter law: en is translated into fr over de. An adapter needs a model of the pair itself; leave it out.",
      },
    ],
  ])("%s: refused", async (_, path, fields, body) => {
    expect(await postJson(`${server.url}${path}`, fields)).toMatchObject({ status: 400, body });
  });

  test("the API's description has the field", async () => {
    const { paths } = (await ask(`${server.url}/openapi.json`)).body as { paths: Record<string, { post: unknown }> };
    for (const path of ["/translate", "/v2/translate", "/nmt/translate", "/nmt/words"]) {
      const description = /"adapter":\{[^}]*"description":"Name of an adapter/;
      expect(JSON.stringify(paths[path]!.post)).toMatch(description);
    }
  });
});

test("models and adapters make room for each other", async () => {
  const small = await startToyServer(models, { adapters: [{ name: "law", path: inFolder("law") }], maxMemory: 1 });
  try {
    for (const adapter of ["", "law", ""]) {
      const { body } = await postJson(`${small.url}/translate`, { q: lines, ...pair, adapter });
      expect(body).toEqual({ translatedText: german[adapter] });
    }
    expect(await (await fetch(`${small.url}/metrics`)).text()).toMatch(/^nmt_models_loaded [01]$/m);
  } finally {
    await small.stop();
  }
});

test("an adapter of another model, none at all, and a name twice are refused at the start", async () => {
  const start = (...paths: string[]) =>
    startToyServer([models[0]!], { adapters: paths.map((path) => ({ name: "one", path })) });
  await expect(start(inFolder("french"))).rejects.toThrow(CheckpointError);
  await expect(start(inFolder("french"))).rejects.toThrow("the adapter belongs to none of the served models");
  await expect(start(models[0]!)).rejects.toThrow("there is no adapter");
  await expect(start(inFolder("law"), inFolder("news"))).rejects.toThrow(UsageError);
});
