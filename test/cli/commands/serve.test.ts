/** Source of truth: the answers and the exit code of `nmt serve` in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nmt } from "../../e2e/nmt-process.ts";
import { writeToyAdapter } from "../../server/toy-adapters.ts";
import { writePairModels } from "../../server/toy-models.ts";

let models: string[];
beforeAll(async () => {
  models = await writePairModels(["en-de", "de-fr"]);
});

interface Served {
  child: ChildProcess;
  url: string;
  output: () => string;
  ended: Promise<number | null>;
}

function serve(...args: string[]): Promise<Served> {
  const source = join(import.meta.dirname, "../../e2e/nmt-source.ts");
  const words = ["serve", "--model", ...models, "--port", "0", "--threads", "1", ...args];
  const child = spawn(process.execPath, ["--import", "tsx", source, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let messages = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return new Promise((resolve, reject) => {
    void ended.then(() => reject(new Error(messages)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages += text;
      const url = /serving de, en → de, fr at (\S+)/.exec(messages)?.[1];
      if (url !== undefined) resolve({ child, url, output: () => output, ended });
    });
  });
}

async function translated(url: string, q: string | string[]): Promise<{ status: number; texts: number }> {
  const response = await fetch(`${url}/translate`, {
    method: "POST",
    body: JSON.stringify({ q, source: "en", target: "fr" }),
    headers: { "Content-Type": "application/json" },
  });
  const { translatedText = [] } = (await response.json()) as { translatedText?: string[] };
  return { status: response.status, texts: translatedText.length };
}

test("SIGTERM in the middle of work: what was accepted is answered, the rest refused, exit code 0", async () => {
  const { child, url, output, ended } = await serve("--load", "first_use");
  const q = Array.from({ length: 300 }, (_, i) => "abcdef".slice(i % 6));
  const open = async () => Number(/^nmt_requests_open (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);
  const first = Array.from({ length: 6 }, () => translated(url, q));
  while ((await open()) < 6) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGTERM");
  // Those that come later are refused: with 503, or by the system once nobody listens.
  const later = await Promise.allSettled(Array.from({ length: 6 }, () => translated(url, q)));
  expect(await Promise.all(first)).toEqual(Array.from({ length: 6 }, () => ({ status: 200, texts: 300 })));
  for (const each of later) {
    if (each.status === "fulfilled")
      expect([
        { status: 503, texts: 0 },
        { status: 200, texts: 300 },
      ]).toContainEqual(each.value);
  }
  expect(await ended).toBe(0);
  const paths = output()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).path);
  expect(paths.filter((path) => path === "/translate").length).toBeGreaterThanOrEqual(6);
});

test("adapters have the names they are given, or their directories'", async () => {
  const folder = dirname(models[0]!);
  for (const [seed, name] of ["law", "a=b"].entries()) writeToyAdapter(join(folder, name), models[0]!, seed);
  const { child, url, ended } = await serve("--adapter", `one=${join(folder, "a=b")}`, join(folder, "law"));
  const known = await (await fetch(`${url}/translate?q=abc&source=en&target=de&adapter=two`)).json();
  expect(known).toEqual({ error: "There is no adapter two; en into de has law, one." });
  const { status } = await fetch(`${url}/translate?q=abc&source=en&target=de&adapter=law`);
  expect(status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("SIGHUP loads models anew and loses nothing", async () => {
  const { child, url, ended } = await serve("--no-access_log");
  const before = translated(url, ["abc", "def"]);
  child.kill("SIGHUP");
  expect(await before).toEqual({ status: 200, texts: 2 });
  expect(await translated(url, ["abc", "def"])).toEqual({ status: 200, texts: 2 });
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

describe("wrong use", () => {
  test.each([
    [["--port", "70000"], 2, "--port is 70000"],
    [["--batch_size", "0"], 2, "--batch_size is 0"],
    [["--time_limit", "0"], 2, "--time_limit is 0"],
    [["--max_delay_ms", "-1"], 2, "--max_delay_ms is -1"],
    [["--api_keys", "/nowhere/keys"], 1, "API keys cannot be read"],
  ])("%s", async (args, code, message) => {
    const finished = await nmt(["serve", "--model", models[0]!, ...args]);
    expect(finished.stderr).toContain(message);
    expect(finished.code).toBe(code);
  });

  test("a port that is taken is named", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const finished = await nmt(["serve", "--model", models[0]!, "--port", String(port)]);
    expect(finished).toMatchObject({ code: 1, stdout: "" });
    expect(finished.stderr).toMatch(/cannot listen on 127.0.0.1, port \d+: EADDRINUSE\n {2}next: Choose another one/);
    other.close();
  });
});
