/** Source of truth: LibreTranslate 1.9.6's answers as its clients read them, and what the models make of the lines on their own. */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/server/start-server.ts";
import { ask, chosenAlone, postJson, startToyServer, writePairModels } from "./toy-models.ts";

let server: RunningServer;
let models: string[];
let german: Record<string, string>;
const lines = ["abc", "fed cab", "a b c", "dead beef"];

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-fr"]);
  server = await startToyServer(models, { limits: { characters: 100, texts: 5, alternatives: 3, textsPerMinute: 0 } });
  const found = await chosenAlone(models[0]!, lines);
  german = Object.fromEntries(lines.map((line, i) => [line, found[i]![0]!]));
});
afterAll(() => server.stop());

const translate = (body: object) => postJson(`${server.url}/translate`, body);
const pair = { source: "en", target: "de" };

describe("/translate", () => {
  test("a string for a string, an array for an array", async () => {
    const one = await translate({ q: "abc", ...pair });
    expect(one).toMatchObject({ status: 200, body: { translatedText: german["abc"] } });
    expect(Object.keys(one.body as object)).toEqual(["translatedText"]);
    const several = await translate({ q: ["fed cab", "", "abc"], ...pair });
    expect(several.body).toEqual({ translatedText: [german["fed cab"], "", german["abc"]] });
  });

  test("paragraphs, white space and texts without letters stay", async () => {
    const { body } = await translate({ q: "  abc\r\n\r\n\tfed cab \n😀 12", ...pair });
    expect(body).toEqual({ translatedText: `  ${german["abc"]}\r\n\r\n\t${german["fed cab"]} \n😀 12` });
  });

  test("as a form, a form of parts, and a query, as OmegaT sends it", async () => {
    const fields = { q: "abc", source: "EN", target: "DE" };
    const parts = new FormData();
    for (const [name, value] of Object.entries(fields)) parts.set(name, value);
    const query = new URLSearchParams(fields);
    const wanted = { status: 200, body: { translatedText: german["abc"] } };
    expect(await ask(`${server.url}/translate`, { method: "POST", body: query })).toMatchObject(wanted);
    expect(await ask(`${server.url}/translate`, { method: "POST", body: parts })).toMatchObject(wanted);
    expect(await ask(`${server.url}/translate?${query}`, { method: "POST" })).toMatchObject(wanted);
    expect(await ask(`${server.url}/translate?${query}`)).toMatchObject(wanted);
  });

  test("of a repeated q of a form the first counts", async () => {
    const body = new URLSearchParams("q=abc&q=fed&source=en&target=de");
    expect((await ask(`${server.url}/translate`, { method: "POST", body })).body).toEqual({
      translatedText: german["abc"],
    });
  });

  test("alternatives are the further entries of the n-best list", async () => {
    const [best] = await chosenAlone(models[0]!, ["abc"], 3);
    const { body } = await translate({ q: "abc", ...pair, alternatives: 2 });
    expect(body).toEqual({ translatedText: best![0], alternatives: best!.slice(1) });
    const list = await translate({ q: ["abc", "1"], ...pair, alternatives: "1" });
    expect(list.body).toEqual({ translatedText: [best![0], "1"], alternatives: [[best![1]], []] });
  });

  test("html keeps its tags and stays valid, and has no alternatives", async () => {
    const q = "<p>abc<br>1 &amp; 2</p>";
    const { body } = await translate({ q, ...pair, format: "html", alternatives: 1 });
    expect(body).toEqual({ translatedText: `<p>${german["abc"]}<br>1 &amp; 2</p>`, alternatives: [] });
  });

  test("alternatives of several segments: the next best of each", async () => {
    const [one, two] = await chosenAlone(models[0]!, ["abc.", "fed cab"], 2);
    const { body } = await translate({ q: "abc.\n\nfed cab", ...pair, alternatives: 1 });
    expect(body).toEqual({ translatedText: `${one![0]}\n\n${two![0]}`, alternatives: [`${one![1]}\n\n${two![1]}`] });
  });

  test("what became of segments is counted", async () => {
    const counts = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      const value = (name: string) => Number(new RegExp(`^nmt_${name} (\\d+)$`, "m").exec(text)?.[1]);
      return {
        segments: value("segments_total"),
        placeables: value("segments_with_placeables_total"),
        ways: ["best", "later", "alignment", "split"].reduce((sum, by) => {
          return sum + value(`placeables_kept_total\\{by="${by}"\\}`);
        }, 0),
      };
    };
    const before = await counts();
    await translate({ q: "abc.\nfed <b>cab</b> f {0} d\n7", ...pair });
    const after = await counts();
    expect(after.segments - before.segments).toBe(2);
    expect(after.placeables - before.placeables).toBe(1);
    expect(after.ways - before.ways).toBe(1);
  });

  test("over a third language where no model has the pair, which the answer says", async () => {
    const [[over]] = (await chosenAlone(models[1]!, [german["abc"]!])) as [[string]];
    const { body } = await translate({ q: "abc", source: "en", target: "fr" });
    expect(body).toEqual({ translatedText: over, pivotLanguage: "de" });
  });

  test("into its own language a text is unchanged", async () => {
    expect((await translate({ q: "abc", source: "de", target: "de" })).body).toEqual({ translatedText: "abc" });
  });

  test("auto: a text with nothing to translate needs no detection, and every text has its language", async () => {
    const { body } = await translate({ q: ["😀", "12"], source: "auto", target: "de" });
    const detectedLanguage = [
      { confidence: 0, language: "de" },
      { confidence: 0, language: "de" },
    ];
    expect(body).toEqual({ detectedLanguage, translatedText: ["😀", "12"] });
  });

  test.each<[string, object, number, RegExp]>([
    ["no q", pair, 400, /missing q/],
    ["an empty list", { q: [], ...pair }, 400, /q: an empty list/],
    ["no target", { q: "a", source: "en" }, 400, /missing target/],
    ["no source", { q: "a", target: "en" }, 400, /missing source/],
    ["a number as q", { q: 1, ...pair }, 400, /q: /],
    ["another format", { q: "a", ...pair, format: "rtf" }, 400, /format/],
    ["a word as alternatives", { q: "a", ...pair, alternatives: "many" }, 400, /alternatives: no whole number/],
    ["too many alternatives", { q: "a", ...pair, alternatives: 4 }, 400, /limit \(3\)/],
    ["a region", { q: "a", source: "en-US", target: "de" }, 400, /en-US is not supported as source/],
    ["an unknown target", { q: "a", source: "en", target: "xx" }, 400, /xx is not supported as target/],
    ["a pair without a way", { q: "a", source: "fr", target: "en" }, 400, /No model translates fr into en/],
    ["a long text", { q: "a".repeat(101), ...pair }, 400, /101 characters exceeds the limit \(100\)/],
    ["many texts", { q: ["a", "a", "a", "a", "a", "a"], ...pair }, 400, /batch limit \(5\)/],
  ])("refuses %s", async (_, body, status, message) => {
    const answer = await translate(body);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(message) } });
  });

  test("refuses bodies that are not what they say, and those that are too large", async () => {
    const send = (body: string, type: string) =>
      ask(`${server.url}/translate`, { method: "POST", body, headers: { "Content-Type": type } });
    for (const body of ["{", "[]", "null", '"q"', ""]) {
      expect(await send(body, "application/json")).toMatchObject({ status: 400, body: { error: expect.anything() } });
    }
    expect(await send("--x\r\n", "multipart/form-data; boundary=y")).toMatchObject({ status: 400 });
    expect(await send(" ".repeat(100_001), "application/json")).toMatchObject({ status: 413 });
    const chunks = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(50_000)),
    });
    const endless = { method: "POST", body: chunks, duplex: "half" } as RequestInit;
    expect(await ask(`${server.url}/translate`, endless)).toMatchObject({ status: 413 });
    expect((await translate({ q: "abc", ...pair })).status).toBe(200);
  });
});

