/** A server of two corpora, one as OPUS has it and one as the Hub, that sends slowly. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../../src/base/random.ts";
import { parquetOf } from "../corpora/formats/tables/parquet-file.ts";
import { hubAnswer } from "../corpora/sources/hub-answers.ts";
import { mosesArchive } from "../corpora/sources/opus-answers.ts";

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

/** Serves both corpora in small portions, in ranges, and tells when so many bytes have been sent. */
export async function serveSlowly(random: Random) {
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
