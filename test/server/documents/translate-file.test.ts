/** Source of truth: LibreTranslate's answers for documents, and what the model makes of the sentences on its own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentEndings } from "../../../src/documents/document-formats.ts";
import { readDocument } from "../../../src/documents/read-document.ts";
import type { RunningServer, ServerOptions } from "../../../src/server/start-server.ts";
import { zip } from "../../corpora/archives/zip-archive.ts";
import { DOCX } from "../../documents/sample-documents.ts";
import { ask, startToyServer, translateAlone, writePairModels } from "../toy-models.ts";

let server: RunningServer;
let models: string[];
let german: Record<string, string>;
const sentences = ["abc de.", "Fed cab!", "bad"];

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-fr"]);
  server = await startToyServer(models);
  const found = await translateAlone(models[0]!, sentences);
  german = Object.fromEntries(sentences.map((line, i) => [line, found[i]![0]!]));
});
afterAll(() => server.stop());

interface Sent {
  name: string;
  bytes: string | Uint8Array;
  fields?: Record<string, string>;
}

function form({ name, bytes, fields = { source: "en", target: "de" } }: Sent): FormData {
  const parts = new FormData();
  for (const [key, value] of Object.entries(fields)) parts.set(key, value);
  parts.set("file", new File([bytes as never], name));
  return parts;
}

const send = (sent: Sent, { url }: RunningServer = server) =>
  ask(`${url}/translate_file`, { method: "POST", body: form(sent) });

async function translated(sent: Sent, at: RunningServer = server): Promise<Response> {
  const { status, body } = await send(sent, at);
  expect({ status, body }).toMatchObject({ status: 200 });
  return await fetch((body as { translatedFileUrl: string }).translatedFileUrl);
}

const encoded = (text: string) => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;");

describe("/translate_file", () => {
  test("gives an address with the translation, whose bytes but the text are the document's", async () => {
    const html = (one: string, two: string, three: string) => `<h1 id=x>${one} ${two}</h1>\r\n<p>${three}<!-- abc -->`;
    const response = await translated({ name: "a.html", bytes: html("abc de.", "Fed cab!", "bad") });
    expect(await response.text()).toBe(
      html(...(sentences.map((line) => encoded(german[line]!)) as [string, string, string])),
    );
    expect(response.url).toMatch(new RegExp(`^${server.url}/download_file/[0-9A-F]{32}\\.a_de\\.html$`));
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="a_de.html"; filename*=UTF-8''a_de.html`,
    );
    expect(await (await fetch(response.url)).text()).toContain(encoded(german["bad"]!));
  });

  test("takes Word documents, and files of two languages, which keep their translations", async () => {
    const docx = new Uint8Array(await (await translated({ name: "a.docx", bytes: DOCX })).arrayBuffer());
    expect(readDocument(docx, "a.docx").segments).toHaveLength(readDocument(DOCX, "a.docx").segments.length);
    const po = (text: string) => `msgid "bad"\nmsgstr "${text}"\n\nmsgid "fed"\nmsgstr "gut"\n`;
    expect(await (await translated({ name: "a.po", bytes: po("") })).text()).toBe(po(german["bad"]!));
    expect(await (await translated({ name: "b.po", bytes: po("da") })).text()).toBe(po("da"));
  });

  test("reads plain text as a document: sentences, white space", async () => {
    const bytes = "  abc de. Fed cab!\n\n\tbad";
    expect(await (await translated({ name: "a.txt", bytes })).text()).toBe(
      `  ${german["abc de."]} ${german["Fed cab!"]}\n\n\t${german["bad"]}`,
    );
  });

  test("keeps names that are not ASCII, without folders and controls", async () => {
    const response = await translated({ name: '../Übersicht "漢字"\u0007.md', bytes: "bad" });
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="_bersicht _____de.md"; filename*=UTF-8''%C3%9Cbersicht%20%22%E6%BC%A2%E5%AD%97%22_de.md`,
    );
    expect(await response.text()).toBe(german["bad"]);
  });

  test("leaves a line that is longer than the model translates as it is", async () => {
    const long = "abcdef".repeat(1000);
    expect(await (await translated({ name: "a.txt", bytes: `${long}\nbad` })).text()).toBe(`${long}\n${german["bad"]}`);
  });

  test("goes over a third language, and knows its own", async () => {
    const french = await translated({ name: "a.txt", bytes: "bad", fields: { source: "en", target: "fr" } });
    expect(await french.text()).not.toBe("");
    const same = await translated({ name: "a.txt", bytes: "bad", fields: { source: "en", target: "en" } });
    expect(await same.text()).toBe("bad");
  });

  test("detects the language of a server of one", async () => {
    const one = await startToyServer([models[0]!]);
    const response = await translated({ name: "a.txt", bytes: "bad", fields: { source: "auto", target: "de" } }, one);
    expect(await response.text()).toBe(german["bad"]);
    await one.stop();
  });

  test.each<[string, Partial<Sent>, number, RegExp]>([
    ["a format that can't be read", { name: "a.doc" }, 400, /"\.doc" cannot be read.*\.docx/],
    ["no ending", { name: "README" }, 400, /without an ending.*\.docx/],
    ["a damaged document", { name: "a.json", bytes: '{\n"a": x }' }, 400, /a value should stand.*\(a\.json, line 2\)/],
    ["no source", { fields: { target: "de" } }, 400, /missing source/],
    ["an unknown target", { fields: { source: "en", target: "xx" } }, 400, /xx is not supported/],
    ["a pair without a way", { fields: { source: "fr", target: "de" } }, 400, /No model translates fr into de/],
  ])("refuses %s", async (_, sent, status, message) => {
    const refused = await send({ name: "a.txt", bytes: "bad", ...sent });
    expect(refused).toMatchObject({ status, body: { error: expect.stringMatching(message) } });
  });

  test("refuses forms without a file, and bodies that are no form", async () => {
    const fields = new URLSearchParams({ source: "en", target: "de", file: "abc" });
    for (const body of [fields, "x"]) {
      expect(await ask(`${server.url}/translate_file`, { method: "POST", body })).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/missing file parameter.*multipart/) },
      });
    }
  });

  test("/download_file knows no other names", async () => {
    for (const name of ["x", `${"A".repeat(32)}.a.txt`, "%2e%2e%2fetc", "..%2f"]) {
      expect(await ask(`${server.url}/download_file/${name}`)).toMatchObject({ status: 404 });
    }
  });
});

test("/frontend/settings tells which formats there are, or that there are none", async () => {
  const settings = async ({ url }: RunningServer) => (await ask(`${url}/frontend/settings`)).body;
  expect(await settings(server)).toMatchObject({ filesTranslation: true, supportedFilesFormat: documentEndings });
  const none = await startToyServer(models, { documents: limits({ bytes: 0 }) });
  expect(await settings(none)).toMatchObject({ filesTranslation: false, supportedFilesFormat: [] });
  expect(await send({ name: "a.txt", bytes: "bad" }, none)).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/does not translate documents/) },
  });
  await none.stop();
});

function limits(some: Partial<ServerOptions["documents"]>): ServerOptions["documents"] {
  return { bytes: 1e6, characters: 0, kept: 1e7, lifetime: 600_000, patience: 0, ...some };
}

describe("limits", () => {
  test("on bytes, with and without a length, and on characters", async () => {
    const small = await startToyServer(models, { documents: limits({ bytes: 100_000, characters: 1000 }) });
    expect(await send({ name: "a.txt", bytes: "bad ".repeat(25_001) }, small)).toMatchObject({
      status: 413,
      body: { error: expect.stringMatching(/takes 100000/) },
    });
    const chunks = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(50_000)) });
    const endless = {
      method: "POST",
      body: chunks,
      duplex: "half",
      headers: { "Content-Type": "multipart/form-data; boundary=x" },
    };
    expect(await ask(`${small.url}/translate_file`, endless as RequestInit)).toMatchObject({ status: 413 });
    expect(await send({ name: "a.txt", bytes: "bad ".repeat(300) }, small)).toMatchObject({
      status: 413,
      body: { error: expect.stringMatching(/1199 characters/) },
    });
    await small.stop();
  });

  test("on what a Word document unpacks to, whatever it says of it", async () => {
    const small = await startToyServer(models, { documents: limits({ bytes: 100_000 }) });
    const paragraph = "<w:p><w:r><w:t>bad</w:t></w:r></w:p>";
    const bomb = zip({ "word/document.xml": `<w:document>${paragraph.repeat(100_000)}</w:document>` });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await send({ name: "a.docx", bytes: bomb }, small)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/bytes unpacked, and 800000 are allowed/) },
    });
    const lying = Buffer.from(bomb);
    for (const mark of ["PK\u0001\u0002", "PK\u0003\u0004"]) {
      const at = lying.indexOf(mark, 0, "latin1");
      lying.writeUInt32LE(500_000, at + (mark === "PK\u0001\u0002" ? 24 : 22));
    }
    expect(await send({ name: "a.docx", bytes: lying }, small)).toMatchObject({ status: 400 });
    expect((await send({ name: "a.txt", bytes: "bad" }, small)).status).toBe(200);
    await small.stop();
  });

  test("on what is kept: a full server answers 429, and one whose documents were fetched does not", async () => {
    const small = await startToyServer(models, { documents: limits({ kept: 1500 }) });
    const bytes = "12 ".repeat(266);
    const { body } = await ask(`${small.url}/v2/document`, {
      method: "POST",
      body: form({ name: "a.txt", bytes, fields: { source_lang: "EN", target_lang: "DE" } }),
    });
    const { document_id: id, document_key: key } = body as Record<string, string>;
    expect(await send({ name: "a.txt", bytes }, small)).toMatchObject({ status: 429, retryAfter: "30" });
    await until(async () => (await metric(small, "documents_open")) === 0);
    expect(await metric(small, "documents_bytes")).toBe(798);
    await (await fetch(`${small.url}/v2/document/${id}/result?document_key=${key}`)).arrayBuffer();
    expect(await metric(small, "documents_bytes")).toBe(0);
    expect((await send({ name: "a.txt", bytes }, small)).status).toBe(200);
    await small.stop();
  });
});

async function metric({ url }: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^nmt_${name} (.*)$`, "m").exec(text)?.[1]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a document whose sender has gone away is given up, and its text waits no more", async () => {
  const patient = await startToyServer(models, { maxDelay: 1e6, batchSize: 1000 });
  const leave = new AbortController();
  const gone = fetch(`${patient.url}/translate_file`, {
    method: "POST",
    body: form({ name: "a.txt", bytes: "bad" }),
    signal: leave.signal,
  });
  await until(async () => (await metric(patient, "lines_waiting")) === 1);
  leave.abort();
  await expect(gone).rejects.toThrow();
  await until(async () => (await metric(patient, "documents_open")) === 0);
  expect(await metric(patient, "lines_waiting")).toBe(0);
  expect(await metric(patient, "characters_open")).toBe(0);
  await patient.stop();
});

test("the metrics have documents by format, and the log neither their addresses nor their names", async () => {
  const lines: string[] = [];
  const logged = await startToyServer(models, { accessLog: (line) => lines.push(line) });
  await translated({ name: "secret.txt", bytes: "bad" }, logged);
  await send({ name: "secret.json", bytes: "{" }, logged);
  const text = await (await fetch(`${logged.url}/metrics`)).text();
  expect(text).toContain('nmt_documents_total{format="txt",result="translated"} 1\n');
  expect(text).toContain('nmt_documents_total{format="json",result="failed"} 1\n');
  expect(text).toContain('nmt_characters_total{source="en",target="de"} 3\n');
  expect(lines.join("\n")).toContain('"path":"/download_file/:name"');
  expect(lines.join("\n")).not.toContain("secret");
  await logged.stop();
});

test("behind a proxy the address is that which the proxy was asked by", async () => {
  const behind = await startToyServer(models, { trustProxy: true });
  const headers = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "mt.example" };
  const { body } = await ask(`${behind.url}/translate_file`, {
    method: "POST",
    body: form({ name: "a.txt", bytes: "bad" }),
    headers,
  });
  expect((body as { translatedFileUrl: string }).translatedFileUrl).toMatch(/^https:\/\/mt\.example\/download_file\//);
  await behind.stop();
});

test("texts that a document has beyond one are charged to its sender", async () => {
  const slow = await startToyServer(models, {
    limits: { characters: 0, texts: 0, alternatives: 0, textsPerMinute: 5 },
  });
  expect((await send({ name: "a.txt", bytes: "a\nb\nc\nd\ne\nf\ng" }, slow)).status).toBe(200);
  expect(await send({ name: "a.txt", bytes: "a" }, slow)).toMatchObject({ status: 429 });
  await slow.stop();
});
