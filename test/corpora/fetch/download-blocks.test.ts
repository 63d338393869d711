// Source of truth: the bytes that the local server of these tests holds. Pauses between tries are recorded, not waited for.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { failureOf } from "../../../src/corpora/fetch/attempts.ts";
import { type DownloadOptions, download } from "../../../src/corpora/fetch/download.ts";
import { getText } from "../../../src/corpora/fetch/get-text.ts";
import { type RangeServer, serveRanges } from "./range-server.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-blocks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
const sha256 = createHash("sha256").update(content).digest("hex");
const BLOCK = 16_384;
const BLOCKS = Math.ceil(content.length / BLOCK);
const HOUR = 3_600_000;

/** What would be waited for between tries, in milliseconds. */
const pauses: number[] = vi.hoisted(() => []);
vi.mock("node:timers/promises", () => ({
  setTimeout: async (pause: number) => {
    pauses.push(pause);
  },
}));

let server: RangeServer;
beforeEach(async () => {
  pauses.length = 0;
  server = await serveRanges(content);
});
afterEach(() => server.close());

let files = 0;
function options(change: Partial<DownloadOptions> = {}): DownloadOptions {
  const path = join(folder, `file-${files++}`);
  const url = `${server.url}/file`;
  return { urls: [url], path, connections: 3, block: BLOCK, stall: HOUR, backoff: 1, environment: {}, ...change };
}

const ranges = () => server.requests.map(({ headers }) => headers.range ?? "all");
const begins = () => ranges().map((range) => Number(/^bytes=(\d+)-\d+$/.exec(range)?.[1]) / BLOCK);
const journal = ({ path }: DownloadOptions) => `${path}.part.blocks`;

async function expectContent(wanted: DownloadOptions): Promise<void> {
  await download(wanted);
  expect(readFileSync(wanted.path).equals(server.content)).toBe(true);
  for (const rest of [`${wanted.path}.part`, journal(wanted), `${wanted.path}.part.version`]) {
    expect(existsSync(rest), rest).toBe(false);
  }
}

