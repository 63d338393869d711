/** Source of truth: DeepL's description of glossaries, versions 2 and 3, and the promise that a term's translation is in the text's. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../../src/base/errors.ts";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { ask, type JsonAnswer, postJson, startToyServer, writePairModels } from "../toy-models.ts";

let models: string[];
let folder: string;
let server: RunningServer;
let other: RunningServer;

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-zh"]);
  folder = mkdtempSync(join(tmpdir(), "nmt-glossaries-"));
  server = await startToyServer(models, { glossaries: join(folder, "kept") });
  other = await startToyServer(models, { glossaries: join(folder, "kept") });
});
afterAll(async () => {
  await server.stop();
  await other.stop();
});

const key = (name: string) => ({ Authorization: `DeepL-Auth-Key ${name}` });
const base = { name: "animals", source_lang: "en", target_lang: "de", entries: "abc\tfed\nfile\tbb" };

interface Described {
  glossary_id: string;
}

async function create(fields: object = {}, owner = "one"): Promise<string> {
  const { status, body } = await postJson(`${server.url}/v2/glossaries`, { ...base, ...fields }, key(owner));
  expect({ status, body }).toMatchObject({ status: 201 });
  return (body as Described).glossary_id;
}

const get = (path: string, owner = "one", at = server) => ask(`${at.url}${path}`, { headers: key(owner) });
const send = (method: string, path: string, body?: unknown, owner = "one") =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { ...key(owner), ...(body !== undefined && { "Content-Type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function translate(fields: object, owner = "one", at = server): Promise<JsonAnswer & { text: string }> {
  const body = { text: ["abc"], source_lang: "EN", target_lang: "DE", ...fields };
  const answer = await postJson(`${at.url}/v2/translate`, body, key(owner));
  const { translations } = answer.body as { translations?: { text: string }[] };
  return { ...answer, text: translations?.[0]?.text ?? "" };
}

describe("/v2/glossaries", () => {
  test("are made from JSON and from forms, described, listed and deleted by their key", async () => {
    const id = await create({}, "owner");
    const form = new URLSearchParams({ ...base, name: "form", entries: 'abc,"f, e"\n', entries_format: "csv" });
    const { status, body } = await ask(`${server.url}/v2/glossaries`, {
      method: "POST",
      body: form,
      headers: key("owner"),
    });
    const second = (body as Described).glossary_id;
    expect(status).toBe(201);
    const described = {
      ...{ glossary_id: id, name: "animals", ready: true, source_lang: "en", target_lang: "de", entry_count: 2 },
      creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    };
    expect((await get(`/v2/glossaries/${id}`, "owner")).body).toEqual(described);
    expect((await get("/v2/glossaries", "owner")).body).toEqual({
      glossaries: [described, expect.objectContaining({ glossary_id: second, entry_count: 1 })],
    });
    const entries = await send("GET", `/v2/glossaries/${second}/entries`, undefined, "owner");
    expect(entries.headers.get("content-type")).toMatch(/^text\/tab-separated-values/);
    expect(await entries.text()).toBe("abc\tf, e");
    for (const path of [`/v2/glossaries/${id}`, `/v2/glossaries/${id}/entries`, `/v3/glossaries/${id}`]) {
      expect(await get(path, "stranger")).toMatchObject({ status: 404, body: { message: /no glossary/ } });
    }
    expect((await send("DELETE", `/v2/glossaries/${id}`, undefined, "stranger")).status).toBe(404);
    expect((await send("DELETE", `/v2/glossaries/${id}`, undefined, "owner")).status).toBe(204);
    expect((await get(`/v2/glossaries/${id}`, "owner")).status).toBe(404);
    expect((await get("/v2/glossaries", "owner")).body).toMatchObject({ glossaries: [{ glossary_id: second }] });
  });

  test.each<[string, object, RegExp]>([
    ["no name", { name: undefined }, /missing name/],
    ["an empty name", { name: "" }, /name/],
    ["no entries", { entries: undefined }, /missing entries/],
    ["blank entries", { entries: "\n" }, /Invalid glossary entries.*no term/],
    ["an entry without a tab", { entries: "abc\tfed\nx" }, /entries:2.*1 fields/],
    ["a term twice", { entries: "abc\tfed\r\nabc\tbb" }, /entries:2.*already, on line 1/],
    [
      "a pair that no model translates",
      { target_lang: "zh" },
      /No model translates en into zh.*glossary-language-pairs/,
    ],
    ["another format", { entries_format: "xlsx" }, /entries_format/],
  ])("refuse %s", async (_, fields, message) => {
    const answer = await postJson(`${server.url}/v2/glossaries`, { ...base, ...fields }, key("one"));
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  });

  test("can be made for the pairs that a model translates", async () => {
    expect((await get("/v2/glossary-language-pairs")).body).toEqual({
      supported_languages: [
        { source_lang: "de", target_lang: "zh" },
        { source_lang: "en", target_lang: "de" },
      ],
    });
  });
});

describe("a translation with a glossary", () => {
  test("has its terms, in texts, in HTML and in documents", async () => {
    const id = await create();
    expect((await translate({})).text).not.toMatch(/(^| )fed/);
    expect((await translate({ glossary_id: id })).text).toMatch(/(^| )fed/);
    const html = await translate({ text: ["<p>Abc <b>a</b></p>"], tag_handling: "html", glossary_id: id });
    expect(html.text).toMatch(/(^| |>)fed/i);
    const form = new FormData();
    form.set("file", new File(["abc"], "a.txt"));
    for (const [name, value] of Object.entries({ target_lang: "DE", source_lang: "EN", glossary_id: id })) {
      form.set(name, value);
    }
    const uploaded = await ask(`${server.url}/v2/document`, { method: "POST", body: form, headers: key("one") });
    const { document_id, document_key } = uploaded.body as { document_id: string; document_key: string };
    const asked = { document_key };
    for (;;) {
      const { body } = await postJson(`${server.url}/v2/document/${document_id}`, asked, key("one"));
      if ((body as { status: string }).status === "done") break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const result = await send("POST", `/v2/document/${document_id}/result`, asked);
    expect(await result.text()).toMatch(/(^| )fed/);
  });

  test("leaves terms that are their own translation as they are", async () => {
    const id = await create({ entries: "zz\tzz" });
    expect((await translate({ text: ["abc zz fed"], glossary_id: id })).text.match(/zz/g)).toEqual(["zz"]);
  });

  test("may have several, of which the first counts", async () => {
    const ids = [await create({ entries: "abc\tff" }), await create({ entries: "abc\tcc\nfed\tee" })];
    const { text } = await translate({ text: ["abc fed"], glossary_ids: ids.join(",") });
    expect(text).toMatch(/(^| )ff/);
    expect(text).toMatch(/(^| )ee/);
  });

  test.each<[string, (id: string) => object, number, RegExp]>([
    ["an unknown glossary", () => ({ glossary_id: "g1" }), 404, /no glossary g1/],
    ["a path", () => ({ glossary_id: "../one" }), 404, /no glossary/],
    ["no source language", (id) => ({ glossary_id: id, source_lang: undefined }), 400, /requires the source_lang/],
    ["other languages", (id) => ({ glossary_id: id, source_lang: "DE", target_lang: "ZH" }), 400, /for: en to de/],
    ["both parameters", (id) => ({ glossary_id: id, glossary_ids: [id] }), 400, /Both/],
    ["too many", (id) => ({ glossary_ids: Array.from({ length: 6 }, () => id) }), 400, /6 glossaries, more than 5/],
  ])("is refused with %s", async (_, fields, status, message) => {
    const id = await create();
    expect(await translate(fields(id))).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  });

  test("is refused to other keys", async () => {
    expect(await translate({ glossary_id: await create() }, "stranger")).toMatchObject({ status: 404 });
  });

  test("counts its terms", async () => {
    const id = await create({ entries: "abc\tfed\ndef\tÄ" });
    const figure = async (name: string) =>
      Number(new RegExp(`^nmt_${name} (\\d+)$`, "m").exec(await (await fetch(`${server.url}/metrics`)).text())![1]);
    const names = ["glossary_terms_total", "glossary_terms_missing_total"];
    const before = await Promise.all(names.map(figure));
    await translate({ text: ["abc def", "abc"], glossary_id: id });
    const after = await Promise.all(names.map(figure));
    expect(after.map((value, i) => value - before[i]!)).toEqual([3, 1]);
  });
});

describe("/v3/glossaries", () => {
  const german = { source_lang: "en", target_lang: "de", entries: "abc\tfed", entries_format: "tsv" };
  const chinese = { source_lang: "de", target_lang: "zh", entries: "abc,cc", entries_format: "csv" };

  test("have several pairs, which are changed one by one", async () => {
    const made = await send("POST", "/v3/glossaries", { name: "both", dictionaries: [german, chinese] }, "v3");
    const { glossary_id: id, ...described } = (await made.json()) as Described;
    expect(made.status).toBe(201);
    expect(described).toEqual({
      name: "both",
      creation_time: expect.any(String),
      dictionaries: [
        { source_lang: "en", target_lang: "de", entry_count: 1 },
        { source_lang: "de", target_lang: "zh", entry_count: 1 },
      ],
    });
    expect((await translate({ glossary_id: id }, "v3")).text).toMatch(/(^| )fed/);
    const form = new URLSearchParams({ name: "named" });
    for (const [name, value] of Object.entries({ ...german, entries: "abc\tbb\ndef\tcc" })) {
      form.append(`dictionaries[0].${name}`, value);
    }
    const patched = await ask(`${server.url}/v3/glossaries/${id}`, { method: "PATCH", body: form, headers: key("v3") });
    expect(patched).toMatchObject({ status: 200, body: { name: "named", dictionaries: [{ entry_count: 2 }, {}] } });
    const pair = "source_lang=EN&target_lang=de";
    expect((await get(`/v3/glossaries/${id}/entries?${pair}`, "v3")).body).toEqual({
      dictionaries: [{ source_lang: "en", target_lang: "de", entries: "abc\tbb\ndef\tcc", entries_format: "tsv" }],
    });
    expect(await get(`/v2/glossaries/${id}`, "v3")).toMatchObject({ status: 400, body: { message: /v3/ } });
    expect((await get("/v2/glossaries", "v3")).body).toEqual({ glossaries: [] });
    const put = await send("PUT", `/v3/glossaries/${id}/dictionaries`, german, "v3");
    expect(await put.json()).toEqual({ source_lang: "en", target_lang: "de", entry_count: 1 });
    const removed = () => send("DELETE", `/v3/glossaries/${id}/dictionaries?${pair}`, undefined, "v3");
    expect((await removed()).status).toBe(204);
    expect((await removed()).status).toBe(404);
    expect(await translate({ glossary_id: id }, "v3")).toMatchObject({ status: 400 });
    expect((await get(`/v3/glossaries/${id}/entries?${pair}`, "v3")).status).toBe(404);
    expect((await get("/v3/glossaries", "v3")).body).toMatchObject({ glossaries: [{ glossary_id: id }] });
    expect((await send("DELETE", `/v3/glossaries/${id}`, undefined, "v3")).status).toBe(204);
    expect((await send("PATCH", `/v3/glossaries/${id}`, { name: "x" }, "v3")).status).toBe(404);
  });

  test("refuse two dictionaries for a pair, and none", async () => {
    for (const dictionaries of [[german, german], []]) {
      const { status } = await send("POST", "/v3/glossaries", { name: "x", dictionaries }, "v3");
      expect(status).toBe(400);
    }
  });
});

describe("glossaries in a folder", () => {
  test("are those of every server that shares it, and of the next one", async () => {
    const id = await create({}, "shared");
    expect((await translate({ glossary_id: id }, "shared", other)).text).toMatch(/(^| )fed/);
    await send("PATCH", `/v3/glossaries/${id}`, { dictionaries: [{ ...base, entries: "abc\tbb" }] }, "shared");
    expect((await translate({ glossary_id: id }, "shared", other)).text).toMatch(/(^| )bb/);
    const next = await startToyServer(models, { glossaries: join(folder, "kept") });
    expect((await get(`/v2/glossaries/${id}`, "shared", next)).status).toBe(200);
    await next.stop();
    await send("DELETE", `/v2/glossaries/${id}`, undefined, "shared");
    expect((await get(`/v2/glossaries/${id}`, "shared", other)).status).toBe(404);
  });

  test("that are changed by several at once lose nothing", async () => {
    const id = await create({ entries: "abc\tfed" }, "many");
    const words = Array.from({ length: 12 }, (_, i) => `word${i}`);
    const patch = (word: string, { url }: RunningServer) =>
      ask(`${url}/v3/glossaries/${id}`, {
        method: "PATCH",
        headers: { ...key("many"), "Content-Type": "application/json" },
        body: JSON.stringify({ dictionaries: [{ ...base, entries: `${word}\tb` }] }),
      });
    const answers = await Promise.all(words.map((word, i) => patch(word, i % 2 === 0 ? server : other)));
    expect(answers.map(({ status }) => status)).toEqual(words.map(() => 200));
    expect((await get(`/v2/glossaries/${id}`, "many")).body).toMatchObject({ entry_count: 13 });
  });

  test("that are damaged are named: a server does not start with them, and others of the key are told of none", async () => {
    const damaged = join(folder, "damaged");
    const first = await startToyServer(models, { glossaries: damaged });
    const made = await postJson(`${first.url}/v2/glossaries`, base, key("one"));
    const [owner] = readdirSync(damaged);
    const file = join(damaged, owner!, `${(made.body as Described).glossary_id}.json`);
    expect(readFileSync(file, "utf8")).not.toContain("one");
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 50));
    expect(await get("/v2/glossaries", "one", first)).toMatchObject({ status: 500 });
    expect(await get("/v2/glossaries", "two", first)).toMatchObject({ status: 200 });
    await first.stop();
    await expect(startToyServer(models, { glossaries: damaged })).rejects.toThrow(DataError);
    await expect(startToyServer(models, { glossaries: damaged })).rejects.toMatchObject({ where: file });
  });
});

describe("glossaries of whoever runs the server", () => {
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test("hold for all texts of their pair, in every interface, and over a third language", async () => {
    const terms = {
      glossaries: [
        { pair: "EN-DE", path: file("en-de.tsv", "abc\tff\n") },
        { pair: "de-zh", path: file("de-zh.tsv", "ff\tcc\n") },
      ],
      doNotTranslate: file("names.txt", "zz\n"),
    };
    const run = await startToyServer(models, { terms });
    const libre = { q: "abc zz", source: "en", target: "de" };
    const translated = async (path: string, body: object, field: string) =>
      ((await postJson(`${run.url}${path}`, body)).body as Record<string, string>)[field];
    const german = await translated("/translate", libre, "translatedText");
    expect(german).toMatch(/(^| )ff/);
    expect(german!.match(/zz/g)).toEqual(["zz"]);
    const chinese = await translated("/translate", { ...libre, q: "zz", target: "zh" }, "translatedText");
    expect(chinese).toBe("zz");
    const page = await translated("/nmt/translate", { text: "abc zz", source: "en", target: "de" }, "translation");
    expect(page).toMatch(/(^| )ff/);
    expect((await translate({}, "one", run)).text).toMatch(/(^| )ff/);
    // A client's own come first.
    const made = await postJson(`${run.url}/v2/glossaries`, base, key("one"));
    const { text } = await translate({ glossary_id: (made.body as Described).glossary_id }, "one", run);
    expect(text).toMatch(/(^| )fed/);
    await run.stop();
  });

  test("are refused where the pair or the file is wrong", async () => {
    const path = file("wrong.tsv", "abc\n");
    const start = (pair: string) =>
      startToyServer(models, { terms: { glossaries: [{ pair, path }], doNotTranslate: undefined } });
    await expect(start("en-zh")).rejects.toThrow(UsageError);
    await expect(start("en-de")).rejects.toMatchObject({ where: `${path}:1` });
  });
});
