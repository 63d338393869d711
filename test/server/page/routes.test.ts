/** Source of truth: the files of a build, byte for byte, and what RFC 9110 and 9111 say of caching. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { ask, startToyServer, writePairModels } from "../toy-models.ts";

const script = "console.log('ä');\n".repeat(100);
let models: string[];
let folder: string;
let server: RunningServer;

beforeAll(async () => {
  models = await writePairModels(["en-de"]);
  folder = mkdtempSync(join(tmpdir(), "page-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>nmt</title>");
  writeFileSync(join(folder, "assets/index-abc.js"), script);
  writeFileSync(join(folder, "icon.svg"), "<svg/>");
  server = await startToyServer(models, { page: folder });
  // Files are read when the server starts.
  rmSync(join(folder, "icon.svg"));
});
afterAll(() => server.stop());

/** fetch undoes compression; this doesn't. */
function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.once("error", reject).end();
  });
}

describe("the page", () => {
  test("is asked for each time; its assets may be kept for good", async () => {
    const page = await get("/");
    expect(page.status).toBe(200);
    expect(page.body.toString()).toContain("<title>nmt</title>");
    expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
    const asset = await get("/assets/index-abc.js");
    expect(asset.body.toString()).toBe(script);
    expect(asset.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
    });
    expect((await get("/icon.svg")).headers["content-type"]).toBe("image/svg+xml");
  });

  test("what has not changed is not sent again", async () => {
    const { headers } = await get("/");
    const again = await get("/", { "If-None-Match": `"other", ${headers["etag"]}` });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect(again.headers["etag"]).toBe(headers["etag"]);
    expect((await get("/", { "If-None-Match": '"other"' })).status).toBe(200);
    expect((await get("/assets/index-abc.js")).headers["etag"]).not.toBe(headers["etag"]);
  });

  test("is compressed as the browser takes it", async () => {
    const path = "/assets/index-abc.js";
    const br = await get(path, { "Accept-Encoding": "gzip, deflate, br;q=1" });
    expect(br.headers).toMatchObject({ "content-encoding": "br", vary: expect.stringContaining("Accept-Encoding") });
    expect(brotliDecompressSync(br.body).toString()).toBe(script);
    const gzip = await get(path, { "Accept-Encoding": "gzip" });
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzip.body).toString()).toBe(script);
    expect((await get(path)).headers).not.toHaveProperty("content-encoding");
    // Too small to gain.
    expect((await get("/", { "Accept-Encoding": "br" })).headers).not.toHaveProperty("content-encoding");
  });

  test("may load nothing from elsewhere, run nothing of its own, and be framed by nobody", async () => {
    for (const path of ["/", "/assets/index-abc.js"]) {
      const { headers } = await get(path);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  test("has no other files, and no other methods", async () => {
    expect((await get("/assets/other.js")).status).toBe(404);
    expect((await get("/assets/..%2findex.html")).status).toBe(404);
    expect((await get("/index.html")).status).toBe(404);
    expect((await get("/", {}, "POST")).status).toBe(405);
    const head = await get("/", {}, "HEAD");
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });
});

test("a page that was not built is told of, and the interfaces work", async () => {
  const unbuilt = await startToyServer(models, { page: mkdtempSync(join(tmpdir(), "page-")) });
  const answer = await ask(`${unbuilt.url}/`);
  expect(answer).toMatchObject({ status: 404, body: { error: expect.stringMatching(/not built.*npm run build/s) } });
  expect((await ask(`${unbuilt.url}/languages`)).status).toBe(200);
  await unbuilt.stop();
});

test("a server without a page has none", async () => {
  const bare = await startToyServer(models);
  expect(await ask(`${bare.url}/`)).toMatchObject({
    status: 404,
    body: { error: expect.stringMatching(/no \/ here/) },
  });
  await bare.stop();
});
