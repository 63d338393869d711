/** Source of truth: what deepl-node 1.28, Weblate and OmegaT send and read, and what the model makes of the lines on its own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/server/start-server.ts";
import { ask, chosenAlone, postJson, startToyServer, writePairModels } from "./toy-models.ts";

let server: RunningServer;
let models: string[];
let german: string[];
const lines = ["abc", "fed cab"];

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-zh"]);
  server = await startToyServer(models);
  german = (await chosenAlone(models[0]!, lines)).map(([best]) => best!);
});
afterAll(() => server.stop());

const form = (fields: string) =>
  ask(`${server.url}/v2/translate`, { method: "POST", body: new URLSearchParams(fields) });
const encoded = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const json = (body: object) => postJson(`${server.url}/v2/translate`, body);

describe("/v2/translate", () => {
  test("a form with repeated texts, whose source is told in every translation", async () => {
    const { status, body } = await form("text=abc&text=%20fed%20cab%20&target_lang=DE&source_lang=EN&anything=1");
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        translations: [
          { detected_source_language: "EN", text: german[0] },
          { detected_source_language: "EN", text: ` ${german[1]} ` },
        ],
      },
    });
  });

  test("JSON as Weblate sends it", async () => {
    const body = {
      text: ["<b>abc</b>"],
      source_lang: "EN",
      target_lang: "DE",
      tag_handling: "xml",
      ignore_tags: ["x"],
    };
    expect((await json(body)).body).toEqual({
      translations: [{ detected_source_language: "EN", text: `<b>${german[0]}</b>` }],
    });
  });

  test("without a source, the language of each text is detected", async () => {
    const text = ["Der Hund rennt über das Feld.", "The dog runs over the field."];
    const { body } = await json({ text, target_lang: "ZH" });
    expect(body).toMatchObject({
      translations: [{ detected_source_language: "DE" }, { detected_source_language: "EN", pivot_language: "DE" }],
    });
  });

  test("no text gives no translation", async () => {
    expect((await form("target_lang=DE&source_lang=EN")).body).toEqual({ translations: [] });
  });

  test("codes with anything after the first hyphen, over a third language, with the characters billed", async () => {
    const { body } = await form("text=abc&target_lang=zh-HANS&source_lang=en-US&show_billed_characters=1");
    expect(body).toMatchObject({
      translations: [{ detected_source_language: "EN", billed_characters: 3, pivot_language: "DE" }],
    });
  });

  test("sentences are split as asked, and line breaks and white space between them stay", async () => {
    const parts = await chosenAlone(models[0]!, ["abc.", "Fed cab", "abc. Fed cab"]);
    const [first, second, both] = parts.map(([best]) => best!);
    const text = async (fields: object) => {
      const { body } = await json({ text: [" abc.\n  Fed cab"], source_lang: "EN", target_lang: "DE", ...fields });
      return (body as { translations: { text: string }[] }).translations[0]!.text;
    };
    expect(await text({})).toBe(` ${first}\n  ${second}`);
    expect(await text({ split_sentences: "nonewlines" })).toBe(` ${first}\n  ${second}`);
    expect(await text({ split_sentences: "0" })).toBe(` ${both}`);
    expect(await text({ split_sentences: "0", tag_handling: "html" })).toBe(` ${encoded(both!)}`);
  });

  test("tags are kept, each once, and what they say is not to be translated", async () => {
    const markup =
      '<p>abc <b>fed</b> <i>cab</i>\n fa</p><!-- a --><p translate="no">abc</p> <k>bad</k><script>abc</script>';
    for (const tag_handling of ["html", "xml"]) {
      const { body } = await json({
        text: [markup],
        source_lang: "EN",
        target_lang: "DE",
        tag_handling,
        ignore_tags: "k",
      });
      const [{ text }] = (body as { translations: [{ text: string }] }).translations;
      for (const tag of [
        "<p>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<!-- a -->",
        '<p translate="no">abc</p> ',
        "<k>bad</k>",
      ]) {
        expect(text.split(tag)).toHaveLength(2);
      }
      expect(text.endsWith("<script>abc</script>")).toBe(tag_handling === "html");
    }
  });

  test.each<[string, string, number, RegExp]>([
    ["XML that is none", "text=<a>b&target_lang=DE&source_lang=EN&tag_handling=xml", 400, /line 1.*Close every tag/],
    ["no target", "text=a", 400, /missing target_lang/],
    ["an unknown target", "text=a&target_lang=FR", 400, /'target_lang' not supported: FR.*DE, ZH/],
    ["an unknown source", "text=a&target_lang=DE&source_lang=XX", 400, /'source_lang' not supported: XX/],
    ["formality", "text=a&target_lang=DE&source_lang=EN&formality=more", 400, /formality.*prefer_more/],
    ["a glossary", "text=a&target_lang=DE&source_lang=EN&glossary_id=g1", 404, /no glossary g1/],
  ])("refuses %s", async (_, fields, status, message) => {
    expect(await form(fields)).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  });

  test("formality that is only preferred is accepted", async () => {
    expect((await form("text=a&target_lang=DE&source_lang=EN&formality=prefer_more")).status).toBe(200);
  });
});

test("/v2/languages, /v2/usage, /v2/glossary-language-pairs, and what there is not", async () => {
  const get = async (path: string) => (await ask(`${server.url}${path}`)).body;
  expect(await get("/v2/languages")).toEqual([
    { language: "DE", name: "German" },
    { language: "EN", name: "English" },
  ]);
  expect(await get("/v2/languages?type=target")).toEqual([
    { language: "DE", name: "German", supports_formality: false },
    { language: "ZH", name: "Chinese", supports_formality: false },
  ]);
  const count = async () => ((await get("/v2/usage")) as { character_count: number }).character_count;
  const before = await count();
  await json({ text: ["abc", "😀"], source_lang: "EN", target_lang: "DE" });
  expect((await count()) - before).toBe(4);
  expect(await get("/v2/glossary-language-pairs")).toMatchObject({
    supported_languages: [{ source_lang: "de" }, { source_lang: "en" }],
  });
  expect(await postJson(`${server.url}/v2/write/rephrase`, {})).toMatchObject({
    status: 404,
    body: { message: expect.anything() },
  });
});
