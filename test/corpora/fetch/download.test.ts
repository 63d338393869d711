// Source of truth: the bytes the local servers of these tests hold.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { DownloadError } from "../../../src/base/errors.ts";
import { type DownloadOptions, download } from "../../../src/corpora/fetch/download.ts";
import { proxyFor } from "../../../src/corpora/fetch/http-get.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-download-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
const sha256 = createHash("sha256").update(content).digest("hex");

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;
let server: Server;
let handler: Handler;
let requests: IncomingMessage[];
let url: string;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    handler(request, response, requests.length);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

let files = 0;
function options(change: Partial<DownloadOptions> = {}): DownloadOptions {
  const path = join(folder, `file-${files++}`);
  return {
    urls: [`${url}/file`],
    path,
    sha256,
    size: content.length,
    stall: 600_000,
    backoff: 1,
    environment: {},
    ...change,
  };
}

/** Serves the content, or the asked range of it, whole or up to a byte, where the connection breaks. */
function serve(request: IncomingMessage, response: ServerResponse, upTo = content.length, etag = '"1"'): void {
  const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const isRange = begin > 0 && [undefined, etag].includes(request.headers["if-range"] as string | undefined);
  const from = isRange ? begin : 0;
  response.writeHead(isRange ? 206 : 200, {
    etag,
    "content-length": content.length - from,
    ...(isRange ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  if (upTo < content.length) response.write(content.subarray(from, upTo), () => response.destroy());
  else response.end(content.subarray(from));
}

const asked = () => requests.map(({ headers }) => headers.range ?? "all");

describe("download", () => {
  test("writes the file, tells progress, and does not ask again", async () => {
    handler = (request, response) => serve(request, response);
    const seen: [number, number | undefined][] = [];
    const wanted = options({ progress: (...state) => seen.push(state) });
    await download(wanted);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    await download(wanted);
    expect(requests).toHaveLength(1);
    expect(existsSync(`${wanted.path}.part`)).toBe(false);
  });

  test("replaces a file whose checksum is wrong", async () => {
    handler = (request, response) => serve(request, response);
    const wanted = options();
    writeFileSync(wanted.path, "something else");
    await download(wanted);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
  });

  test("goes on where the connection broke", async () => {
    handler = (request, response, count) => serve(request, response, [70_000, 150_000, content.length][count - 1]);
    const wanted = options();
    await download(wanted);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
    expect(asked()).toEqual(["all", "bytes=70000-", "bytes=150000-"]);
    expect(requests[1]!.headers["if-range"]).toBe('"1"');
  });

  test("goes on in another call", async () => {
    handler = (request, response) => serve(request, response, 50_000);
    const wanted = options({ attempts: 1 });
    await expect(download(wanted)).rejects.toThrow(DownloadError);
    handler = (request, response) => serve(request, response);
    await download(wanted);
    expect(asked()).toEqual(["all", "bytes=50000-"]);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
  });

  test("gives up a connection that stalls, and goes on", async () => {
    handler = (request, response, count) => {
      if (count === 1)
        response.writeHead(200, { "content-length": content.length, etag: '"1"' }).write(content.subarray(0, 1000));
      else if (count === 2)
        return; // No answer at all.
      else serve(request, response);
    };
    const wanted = options({ stall: 2000 });
    await download(wanted);
    expect(asked()).toEqual(["all", "bytes=1000-", "bytes=1000-"]);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
  });

  test("starts again when the file has changed, or the server does not know ranges", async () => {
    handler = (request, response, count) => serve(request, response, count === 1 ? 9000 : undefined, `"${count}"`);
    const wanted = options();
    await download(wanted);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
    handler = (_, response, count) => {
      response.writeHead(200, { "content-length": content.length });
      if (count === 3) response.write(content.subarray(0, 9000), () => response.destroy());
      else response.end(content);
    };
    const again = options();
    await download(again);
    expect(readFileSync(again.path).equals(content)).toBe(true);
  });

  test("starts again when the server answers another range, or none", async () => {
    handler = (request, response, count) => {
      if (count === 1) serve(request, response, 9000);
      else if (count === 2)
        response.writeHead(206, { "content-range": `bytes 5-${content.length - 1}/${content.length}` }).end();
      else if (count === 3) serve(request, response, 9000);
      else if (count === 4) response.writeHead(416).end();
      else serve(request, response);
    };
    const wanted = options({ attempts: 5 });
    await download(wanted);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
    expect(asked()).toEqual(["all", "bytes=9000-", "all", "bytes=9000-", "all"]);
  });

  test("without a checksum or version does not trust an old part", async () => {
    handler = (_, response) => response.writeHead(200).end(content);
    const { sha256: _, size: __, ...wanted } = options();
    writeFileSync(`${wanted.path}.part`, "left over");
    await download(wanted);
    expect(asked()).toEqual(["all"]);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
  });

  test("waits out a busy server", async () => {
    handler = (request, response, count) => (count < 3 ? response.writeHead(503).end() : serve(request, response));
    await download(options());
    expect(requests).toHaveLength(3);
  });

  test("follows redirects, relative ones too", async () => {
    handler = (request, response) => {
      if (request.url === "/file") response.writeHead(302, { location: "/b/c" }).end();
      else if (request.url === "/b/c") response.writeHead(307, { location: `${url}/end?x=1` }).end();
      else serve(request, response);
    };
    await download(options());
    expect(requests.map((request) => request.url)).toEqual(["/file", "/b/c", "/end?x=1"]);
  });

  test("goes to the next mirror", async () => {
    handler = (request, response) => (request.url === "/b" ? serve(request, response) : response.writeHead(404).end());
    const wanted = options({ urls: [`${url}/a`, "http://127.0.0.1:9/", `${url}/b`], attempts: 2 });
    await download(wanted);
    expect(readFileSync(wanted.path).equals(content)).toBe(true);
    expect(requests.map((request) => request.url)).toEqual(["/a", "/b"]);
  });
});

describe("a download that fails", () => {
  const cases: [string, Handler, RegExp, number][] = [
    ["with a missing file", (_, response) => response.writeHead(404).end(), /status 404/, 1],
    [
      "with redirects in a circle",
      (_, response) => response.writeHead(301, { location: "/file" }).end(),
      /more than 10 redirects/,
      22,
    ],
    [
      "with other bytes",
      (_, response) => response.end(Buffer.alloc(content.length)),
      /checksum is not the expected/,
      1,
    ],
    [
      "with a length that is not the file's",
      (_, response) => response.end("short"),
      /it has 5 bytes there, not 200000/,
      1,
    ],
    [
      "with a length said too small",
      (_, response) => response.writeHead(200, { "content-length": content.length - 10 }).end(content.subarray(0, -10)),
      /it has 199990 bytes there, not 200000/,
      1,
    ],
    [
      "with a body shorter than it says, again and again",
      (_, response) => {
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 10), () => response.destroy());
      },
      /aborted|ended after 10/,
      2,
    ],
    ["with a busy server", (_, response) => response.writeHead(503).end(), /status 503/, 2],
    ["with a server that says nothing", () => {}, /no answer for 0.2 s/, 2],
    [
      "with a redirect to a file on this machine",
      (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
      /file: addresses are not supported/,
      2,
    ],
  ];
  test.each(cases)("%s", async (_, serveBadly, message, count) => {
    handler = serveBadly;
    const wanted = options({ attempts: 2, ...(message.source.includes("no answer") && { stall: 200 }) });
    await expect(download(wanted)).rejects.toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(message),
      where: wanted.path,
      nextStep: expect.stringContaining("--from"),
    });
    expect(requests).toHaveLength(count);
    expect(existsSync(wanted.path)).toBe(false);
  });

  test("names every mirror", async () => {
    handler = (_, response) => response.writeHead(403).end();
    await expect(download(options({ urls: [`${url}/a`, `${url}/b`] }))).rejects.toThrow(/\/a: .*403; .*\/b: .*403/);
  });
});

