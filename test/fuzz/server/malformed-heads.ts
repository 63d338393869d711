/** Heads, paths and transfers that are wrong, down to what is no HTTP. */
import type { Random } from "../../../src/base/random.ts";
import {
  choice,
  framed,
  JSON_TYPE,
  type MalformedRequest,
  type RequestParts,
  unframed,
  whole,
} from "./malformed-request.ts";

const GOOD = JSON.stringify({ q: "abc", source: "en", target: "de" });
const head = (...lines: readonly string[]) => `${["POST /translate HTTP/1.1", ...lines].join("\r\n")}\r\n\r\n`;
const HOST = "Host: localhost";
const CHUNKED = "Transfer-Encoding: chunked";
const bytesOf = (random: Random, count: number) =>
  String.fromCharCode(...Array.from({ length: count }, () => random.integer(256)));

/** By name, each made of random numbers. */
export const HEADS: Readonly<Record<string, (random: Random) => MalformedRequest>> = {
  "no such path": (random) => {
    const path = choice(random, [
      "/translat",
      "/v2",
      "/v2/document/abc",
      "/v2/document/%2e%2e/result",
      "/assets/../../../../etc/passwd",
      "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
      "/%ff%fe",
      "/%",
      "/translate%00",
      `/${"a/".repeat(1 + random.integer(3000))}`,
      "/.git/config",
      "/translate/../x",
      `/v2/document/${bytesOf(random, 8).replaceAll(/[^a-z]/g, "x")}?document_key=%00`,
    ]);
    return framed(`path ${path.slice(0, 40)}`, { method: choice(random, ["GET", "POST"]), path });
  },
  "a method that the path doesn't take": (random) => {
    const parts: RequestParts = {
      method: choice(random, ["DELETE", "PUT", "PATCH", "PROPFIND", "SEARCH"]),
      path: choice(random, ["/translate", "/languages", "/v2/translate", "/metrics", "/health"]),
      body: choice(random, ["", GOOD]),
    };
    return framed(`${parts.method} ${parts.path}`, parts);
  },
  "a wrong query": (random) => {
    const query = choice(random, [
      "",
      "q=abc",
      "q=abc&source=en",
      "q=%ff&source=en&target=de",
      "q=abc%c3&source=en&target=de",
      "q=abc&source=%00&target=de",
      "q=abc&source=en&target=de&alternatives=-1",
      "q=abc&source=en&target=de&format=pdf",
      `q=${"abc+".repeat(700)}&source=en&target=de`,
      "=&&==&%=%",
      "q[]=abc&source=en&target=de",
    ]);
    return framed(`query ${query.slice(0, 40)}`, { method: "GET", path: `/translate?${query}` });
  },
  "headers that are none": (random) => {
    const line = choice(random, [
      "A B: c",
      ": c",
      "A",
      "A: b\0c",
      "A\0: b",
      " A: b",
      "A: b\r\n\tc\x01",
      `X: ${"a".repeat(20_000 + random.integer(60_000))}`,
      Array.from({ length: 3000 }, (_, i) => `X${i}: y`).join("\r\n"),
      `${bytesOf(random, 20)}`.replaceAll(/[\r\n]/g, "\x02").replace(/^/, "\x01"),
    ]);
    return unframed(`header ${JSON.stringify(line.slice(0, 30))}`, head(HOST, line));
  },
  "a wrong length": (random) => {
    const length = choice(random, ["-1", "abc", "1e3", "0x10", "", "99999999999999999999999", "1, 2", "+5", "5 5"]);
    return unframed(`Content-Length: ${length}`, `${head(HOST, JSON_TYPE, `Content-Length: ${length}`)}${GOOD}`);
  },
  "two lengths": (random) => {
    const second = choice(random, [CHUNKED, "Content-Length: 3", "content-length: 0"]);
    const lengths = [`Content-Length: ${GOOD.length}`, second];
    return unframed(`two lengths, ${second}`, `${head(HOST, JSON_TYPE, ...lengths)}${GOOD}`);
  },
  "a length that is too large": (random) => {
    const length = choice(random, [100_001, 2 ** 31, 2 ** 40]);
    const request = unframed(`length ${length}`, `${head(HOST, JSON_TYPE, `Content-Length: ${length}`)}{`, "wait");
    return request;
  },
  "a body cut short": (random) => {
    const lines = [HOST, JSON_TYPE, `Content-Length: ${GOOD.length}`];
    const sent = GOOD.slice(0, random.integer(GOOD.length));
    return unframed("a body cut short", `${head(...lines)}${sent}`, choice(random, ["done", "gone"]));
  },
  "chunks that are none": (random) => {
    const size = GOOD.length.toString(16);
    const body = choice(random, [
      "zz\r\n",
      `${size}\r\n${GOOD}`,
      `${size}\r\n${GOOD}\r\n`,
      `${size}\r\n${GOOD.slice(0, 5)}`,
      "ffffffffffffffffffff\r\nabc\r\n",
      `-1\r\n${GOOD}\r\n0\r\n\r\n`,
      `${size}\r\n${GOOD}xx\r\n0\r\n\r\n`,
      "\r\n\r\n",
      `1\r\n\r\n0\r\n`,
    ]);
    return unframed(`chunks ${JSON.stringify(body.slice(0, 20))}`, `${head(HOST, JSON_TYPE, CHUNKED)}${body}`);
  },
  "chunks without end": (random) => {
    const chunk = `400\r\n${"a".repeat(1024)}\r\n`;
    const text = `${head(HOST, JSON_TYPE, CHUNKED)}${chunk.repeat(110 + random.integer(100))}`;
    return unframed("more chunks than a body may have", text, "wait");
  },
  "chunks of a wrong body": (random) => {
    const pieces = Array.from({ length: 1 + random.integer(30) }, () => `2\r\n[[\r\n`);
    return whole("a wrong body in chunks", Buffer.from(`${head(HOST, JSON_TYPE, CHUNKED)}${pieces.join("")}0\r\n\r\n`));
  },
  "no HTTP": (random) => {
    const text = choice(random, [
      bytesOf(random, 1 + random.integer(2000)).replace(/^/, "\0"),
      "GET / HTTP/9\r\n\r\n",
      "GET /\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
      "FOO /translate HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST  /translate HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /health HTTP/1.1\r\n\r\n",
      "POST /translate HTTP/1.1\nHost x\n\n",
      `GET /${bytesOf(random, 30).replaceAll(/[\r\n ]/g, "\x01")} HTTP/1.1\r\nHost: x\r\n\r\n`.replace("/", "/\x01"),
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]);
    return unframed(`no HTTP, ${JSON.stringify(text.slice(0, 20))}`, text);
  },
  "a sender that stops": (random) => {
    const full = `${head(HOST, JSON_TYPE, `Content-Length: ${GOOD.length}`)}${GOOD}`;
    const sent = full.slice(0, 1 + random.integer(full.length - 1));
    return unframed("a request that does not go on", sent, "wait");
  },
};