test("/languages lists sources with their targets, also with doubled slashes and a body", async () => {
  const languages = [
    { code: "de", name: "German", targets: ["de", "fr"] },
    { code: "en", name: "English", targets: ["de", "en", "fr"] },
  ];
  expect((await ask(`${server.url}//languages`)).body).toEqual(languages);
  const withBody = await new Promise<string>((resolve, reject) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": 3 };
    const sent = request(`${server.url}/languages`, { method: "GET", headers }, (response) => {
      response.setEncoding("utf8").once("data", resolve);
    });
    sent.once("error", reject).end("a=b");
  });
  expect(JSON.parse(withBody)).toEqual(languages);
});

test("/detect and auto tell the languages of texts that are served", async () => {
  const q = ["Der Hund rennt über das Feld.", "The dog runs over the field."];
  const { body } = await postJson(`${server.url}/detect`, { q: q[0] });
  expect((body as { language: string }[])[0]).toEqual({ language: "de", confidence: expect.any(Number) });
  const auto = await translate({ q, source: "auto", target: "fr" });
  expect(auto).toMatchObject({
    status: 200,
    body: { detectedLanguage: [{ language: "de" }, { language: "en" }], pivotLanguage: [null, "de"] },
  });
});

test("/detect and auto name the only language of one", async () => {
  const one = await startToyServer([models[0]!]);
  expect((await postJson(`${one.url}/detect`, { q: "abc" })).body).toEqual([{ confidence: 100, language: "en" }]);
  const auto = await postJson(`${one.url}/translate`, { q: ["abc"], source: "auto", target: "de" });
  expect(auto.body).toEqual({
    detectedLanguage: [{ confidence: 100, language: "en" }],
    translatedText: [german["abc"]],
  });
  await one.stop();
});

test("/health, /frontend/settings, and other paths and methods", async () => {
  expect(await ask(`${server.url}/health`)).toMatchObject({ status: 200, body: { status: "ok" } });
  expect((await ask(`${server.url}/frontend/settings`)).body).toMatchObject({
    charLimit: 100,
    keyRequired: false,
    language: { source: { code: "auto" }, target: { code: "fr" } },
  });
  expect(await ask(`${server.url}/nothing`)).toMatchObject({
    status: 404,
    body: { error: expect.stringMatching(/nothing/) },
  });
  const wrong = await ask(`${server.url}/translate`, { method: "DELETE" });
  expect(wrong).toMatchObject({ status: 405, body: { error: expect.stringMatching(/GET or POST/) } });
});
