/** Source of truth: the package deepl-node, unchanged, and what the model makes of the lines on its own. */
import * as deepl from "deepl-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../../src/server/start-server.ts";
import { chosenAlone, startToyServer, writePairModels } from "../server/toy-models.ts";

let server: RunningServer;
let models: string[];
let client: deepl.Translator;

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-zh"]);
  server = await startToyServer(models, {
    limits: { characters: 1000, texts: 1000, alternatives: 0, textsPerMinute: 0 },
  });
  client = new deepl.Translator("any-key", { serverUrl: server.url });
});
afterAll(() => server.stop());

test("translates a text, and a thousand in one request", async () => {
  const texts = Array.from({ length: 1000 }, (_, i) => `${"abcdef".slice(i % 6)} ${"fed".slice(i % 3)}`);
  const alone = await chosenAlone(models[0]!, texts);
  const results = await client.translateText(texts, "en", "de");
  expect(results.map(({ text }) => text)).toEqual(alone.map(([best]) => best));
  expect(await client.translateText("abcdef fed", "en", "de")).toMatchObject({
    text: alone[0]![0],
    detectedSourceLang: "en",
  });
  expect(await client.translateText([], "en", "de")).toEqual([]);
});

test("sends its options, and codes with scripts", async () => {
  const options: deepl.TranslateTextOptions = {
    preserveFormatting: true,
    splitSentences: "off",
    context: "x",
    tagHandling: "xml",
    ignoreTags: ["a", "b"],
  };
  const { text } = await client.translateText("<b>abc</b>", "en", "zh-Hans" as deepl.TargetLanguageCode, options);
  expect(text).toMatch(/^<b>.*<\/b>$/);
});

test("lists languages, usage and glossary pairs", async () => {
  expect(await client.getSourceLanguages()).toMatchObject([{ code: "de", name: "German" }, { code: "en" }]);
  expect(await client.getTargetLanguages()).toMatchObject([{ code: "de", supportsFormality: false }, { code: "zh" }]);
  expect((await client.getUsage()).character?.count).toBeGreaterThan(0);
  expect(await client.getGlossaryLanguagePairs()).toEqual([]);
});

test("shows the server's words for what it refuses", async () => {
  await expect(client.translateText("a", "en", "de", { formality: "more" })).rejects.toThrow(/formality/);
  await expect(client.translateText("a", "en", "fr")).rejects.toThrow(/'target_lang' not supported/);
  await expect(client.translateText("a".repeat(1001), "en", "de")).rejects.toThrow(/exceeds the limit \(1000\)/);
});
