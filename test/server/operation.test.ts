/** Source of truth: what a server that is full, slow, locked, stopping or sent nonsense has to answer, in its own words. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { setLogSink } from "../../src/base/logger.ts";
import { Random } from "../../src/base/random.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { ask, postJson, startToyServer, writePairModels } from "./toy-models.ts";

let models: string[];
beforeAll(async () => {
  models = await writePairModels(["en-de"]);
});

const fields = { q: "abc", source: "en", target: "de" };
/** A line waits until its batch is full, so that what follows finds it waiting. */
const patient = { maxDelay: 1e6, batchSize: 2 };
const translate = ({ url }: RunningServer, body: object = fields) => postJson(`${url}/translate`, body);

async function metric({ url }: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^nmt_${name} (.*)$`, "m").exec(text)?.[1]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a full server", () => {
  test("answers 429 with Retry-After in each interface's form, and serves again when there is room", async () => {
    const server = await startToyServer(models, {
      ...patient,
      admission: { waiting: 5, waitingPerClient: 5, wait: Number.POSITIVE_INFINITY },
    });
    const first = translate(server);
    await until(async () => (await metric(server, "lines_waiting")) === 1);
    const asked = performance.now();
    const refused = await translate(server);
    // Clients that ask again at once are held up.
    expect(performance.now() - asked).toBeGreaterThan(95);
    expect(refused).toMatchObject({
      status: 429,
      retryAfter: "1",
      body: { error: expect.stringMatching(/^Slowdown/) },
    });
    const deepl = await postJson(`${server.url}/v2/translate`, { text: ["abc"], source_lang: "EN", target_lang: "DE" });
    expect(deepl).toMatchObject({
      status: 429,
      retryAfter: "1",
      body: { message: expect.stringMatching(/^Slowdown/) },
    });
    expect(await translate(server, { ...fields, q: "abcdef" })).toMatchObject({ status: 413 });
    expect((await ask(`${server.url}/languages`)).status).toBe(200);
    const second = translate(server, { ...fields, q: "d" });
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect((await translate(server, { ...fields, q: ["a", "d"] })).status).toBe(200);
    await server.stop();
  });
});

test("a request that takes longer than the limit ends with 504, and its line does not wait any more", async () => {
  const server = await startToyServer(models, { ...patient, timeLimit: 100 });
  expect(await translate(server)).toMatchObject({ status: 504, body: { error: expect.stringMatching(/0.1 s/) } });
  expect(await metric(server, "lines_waiting")).toBe(0);
  await server.stop();
});

test("work of a client that went away is dropped, and is no failure", async () => {
  const messages: string[] = [];
  const sink = setLogSink((message) => messages.push(message));
  const lines: string[] = [];
  const server = await startToyServer(models, { ...patient, accessLog: (line) => lines.push(line) });
  const leave = new AbortController();
  const gone = fetch(`${server.url}/translate?q=abc&source=en&target=de`, { signal: leave.signal });
  await until(async () => (await metric(server, "lines_waiting")) === 1);
  leave.abort();
  await expect(gone).rejects.toThrow();
  await until(async () => (await metric(server, "requests_open")) === 0);
  expect(await metric(server, "lines_waiting")).toBe(0);
  expect(await metric(server, "characters_open")).toBe(0);
  await server.stop();
  setLogSink(sink);
  expect(messages).toEqual([]);
  expect(lines.filter((line) => JSON.parse(line).status === 499)).toHaveLength(1);
});

test("keys: without one 400 or 403, a wrong one 403, in all the places where clients put it; limits by key", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "nmt-keys-")), "keys");
  writeFileSync(file, "# ours\nfirst\nsecond 2 # slow\n");
  const server = await startToyServer(models, { apiKeys: file });
  expect(await translate(server)).toMatchObject({ status: 400, body: { error: expect.stringMatching(/API key/) } });
  expect((await translate(server, { ...fields, api_key: null })).status).toBe(400);
  expect((await translate(server, { ...fields, api_key: "third" })).status).toBe(403);
  expect((await translate(server, { ...fields, api_key: "first" })).status).toBe(200);
  expect((await translate(server, { ...fields, apiKey: "first" })).status).toBe(200);
  expect((await ask(`${server.url}/languages`)).status).toBe(200);
  const deepl = (headers: Record<string, string>) =>
    postJson(`${server.url}/v2/translate`, { text: ["a"], source_lang: "EN", target_lang: "DE" }, headers);
  expect(await deepl({})).toMatchObject({ status: 403, body: { message: expect.stringMatching(/API key/) } });
  expect((await deepl({ Authorization: "DeepL-Auth-Key third" })).status).toBe(403);
  expect((await deepl({ Authorization: "DeepL-Auth-Key first" })).status).toBe(200);
  const slow = { ...fields, api_key: "second" };
  expect((await translate(server, { ...slow, q: ["a", "b"] })).status).toBe(200);
  expect(await translate(server, slow)).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) });
  await server.stop();
});

test("a server that stops finishes what it has accepted and answers 503 to the rest", async () => {
  const server = await startToyServer(models);
  const q = Array.from({ length: 2000 }, (_, i) => `abc def ${"abc".repeat(i % 7)}`);
  const accepted = translate(server, { ...fields, q });
  await until(async () => (await metric(server, "requests_open")) === 1);
  const stopped = server.stop();
  const refused = await translate(server);
  expect(refused).toMatchObject({ status: 503, retryAfter: "5", body: { error: expect.stringMatching(/stopping/) } });
  expect(await ask(`${server.url}/health`)).toMatchObject({ status: 503, body: { status: "stopping" } });
  const { status, body } = await accepted;
  expect(status).toBe(200);
  expect((body as { translatedText: string[] }).translatedText).toHaveLength(2000);
  await stopped;
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});

test("a stop does not wait for lines that would make a batch full", async () => {
  const server = await startToyServer(models, patient);
  const accepted = translate(server);
  await until(async () => (await metric(server, "lines_waiting")) === 1);
  await server.stop();
  expect((await accepted).status).toBe(200);
});

test("the access log has a line of JSON for each request, with texts only when asked", async () => {
  for (const logTexts of [false, true]) {
    const lines: string[] = [];
    const server = await startToyServer(models, { accessLog: (line) => lines.push(line), logTexts });
    await fetch(`${server.url}/translate?q=abc&source=en&target=de`, { headers: { "User-Agent": "test/1" } });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { client: "127.0.0.1", method: "GET", path: "/translate", status: 200, texts: 1, characters: 3, agent: "test/1" },
    ]);
    expect(lines[0]!.includes("abc")).toBe(logTexts);
    await server.stop();
  }
});

test("metrics count requests, batches and pieces, and name no path that is not served", async () => {
  const server = await startToyServer(models);
  await translate(server, { ...fields, q: ["abc", "def"] });
  await ask(`${server.url}/secret/path`);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  expect(text).toContain('nmt_requests_total{method="POST",path="/translate",status="200"} 1\n');
  expect(text).toContain('nmt_requests_total{method="GET",path="other",status="404"} 1\n');
  expect(text).toContain('nmt_request_seconds_bucket{path="/translate",le="+Inf"} 1\n');
  expect(text).toContain('nmt_characters_total{source="en",target="de"} 6\n');
  expect(text).toContain("nmt_batch_lines_sum 2\n");
  expect(text).toMatch(/^nmt_source_pieces_total [1-9]/m);
  expect(text).toMatch(/^nmt_expert_positions_total\{model=".*en-de",layer="decoder.moe1",expert="3"\} \d+$/m);
  expect(text).toMatch(/^nmt_expert_layer_positions_total\{model=".*en-de",layer="encoder.moe2"\} [1-9]/m);
  expect(text).not.toContain("secret");
  for (const line of text.trimEnd().split("\n")) {
    expect(line).toMatch(/^(# (HELP|TYPE) nmt_\w+ .+|nmt_\w+(\{(\w+="[^"]*",?)+\})? -?[\d.e+-]+)$/);
  }
  await server.stop();
});

test("pages of allowed origins may ask, others not", async () => {
  const preflight = async ({ url }: RunningServer, origin: string) => {
    const headers = { Origin: origin, "Access-Control-Request-Method": "POST" };
    return (await fetch(`${url}/translate`, { method: "OPTIONS", headers })).headers.get("access-control-allow-origin");
  };
  const open = await startToyServer(models);
  expect(await preflight(open, "https://a.example")).toBe("*");
  await open.stop();
  const closed = await startToyServer(models, { corsOrigins: ["https://a.example"] });
  expect(await preflight(closed, "https://a.example")).toBe("https://a.example");
  expect(await preflight(closed, "https://b.example")).toBeNull();
  await closed.stop();
});

test("/openapi.json describes every route", async () => {
  const server = await startToyServer(models);
  const { body } = await ask(`${server.url}/openapi.json`);
  const { paths } = body as { paths: Record<string, Record<string, unknown>> };
  expect(Object.keys(paths["/translate"]!)).toEqual(["get", "post"]);
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(["/detect", "/languages", "/health", "/frontend/settings", "/v2/translate", "/v2/usage"]),
  );
  expect(paths["/v2/translate"]!["post"]).toMatchObject({
    requestBody: { content: { "application/json": { schema: { required: ["target_lang"] } } } },
  });
  await server.stop();
});

describe("nonsense", () => {
  const random = new Random(11, 1);
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => Math.floor(random.uniform() * 256)));
  const types = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "\t",
  ];
  const paths = [
    "/translate",
    "/detect",
    "/v2/translate",
    "/v2/languages",
    "/%ff%00",
    "/translate?q=%ff&source=\u007f",
    "//",
  ];

  test("of bodies, types and paths gets a 4xx each, and the next request is right", async () => {
    const server = await startToyServer(models);
    const send = (path: string, type: string, body: Buffer) =>
      new Promise<number>((resolve, reject) => {
        const headers = { "Content-Type": type, "Content-Length": body.length };
        const sent = request(`${server.url}${path}`, { method: "POST", headers }, (response) => {
          response.resume().once("end", () => resolve(response.statusCode!));
        });
        sent.once("error", reject).end(body);
      });
    for (let i = 0; i < 300; i++) {
      const path = paths[i % paths.length]!;
      const body = i % 2 === 0 ? bytes(i) : Buffer.from(`{"q":[${"[".repeat(i)}`);
      const status = await send(path, types[i % types.length]!, body);
      const allowed = path === "/v2/languages" ? 200 : 400;
      expect(status, `${path} ${i}`).toBeGreaterThanOrEqual(allowed);
      expect(status, `${path} ${i}`).toBeLessThan(500);
    }
    expect((await translate(server)).status).toBe(200);
    expect(await metric(server, "requests_open")).toBe(0);
    await server.stop();
  });

  test("instead of HTTP, half requests and connections that break leave the server whole", async () => {
    const server = await startToyServer(models);
    const { hostname, port } = new URL(server.url);
    const raw = (text: string | Buffer, close: boolean) =>
      new Promise<string>((resolve) => {
        let answer = "";
        const socket = connect(Number(port), hostname, () => {
          if (close) socket.end(text, () => socket.destroy());
          else socket.write(text);
        });
        socket.on("data", (data) => {
          answer += data;
          socket.end();
        });
        socket.on("error", () => {});
        socket.on("close", () => resolve(answer));
      });
    expect(await raw("GET / HTTP/9\r\n\r\n", false)).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(100_000)}\r\n\r\n`, false)).toMatch(
      /^HTTP\/1.1 431/,
    );
    expect(await raw("GET / HTTP/1.1\r\nHost: a b/\\\r\n\r\n", false)).toMatch(/^HTTP\/1.1 4/);
    await raw(bytes(1000), true);
    await raw("POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", true);
    await raw("POST /translate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", true);
    expect((await translate(server)).status).toBe(200);
    expect(await metric(server, "requests_open")).toBe(0);
    await server.stop();
  });
});
