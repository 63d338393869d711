/** Source of truth: the promise that a term's translation is in the text's, and the model on its own with the adapter. */
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DetailedTranslation } from "../../../src/server/interactive/answers.ts";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { writeToyAdapter } from "../toy-adapters.ts";
import { postJson, startToyServer, writePairModels } from "../toy-models.ts";

let server: RunningServer;
const pair = { source: "en", target: "de" };

beforeAll(async () => {
  const models = await writePairModels(["en-de", "de-fr"]);
  const law = join(dirname(models[0]!), "law");
  writeToyAdapter(law, models[0]!, 1);
  server = await startToyServer(models, { adapters: [{ name: undefined, path: law }] });
});
afterAll(() => server.stop());

const post = (path: string, body: object) => postJson(`${server.url}${path}`, body);
const key = (name: string) => ({ Authorization: `DeepL-Auth-Key ${name}` });

async function makeGlossary(owner: string, fields: object = {}): Promise<string> {
  const body = { name: "animals", source_lang: "en", target_lang: "de", entries: "abc\tfed\nfile\tbb", ...fields };
  const made = await postJson(`${server.url}/v2/glossaries`, body, key(owner));
  expect(made.status).toBe(201);
  return (made.body as { glossary_id: string }).glossary_id;
}

async function translate(fields: object): Promise<string> {
  const { status, body } = await post("/nmt/translate", { text: "abc dead", ...pair, ...fields });
  expect({ status, body }).toMatchObject({ status: 200 });
  return (body as DetailedTranslation).translation;
}

describe("/nmt/translate", () => {
  test("terms of the request, glossaries of its key, and terms that stay", async () => {
    expect(await translate({})).not.toMatch(/\bfed\b|\babc\b|\bcafe\b/);
    const id = await makeGlossary("one");
    expect(await translate({ glossaries: [id], api_key: "one" })).toMatch(/\bfed\b/);
    expect(await translate({ terms: [{ source: "abc", target: "cafe" }] })).toMatch(/\bcafe\b/);
    expect(await translate({ keep: ["abc"] })).toMatch(/\babc\b/);
    expect(await translate({ keep: ["abc"], source: "auto" })).toMatch(/\babc\b/);
  });

  test("the request's own terms count before those that stay, and these before glossaries", async () => {
    const id = await makeGlossary("one");
    const terms = [{ source: "abc", target: "cafe" }];
    expect(await translate({ terms, keep: ["abc"] })).toMatch(/\bcafe\b/);
    const all = await translate({ terms, glossaries: [id], api_key: "one" });
    expect(all).toMatch(/\bcafe\b/);
    expect(all).not.toMatch(/\bfed\b/);
  });

  test("what a person has chosen counts more, in its sentence alone", async () => {
    const text = "abc dead\nabc dead bee";
    const chosen = [{ segment: "abc dead", prefix: "bead" }];
    const terms = [{ source: "abc", target: "cafe" }];
    const [begun] = (await translate({ text, chosen })).split("\n");
    const [first, second] = (await translate({ text, chosen, terms })).split("\n");
    expect(first).toBe(begun);
    expect(second).toMatch(/\bcafe\b/);
  });

  test("over a third language only those that stay", async () => {
    expect(await translate({ target: "fr", keep: ["abc"] })).toMatch(/\babc\b/);
    const over = await post("/nmt/translate", {
      text: "abc",
      source: "en",
      target: "fr",
      terms: [{ source: "a", target: "b" }],
    });
    expect(over.status).toBe(400);
    expect(over.body).toMatchObject({ error: expect.stringContaining("without a third language") });
  });

  test.each([
    [{ terms: [{ source: "abc", target: "" }] }, /terms:1: a term is empty/],
    [{ terms: [{ source: "a\tb", target: "c" }] }, /terms:1: an entry has 3 fields/],
    [{ terms: [{ source: "a\nb", target: "c" }] }, /control character/],
    [{ terms: [{ source: "abc" }] }, /terms/],
    [{ keep: ["abc", "é".repeat(513)] }, /keep:2: a term has more than 1024 bytes/],
    [{ keep: "abc" }, /keep/],
    [{ source: "auto", terms: [{ source: "abc", target: "b" }] }, /need the language of the text/],
  ])("refuses %j", async (fields, message) => {
    const { status, body } = await post("/nmt/translate", { text: "abc", ...pair, ...fields });
    expect(status).toBe(400);
    expect((body as { error: string }).error).toMatch(message);
  });

  test("refuses more terms than 1000", async () => {
    const keep = Array.from({ length: 1001 }, (_, i) => `a${i}`);
    const { status, body } = await post("/nmt/translate", { text: "abc", ...pair, keep });
    expect({ status, body }).toMatchObject({ status: 400, body: { error: expect.stringContaining("more than 1000") } });
  });

  test("refuses the glossary of another key", async () => {
    const id = await makeGlossary("one");
    const { status } = await post("/nmt/translate", { text: "abc", ...pair, glossaries: [id], api_key: "two" });
    expect(status).toBe(404);
  });
});

describe("/nmt/pair", () => {
  test("has adapters of the pair's model, and the key's glossaries of the pair", async () => {
    const id = await makeGlossary("owner");
    await makeGlossary("owner", { name: "back", source_lang: "de", target_lang: "fr" });
    const glossaries = [{ id, name: "animals", terms: 2 }];
    expect((await post("/nmt/pair", { ...pair, api_key: "owner" })).body).toEqual({ adapters: ["law"], glossaries });
    expect((await post("/nmt/pair", { ...pair, api_key: "stranger" })).body).toEqual({
      adapters: ["law"],
      glossaries: [],
    });
    expect((await post("/nmt/pair", { source: "de", target: "fr", api_key: "owner" })).body).toMatchObject({
      adapters: [],
      glossaries: [{ name: "back" }],
    });
  });

  test("has nothing for a pair that goes over a third language, and for one language", async () => {
    const over = await post("/nmt/pair", { source: "en", target: "fr" });
    expect(over.body).toEqual({ pivotLanguage: "de", adapters: [], glossaries: [] });
    expect((await post("/nmt/pair", { source: "de", target: "de" })).body).toEqual({ adapters: [], glossaries: [] });
  });

  test("refuses languages that are not served", async () => {
    const { status, body } = await post("/nmt/pair", { source: "en", target: "xx" });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: expect.stringContaining("xx is not supported") });
  });
});