describe("proxies", () => {
  test("an http address is asked of HTTP_PROXY, with its credentials", async () => {
    handler = (request, response) => serve(request, response);
    const environment = { http_proxy: url.replace("//", "//user:p%20w@") };
    await download(options({ urls: ["http://corpus.example/a?b"], environment }));
    expect(requests[0]!.url).toBe("http://corpus.example/a?b");
    expect(requests[0]!.headers).toMatchObject({
      host: "corpus.example",
      "proxy-authorization": `Basic ${Buffer.from("user:p w").toString("base64")}`,
    });
  });

  test("an https address is asked for by CONNECT; a refusal is told", async () => {
    const connects: string[] = [];
    server.on("connect", (request, socket) => {
      connects.push(request.url!);
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
    const wanted = options({ urls: ["https://corpus.example/a"], environment: { HTTPS_PROXY: url }, attempts: 1 });
    await expect(download(wanted)).rejects.toThrow(/refuses with status 407/);
    expect(connects).toEqual(["corpus.example:443"]);
  });

  test("TLS begins inside the tunnel", async () => {
    let firstByte: number | undefined;
    server.on("connect", (_, socket) => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.once("data", (bytes: Buffer) => {
        firstByte = bytes[0];
        socket.destroy();
      });
      socket.on("error", () => {});
    });
    const wanted = options({ urls: ["https://corpus.example/a"], environment: { HTTPS_PROXY: url }, attempts: 1 });
    await expect(download(wanted)).rejects.toThrow(DownloadError);
    expect(firstByte, "a TLS handshake record").toBe(0x16);
  });

  test.each([
    ["https://a.org/", { HTTPS_PROXY: "http://p:1" }, "http://p:1/"],
    ["https://a.org/", { HTTP_PROXY: "http://p:1" }, undefined],
    ["https://a.org/", { all_proxy: "p:1" }, "http://p:1/"],
    ["http://a.org/", { HTTP_PROXY: "http://p:1", NO_PROXY: "b.org, a.org" }, undefined],
    ["http://x.a.org/", { HTTP_PROXY: "http://p:1", NO_PROXY: ".a.org" }, undefined],
    ["http://xa.org/", { HTTP_PROXY: "http://p:1", NO_PROXY: "a.org" }, "http://p:1/"],
    ["http://a.org:8080/", { HTTP_PROXY: "http://p:1", NO_PROXY: "a.org:80" }, "http://p:1/"],
    ["http://a.org/", { HTTP_PROXY: "http://p:1", no_proxy: "*" }, undefined],
  ])("%s with %j: %s", (address, environment, proxy) => {
    expect(proxyFor(new URL(address), environment)?.href).toBe(proxy);
  });
});
