/** Source of truth: DeepL's description of /v2/document, as deepl-node 1.28 uses it, and what the model makes of the sentences on its own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { ask, type JsonAnswer, startToyServer, translateAlone, writePairModels } from "../toy-models.ts";

let server: RunningServer;
let models: string[];
let bad: string;

beforeAll(async () => {
  models = await writePairModels(["en-de"]);
  server = await startToyServer(models);
  bad = (await translateAlone(models[0]!, ["bad"]))[0]![0]!;
});
afterAll(() => server.stop());

interface Handle {
  document_id: string;
  document_key: string;
}

function upload(
  text: string,
  { name = "a.txt", at = server, ...fields }: { name?: string; at?: RunningServer; [field: string]: unknown } = {},
): Promise<JsonAnswer> {
  const form = new FormData();
  form.set("file", new File([text], name));
  for (const [key, value] of Object.entries({ target_lang: "DE", source_lang: "EN", ...fields })) {
    if (value !== undefined) form.set(key, value as string);
  }
  return ask(`${at.url}/v2/document`, { method: "POST", body: form });
}

const post = (path: string, { document_key }: Handle, { url } = server) =>
  fetch(`${url}${path}`, { method: "POST", body: new URLSearchParams({ document_key }) });

async function status(handle: Handle, at = server): Promise<JsonAnswer["body"]> {
  return await (await post(`/v2/document/${handle.document_id}`, handle, at)).json();
}

async function settled(handle: Handle, at = server): Promise<unknown> {
  for (;;) {
    const found = (await status(handle, at)) as { status: string };
    if (found.status === "done" || found.status === "error") return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const result = (handle: Handle, at = server) => post(`/v2/document/${handle.document_id}/result`, handle, at);

async function usage(): Promise<number> {
  return ((await ask(`${server.url}/v2/usage`)).body as { character_count: number }).character_count;
}

test("a document is uploaded, asked for until it is done, and fetched once", async () => {
  const before = await usage();
  const { status: code, body } = await upload("bad\n\n 12 bad ", { name: "größe.txt" });
  expect(code).toBe(200);
  const handle = body as Handle;
  expect(handle).toEqual({
    document_id: expect.stringMatching(/^[0-9A-F]{32}$/),
    document_key: expect.stringMatching(/^[0-9A-F]{64}$/),
  });
  expect(await settled(handle)).toEqual({ document_id: handle.document_id, status: "done", billed_characters: 9 });
  const fetched = await result(handle);
  expect(fetched.headers.get("content-disposition")).toBe(
    `attachment; filename="gr__e_de.txt"; filename*=UTF-8''gr%C3%B6%C3%9Fe_de.txt`,
  );
  const twelve = (await translateAlone(models[0]!, ["12 bad"]))[0]![0]!;
  expect(await fetched.text()).toBe(`${bad}\n\n ${twelve} `);
  expect((await result(handle)).status).toBe(404);
  expect(await status(handle)).toMatchObject({ message: expect.stringMatching(/no such document/) });
  expect((await usage()) - before).toBe(9);
});

test("a damaged document is an error in its status, with its place", async () => {
  const handle = (await upload('{ "a": }', { name: "a.json" })).body as Handle;
  expect(await settled(handle)).toEqual({
    document_id: handle.document_id,
    status: "error",
    error_message: expect.stringMatching(/a value should stand.*\(a\.json, line 1\)/),
  });
  expect(await (await result(handle)).json()).toMatchObject({ message: expect.stringMatching(/was not translated/) });
});

test("without a source language it is detected", async () => {
  const handle = (await upload("bad", { source_lang: undefined })).body as Handle;
  expect(await settled(handle)).toMatchObject({ status: "done" });
  expect(await (await result(handle)).text()).toBe(bad);
});

describe("refused", () => {
  test.each<[string, Record<string, string | undefined>, number, RegExp]>([
    ["another format", { name: "a.pdf" }, 400, /"\.pdf" cannot be read/],
    ["no target", { target_lang: undefined }, 400, /missing target_lang/],
    ["an unknown target", { target_lang: "FR" }, 400, /'target_lang' not supported: FR/],
    ["a pair without a way", { source_lang: "DE", target_lang: "EN" }, 400, /No model translates de into en/],
    ["formality", { formality: "more" }, 400, /formality/],
    ["a glossary", { glossary_id: "g1" }, 404, /no glossary g1/],
    ["another output format", { output_format: "pdf" }, 400, /txt document cannot be given as pdf/],
  ])("%s", async (_, fields, code, message) => {
    expect(await upload("bad", fields)).toMatchObject({
      status: code,
      body: { message: expect.stringMatching(message) },
    });
  });

  test("other people's documents, and those that are not ready", async () => {
    const patient = await startToyServer(models, { maxDelay: 1e6, batchSize: 1000 });
    const handle = (await upload("bad", { at: patient, output_format: "TXT" })).body as Handle;
    for (const document_key of ["", "0".repeat(64)]) {
      for (const path of ["", "/result"]) {
        const { status: code } = await post(
          `/v2/document/${handle.document_id}${path}`,
          { ...handle, document_key },
          patient,
        );
        expect(code).toBe(404);
      }
    }
    expect((await ask(`${patient.url}/v2/document/${handle.document_id}`)).status).toBe(400);
    while (((await status(handle, patient)) as { status: string }).status === "queued") await new Promise(setImmediate);
    expect(await status(handle, patient)).toEqual({ document_id: handle.document_id, status: "translating" });
    const early = await result(handle, patient);
    expect([early.status, early.headers.get("retry-after")]).toEqual([503, "2"]);
    await patient.stop();
  });

  test("without an API key where one is needed", async () => {
    const { writeFileSync } = await import("node:fs");
    const apiKeys = `${models[0]}/keys`;
    writeFileSync(apiKeys, "first\n");
    const locked = await startToyServer(models, { apiKeys });
    expect((await upload("bad", { at: locked })).status).toBe(403);
    const handle = (await upload("bad", { at: locked, auth_key: "first" })).body as Handle;
    expect((await post(`/v2/document/${handle.document_id}`, handle, locked)).status).toBe(403);
    const headers = { Authorization: "DeepL-Auth-Key first" };
    const query = `document_key=${handle.document_key}`;
    expect((await fetch(`${locked.url}/v2/document/${handle.document_id}?${query}`, { headers })).status).toBe(200);
    await locked.stop();
  });
});

describe("a server that stops", () => {
  const long = Array.from(
    { length: 1500 },
    (_, i) => `${"abcdef".slice(i % 6)} ${"fed".repeat(i % 5)} ${"cab".slice(i % 3)}`,
  );

  test("finishes its documents, tells how far they are, gives them, and refuses others", async () => {
    const limits = { bytes: 1e6, characters: 0, kept: 1e7, lifetime: 600_000, patience: 600_000 };
    const stopping = await startToyServer(models, { documents: limits });
    const handle = (await upload(long.join("\n"), { at: stopping })).body as Handle;
    let stopped = false;
    const stop = stopping.stop().then(() => {
      stopped = true;
    });
    expect(await upload("bad", { at: stopping })).toMatchObject({ status: 503, retryAfter: "5" });
    expect(await settled(handle, stopping)).toMatchObject({ status: "done" });
    expect(stopped).toBe(false);
    expect((await (await result(handle, stopping)).text()).split("\n")).toHaveLength(1500);
    await stop;
  });

  test("does not wait longer than it is to for who doesn't come", async () => {
    const stopping = await startToyServer(models);
    const handle = (await upload("bad", { at: stopping })).body as Handle;
    await settled(handle, stopping);
    await stopping.stop();
  });
});

test("a long document holds up no sentence, not even one of its sender", async () => {
  const text = Array.from({ length: 4000 }, (_, i) => `${"abcdef".slice(i % 6)} ${"fed".repeat(i % 5)}, ${i}`).join(
    "\n",
  );
  const handle = (await upload(text)).body as Handle;
  const isTranslating = async () => {
    const { seconds_remaining } = (await status(handle)) as { seconds_remaining?: number };
    return seconds_remaining !== undefined;
  };
  while (!(await isTranslating())) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let i = 0; i < 3; i++) {
    const { body } = await ask(`${server.url}/v2/translate`, {
      method: "POST",
      body: new URLSearchParams({ text: "bad", target_lang: "DE", source_lang: "EN" }),
    });
    expect(body).toMatchObject({ translations: [{ text: bad }] });
  }
  expect(await status(handle)).toMatchObject({ status: "translating", seconds_remaining: expect.any(Number) });
  expect(await settled(handle)).toMatchObject({ status: "done" });
  expect((await (await result(handle)).text()).split("\n")).toHaveLength(4000);
});