describe("a download over several connections", () => {
  test("asks for every block once, side by side, and tells progress", async () => {
    const seen: number[] = [];
    server.gather = { from: 2, count: 3 };
    await expectContent(options({ progress: (received) => seen.push(received) }));
    expect(begins().slice(1).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(server.gather).toBeUndefined();
    expect(seen.at(-1)).toBe(content.length);
    for (const { headers } of server.requests.slice(1)) expect(headers["if-range"]).toBe('"1"');
  });

  test("goes on where a call ended, with the blocks that are missing", async () => {
    const wanted = options({ attempts: 1, connections: 1, urls: [`${server.url}/file`] });
    const first = { ...wanted, connections: 2 };
    server.faults = (_, range) => (range?.startsWith(`bytes=${3 * BLOCK}-`) ? { status: 404 } : undefined);
    await expect(download(first)).rejects.toThrow(/status 404/);
    const { done } = JSON.parse(readFileSync(journal(wanted), "utf8")) as { done: number[] };
    expect(done.length).toBeGreaterThan(0);
    expect(done).not.toContain(3);
    server.requests.length = 0;
    server.faults = () => undefined;
    // Whatever the connections: the journal says what is there.
    await expectContent(wanted);
    expect(begins().sort()).toEqual(Array.from({ length: BLOCKS }, (_, i) => i).filter((i) => !done.includes(i)));
  });

  test.each(["break", "longer", "shorter", "other range", { status: 503 }] as const)(
    "tries a block again after %j",
    async (fault) => {
      const failed = new Set<string>();
      server.faults = (number, range) => {
        if (number === 1 || failed.has(range!)) return undefined;
        failed.add(range!);
        return fault;
      };
      await expectContent(options());
      expect(failed.size).toBe(BLOCKS);
    },
  );

  test("gives up connections that stall or say nothing", async () => {
    server.faults = (number) => (number === 3 ? "stall" : number === 4 ? "silence" : undefined);
    await expectContent(options({ stall: 300 }));
    expect(ranges().length).toBe(BLOCKS + 3);
  });

  test("comes back when the server says so", async () => {
    server.faults = (number) => (number === 2 ? { status: 429, headers: { "retry-after": "7" } } : undefined);
    await expectContent(options({ backoff: HOUR }));
    expect(server.requests).toHaveLength(BLOCKS + 2);
    expect(pauses).toEqual([7000]);
  });

  test("starts again when the file changes", async () => {
    const other = Buffer.from(content.map((byte) => byte ^ 255)).subarray(0, 90_000);
    server.faults = (number) => {
      if (number === 5) Object.assign(server, { content: other, etag: '"2"' });
      return undefined;
    };
    await expectContent(options());
  });

  test("uses one connection where the server gives no ranges, or no version of a file without a checksum", async () => {
    server.faults = () => "no ranges";
    await expectContent(options());
    expect(ranges()).toEqual(["bytes=0-0", "all"]);
    server.requests.length = 0;
    server.faults = () => undefined;
    server.etag = undefined;
    await expectContent(options());
    expect(ranges()).toEqual(["bytes=0-0", "all"]);
    server.requests.length = 0;
    await expectContent(options({ sha256 }));
    expect(server.requests).toHaveLength(BLOCKS + 1);
  });

  test("goes on with a part that one connection began", async () => {
    server.faults = (number) => (number === 1 ? "break" : undefined);
    const wanted = options({ connections: 1, attempts: 1 });
    await expect(download(wanted)).rejects.toThrow();
    await expectContent({ ...wanted, connections: 3 });
    expect(ranges()).toEqual(["all", `bytes=${content.length / 2}-`]);
  });

  test("does not trust a journal that is damaged or has no part", async () => {
    for (const text of ["{", JSON.stringify({ total: 5, block: 1, version: "", done: [-1] })]) {
      const wanted = options();
      writeFileSync(`${wanted.path}.part`, Buffer.alloc(content.length));
      writeFileSync(journal(wanted), text);
      await expectContent(wanted);
    }
    const wanted = options();
    const all = Array.from({ length: BLOCKS }, (_, i) => i);
    writeFileSync(journal(wanted), JSON.stringify({ total: content.length, block: BLOCK, version: '"1"', done: all }));
    await expectContent(wanted);
  });

  test("refuses other lengths and other checksums", async () => {
    await expect(download(options({ size: 5 }))).rejects.toThrow(/it has 100000 bytes there, not 5/);
    const wanted = options({ sha256: "0".repeat(64), attempts: 2 });
    await expect(download(wanted)).rejects.toThrow(/checksum is not the expected/);
    expect(existsSync(wanted.path) || existsSync(`${wanted.path}.part`) || existsSync(journal(wanted))).toBe(false);
  });

  test("keeps what it has when every try fails, without a checksum too", async () => {
    server.faults = (number) => (number > 3 ? "break" : undefined);
    const wanted = options({ attempts: 2, connections: 2 });
    await expect(download(wanted)).rejects.toMatchObject({ name: "DownloadError" });
    expect(JSON.parse(readFileSync(journal(wanted), "utf8")).done.length).toBeGreaterThan(0);
    const single = options({ connections: 1, attempts: 1 });
    await expect(download(single)).rejects.toThrow();
    expect(readFileSync(`${single.path}.part`).length).toBe(content.length / 2);
  });

  test("leaves an empty file empty", async () => {
    server.content = Buffer.alloc(0);
    server.faults = (_, range) => (range === undefined ? undefined : { status: 416 });
    await expectContent(options());
  });
});

describe("a token", () => {
  test("goes to the address, not to where that redirects", async () => {
    const other = await serveRanges(content);
    server.faults = () => ({ redirect: `${other.url}/else` });
    const wanted = options({ headers: { authorization: "Bearer x", "x-kept": "y" } });
    await expectContent(wanted);
    for (const { headers } of server.requests) expect(headers.authorization).toBe("Bearer x");
    for (const { headers } of other.requests) {
      expect(headers.authorization).toBeUndefined();
      expect(headers["x-kept"]).toBe("y");
    }
    expect(other.requests.length).toBe(BLOCKS + 1);
    other.close();
  });

  test("stays where a redirect stays", async () => {
    server.faults = (number) => (number === 1 ? { redirect: "/else" } : undefined);
    await getText(`${server.url}/file`, { headers: { authorization: "Bearer x" }, environment: {} });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer x", "Bearer x"]);
  });
});

describe("a small text", () => {
  test("comes after failures, with any status that is no sign of a busy server", async () => {
    server.content = Buffer.from('{"ä": 1}');
    const faults = ["break", { status: 502 }, { status: 429, headers: { "retry-after": "0" } }] as const;
    server.faults = (number) => faults[number - 1];
    expect(await getText(server.url, { backoff: 5, environment: {} })).toMatchObject({ status: 200, text: '{"ä": 1}' });
    expect(pauses).toEqual([5, 10, 0]);
    server.faults = () => ({ status: 403 });
    expect(await getText(server.url, { environment: {} })).toMatchObject({ status: 403, text: "" });
  });

  test("or an error that names every failure", async () => {
    server.faults = (number) => (number === 1 ? "break" : { status: 500 });
    await expect(getText(server.url, { backoff: 1, environment: {} })).rejects.toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(/aborted; the server answers with status 500/),
      where: server.url,
    });
    expect(server.requests).toHaveLength(4);
  });
});

test("a server that asks for too long a pause, or by a date", () => {
  const failure = (after: string) => failureOf({ statusCode: 429, headers: { "retry-after": after } });
  expect(failure("86400").message).toMatch(/asks to come back in 86400 s/);
  expect(failure("5")).toMatchObject({ wait: 5000 });
  expect(failure("Thu, 01 Jan 1970 00:00:00 GMT")).toMatchObject({ wait: 0 });
  expect(failure("soon")).not.toHaveProperty("wait");
});
