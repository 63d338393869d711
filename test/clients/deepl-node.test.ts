/** Source of truth: the package deepl-node, unchanged, and what the model makes of the lines on its own. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("translates documents, from files and from memory, under names that are not ASCII", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-deepl-"));
  const [[best]] = (await chosenAlone(models[0]!, ["abcdef fed"])) as [[string]];
  const input = join(folder, "Größe 漢字.html");
  writeFileSync(input, "<p class=x>abcdef fed<!-- abc -->");
  const output = join(folder, "out.html");
  const status = await client.translateDocument(input, output, "en", "de");
  expect(readFileSync(output, "utf8")).toBe(`<p class=x>${best.replaceAll("<", "&lt;")}<!-- abc -->`);
  expect(status).toMatchObject({ status: "done", billedCharacters: 10 });
  const handle = await client.uploadDocument(Buffer.from("abcdef fed"), "en", "de", { filename: "a.txt" });
  await client.isDocumentTranslationComplete(handle);
  const file = join(folder, "out.txt");
  await client.downloadDocument(handle, file);
  expect(readFileSync(file, "utf8")).toBe(best);
  await expect(client.downloadDocument(handle, join(folder, "again"))).rejects.toThrow(/no such document/);
});

test("tells what is wrong with a document", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-deepl-"));
  const sent = (name: string) =>
    client.translateDocument(Buffer.from("{"), join(folder, name), "en", "de", { filename: name });
  await expect(sent("a.json")).rejects.toThrow(/a string should stand.*a\.json, line 1/);
  await expect(sent("a.pdf")).rejects.toThrow(/"\.pdf" cannot be read/);
});

test("shows the server's words for what it refuses", async () => {
  await expect(client.translateText("a", "en", "de", { formality: "more" })).rejects.toThrow(/formality/);
  await expect(client.translateText("a", "en", "fr")).rejects.toThrow(/'target_lang' not supported/);
  await expect(client.translateText("a".repeat(1001), "en", "de")).rejects.toThrow(/exceeds the limit \(1000\)/);
});
