/** Prepares corpora of a local server in processes that are killed again and again, and compares what is there in the end with an undisturbed run. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { Random } from "../../../../src/base/random.ts";
import { parquetOf } from "../../formats/tables/parquet-file.ts";
import { hubAnswer } from "../hub-answers.ts";
import { mosesArchive } from "../opus-answers.ts";
import type { ChildTask } from "./child.ts";

export interface Kills {
  kind: ChildTask["kind"];
  kills: number;
  seed: number;
  /** When to kill: after a share of the bytes that a whole run is sent, or of the time that it takes. */
  by: "bytes" | "time";
}

export interface KillsResult {
  /** Runs that were killed, and those that came to their end. */
  killed: number;
  ended: number;
  /** What differs from the undisturbed run, by name of the file. */
  differences: string[];
}

const LINES = 20_000;
/** Bytes sent before the event loop turns, so that there are many moments between. */
const PORTION = 8192;

/** Lines that compress badly. */
function textOf(random: Random, language: string): string {
  const words = Array.from(
    { length: LINES },
    () => `${language} ${random.uniform().toString(36)} ${random.uniform().toString(36)}`,
  );
  return `${words.join("\n")}\n`;
}

export async function runWithKills({ kind, kills, seed, by }: Kills): Promise<KillsResult> {
  const random = new Random(seed);
  const folder = mkdtempSync(join(tmpdir(), "nmt-kills-"));
  const server = await serveSlowly(random);
  const program = await bundledChild(folder);
  const task = (name: string): ChildTask => ({
    kind,
    mirror: server.url,
    cache: join(folder, `${name}-cache`),
    output: join(folder, name),
  });
  try {
    const began = performance.now();
    if ((await run(program, task("whole"), new Promise(() => {}))) !== 0) throw new Error("the undisturbed run failed");
    const [duration, bytes] = [performance.now() - began, server.sent()];
    const expected = contentOf(join(folder, "whole"));
    const result: KillsResult = { killed: 0, ended: 0, differences: [] };
    while (result.killed < kills || result.ended === 0) {
      const share = random.uniform();
      // Once there are kills enough, the last run comes to its end.
      const moment =
        result.killed >= kills
          ? new Promise<void>(() => {})
          : by === "bytes"
            ? server.after(Math.floor(share * bytes))
            : new Promise<void>((resolve) => setTimeout(resolve, share * 1.1 * duration));
      const code = await run(program, task("killed"), moment);
      if (code === undefined) result.killed++;
      else {
        if (code !== 0) throw new Error(`a run ended with code ${code}`);
        result.ended++;
        result.differences.push(...differencesOf(expected, contentOf(join(folder, "killed"))));
        for (const name of ["killed", "killed-cache"]) rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
    return result;
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One file starts in a fraction of the time that the sources take. */
async function bundledChild(folder: string): Promise<string> {
  const outfile = join(folder, "child.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "child.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    // Packages that are CommonJS ask for Node's own modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}

/** The exit code; undefined where it was killed. */
function run(program: string, task: ChildTask, moment: Promise<void>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? undefined));
    moment.then(() => child.kill("SIGKILL"));
  });
}

function contentOf(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function differencesOf(expected: ReadonlyMap<string, Buffer>, found: ReadonlyMap<string, Buffer>): string[] {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names].filter((name) => expected.get(name)?.equals(found.get(name) ?? Buffer.of(0, 0)) !== true);
}

/** Serves both corpora in small portions, in ranges, and tells when so many bytes have been sent. */
async function serveSlowly(random: Random) {
  const texts = { en: textOf(random, "en"), de: textOf(random, "de") };
  const archive = mosesArchive({ "Phrases.de-en.de": texts.de, "Phrases.de-en.en": texts.en });
  const url = "object.pouta.csc.fi/OPUS-Phrases/v1/moses/de-en.txt.zip";
  const release = {
    corpus: "Phrases",
    version: "v1",
    source: "de",
    target: "en",
    size: 1,
    url: `https://${url}`,
    latest: "True",
  };
  const [en, de] = [texts.en, texts.de].map((text) => text.split("\n").slice(0, -1)) as [string[], string[]];
  const shards = [0, 1, 2].map((part) => {
    const half = (lines: string[]) => lines.slice(part * 5000, (part + 1) * 5000);
    return [`train-0000${part}-of-00003.parquet`, parquetOf({ en: half(en), de: half(de) }, { group: 1000 })] as const;
  });
  const hub = hubAnswer({ "org/x": { files: Object.fromEntries(shards) } });
  let sent = 0;
  const watchers = new Set<{ from: number; resolve: () => void }>();
  const server = createServer(async (request, response) => {
    const address = new URL(`https://${request.url!.slice(1)}`);
    const path = address.host + address.pathname;
    const answer =
      path === url
        ? archive
        : path === "opus.nlpl.eu/opusapi/"
          ? JSON.stringify({ corpora: [release] })
          : hub(address, request);
    if (answer === undefined || (typeof answer === "object" && "status" in answer)) {
      const { status = 404, headers = {} } = answer ?? {};
      response.writeHead(status, headers).end();
      return;
    }
    const content = Buffer.from(answer as string);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const begin = Number(range?.[1] ?? 0);
    const end = range === null || range[2] === "" ? content.length : Math.min(Number(range[2]) + 1, content.length);
    response.writeHead(range === null ? 200 : 206, {
      etag: '"1"',
      "content-length": end - begin,
      ...(range === null ? {} : { "content-range": `bytes ${begin}-${end - 1}/${content.length}` }),
    });
    for (let at = begin; at < end && !response.destroyed; at += PORTION) {
      const portion = content.subarray(at, Math.min(at + PORTION, end));
      response.write(portion);
      sent += portion.length;
      for (const each of watchers) if (sent >= each.from) each.resolve();
      await new Promise((next) => setImmediate(next));
    }
    response.end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    after: (bytes: number) =>
      new Promise<void>((resolve) => {
        const watcher = {
          from: sent + bytes,
          resolve: () => {
            watchers.delete(watcher);
            resolve();
          },
        };
        watchers.add(watcher);
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
