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
  expect(await client.getGlossaryLanguagePairs()).toEqual([
    { sourceLang: "de", targetLang: "zh" },
    { sourceLang: "en", targetLang: "de" },
  ]);
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

test("makes, lists, uses and deletes glossaries of one pair", async () => {
  const entries = new deepl.GlossaryEntries({ entries: { abc: "fed", zz: "zz" } });
  const made = await client.createGlossary("mine", "en", "de", entries);
  expect(made).toMatchObject({ name: "mine", ready: true, sourceLang: "en", targetLang: "de", entryCount: 2 });
  expect(await client.getGlossary(made.glossaryId)).toEqual(made);
  expect((await client.getGlossaryEntries(made)).entries()).toEqual(entries.entries());
  const csv = await client.createGlossaryWithCsv("csv", "en", "de", Buffer.from('abc,"ff",en,de\n'));
  expect(await client.listGlossaries()).toEqual([made, csv]);
  const { text } = await client.translateText("abc zz", "en", "de", { glossary: made });
  expect(text).toMatch(/(^| )fed/);
  expect(text.match(/zz/g)).toEqual(["zz"]);
  expect((await client.translateText("abc", "en", "de", { glossary: csv.glossaryId })).text).toMatch(/(^| )ff/);
  const both = await client.translateText("abc", "en", "de", {
    glossaryIds: [csv, made],
  } as deepl.TranslateTextOptions);
  expect(both.text).toMatch(/(^| )ff/);
  const folder = mkdtempSync(join(tmpdir(), "nmt-deepl-"));
  const [input, output] = [join(folder, "a.txt"), join(folder, "b.txt")];
  writeFileSync(input, "abc");
  await client.translateDocument(input, output, "en", "de", { glossary: made });
  expect(readFileSync(output, "utf8")).toMatch(/(^| )fed/);
  await client.deleteGlossary(made);
  await client.deleteGlossary(csv.glossaryId);
  expect(await client.listGlossaries()).toEqual([]);
  await expect(client.getGlossary(made.glossaryId)).rejects.toThrow(deepl.GlossaryNotFoundError);
  await expect(client.translateText("abc", "en", "de", { glossary: made })).rejects.toThrow(/no glossary/);
});

test("makes, changes, uses and deletes glossaries of several pairs", async () => {
  const client = new deepl.DeepLClient("another-key", { serverUrl: server.url });
  const dictionary = (sourceLangCode: "en" | "de", targetLangCode: "de" | "zh", entries: Record<string, string>) => ({
    ...{ sourceLangCode, targetLangCode, entries: new deepl.GlossaryEntries({ entries }) },
  });
  const made = await client.createMultilingualGlossary("both", [
    dictionary("en", "de", { abc: "fed" }),
    dictionary("de", "zh", { abc: "cc" }),
  ]);
  expect(made.dictionaries.map(({ entryCount }) => entryCount)).toEqual([1, 1]);
  const used = async () => (await client.translateText("abc def", "en", "de", { glossary: made })).text;
  expect(await used()).toMatch(/(^| )fed/);
  await client.updateMultilingualGlossaryDictionary(made, dictionary("en", "de", { def: "bb" }));
  expect(await used()).toMatch(/(^| )bb/);
  const { entries } = await client.getMultilingualGlossaryDictionaryEntries(made, "en", "de");
  expect(entries.entries()).toEqual({ abc: "fed", def: "bb" });
  expect(await client.updateMultilingualGlossaryName(made, "named")).toMatchObject({ name: "named" });
  const replaced = await client.replaceMultilingualGlossaryDictionaryWithCsv(made, "en", "de", "abc,ff\n");
  expect(replaced).toEqual({ sourceLangCode: "en", targetLangCode: "de", entryCount: 1 });
  expect(await used()).toMatch(/(^| )ff/);
  await client.deleteMultilingualGlossaryDictionary(made, "en", "de");
  expect(await client.listMultilingualGlossaries()).toMatchObject([
    { name: "named", dictionaries: [{ entryCount: 1 }] },
  ]);
  await expect(client.getMultilingualGlossaryDictionaryEntries(made, "en", "de")).rejects.toThrow(
    deepl.GlossaryNotFoundError,
  );
  await client.deleteMultilingualGlossary(made);
  expect(await client.listMultilingualGlossaries()).toEqual([]);
});

test("shows the server's words for what it refuses", async () => {
  await expect(client.translateText("a", "en", "de", { formality: "more" })).rejects.toThrow(/formality/);
  await expect(client.translateText("a", "en", "fr")).rejects.toThrow(/'target_lang' not supported/);
  await expect(client.translateText("a".repeat(1001), "en", "de")).rejects.toThrow(/exceeds the limit \(1000\)/);
});
