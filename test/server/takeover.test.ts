/** Source of truth: what each version of a model makes of a line on its own, and that no request is lost while one replaces the other. */
import { cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setLogSink } from "../../src/base/logger.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { ask, postJson, startToyServer, translateAlone, writePairModels } from "./toy-models.ts";

const FILES = ["config.yaml", "wordpiece.model", "model.safetensors"];
const line = "fed cab";
/** Directories with one model each, and the one that is served. */
let first: string;
let second: string;
let served: string;
let translations: Record<string, string>;
const messages: string[] = [];
const sink = setLogSink((message) => messages.push(message));
afterAll(() => setLogSink(sink));

beforeAll(async () => {
  [first, second, served] = (await writePairModels(["en-de", "en-fr", "en-cs"])) as [string, string, string];
  const [[one], [two]] = (await Promise.all(
    [first, second].map(async (each) => (await translateAlone(each, [line]))[0]!),
  )) as [string[], string[]];
  translations = { [first]: one!, [second]: two! };
  expect(one).not.toBe(two);
});

/** As the toolkit writes: under other names, then renamed. */
function install(from: string): void {
  for (const file of FILES) cpSync(join(from, file), join(served, `${file}.new`));
  for (const file of FILES) renameSync(join(served, `${file}.new`), join(served, file));
}

beforeEach(() => {
  messages.length = 0;
  rmSync(served, { recursive: true });
  cpSync(first, served, { recursive: true });
});

const start = (options = {}) => startToyServer([served], { loadAtStart: true, watchInterval: 20, ...options });
const translate = ({ url }: RunningServer, target: string) =>
  postJson(`${url}/translate`, { q: line, source: "en", target });
const languages = async ({ url }: RunningServer) => {
  const { body } = await ask(`${url}/languages`);
  return (body as { targets: string[] }[])[0]!.targets;
};
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a new version of a model", () => {
  test("is taken over when its files have changed, with its languages", async () => {
    const server = await start();
    expect((await translate(server, "de")).body).toEqual({ translatedText: translations[first] });
    install(second);
    await until(async () => (await languages(server)).includes("fr"));
    expect((await translate(server, "fr")).body).toEqual({ translatedText: translations[second] });
    expect(await translate(server, "de")).toMatchObject({ status: 400 });
    expect(messages).toEqual([`${served} is served in its new version: en → fr`]);
    await server.stop();
  });

  test("is taken over at once on demand, and only then where nobody looks", async () => {
    const server = await start({ watchInterval: 0 });
    install(second);
    expect((await translate(server, "de")).body).toEqual({ translatedText: translations[first] });
    await server.reload();
    expect((await translate(server, "fr")).body).toEqual({ translatedText: translations[second] });
    await server.stop();
  });

  test("is refused where it is broken, and the one before is served on", async () => {
    const server = await start();
    const weights = readFileSync(join(second, "model.safetensors"));
    weights[weights.length - 5]! ^= 1;
    writeFileSync(join(served, "new"), weights);
    renameSync(join(served, "new"), join(served, "model.safetensors"));
    await until(() => messages.length > 0);
    expect(messages).toEqual([expect.stringMatching(/new version of .* is refused.*checksum/s)]);
    expect((await translate(server, "de")).body).toEqual({ translatedText: translations[first] });
    // The next one isn't.
    install(second);
    await until(async () => (await languages(server)).includes("fr"));
    expect((await translate(server, "fr")).body).toEqual({ translatedText: translations[second] });
    await server.stop();
  });

  test("leaves what waits for the one before to that, at once", async () => {
    const server = await start({ watchInterval: 0, maxDelay: 1e6, batchSize: 2 });
    const waiting = translate(server, "de");
    await until(async () => /^nmt_lines_waiting 1$/m.test(await (await fetch(`${server.url}/metrics`)).text()));
    install(second);
    await server.reload();
    expect((await waiting).body).toEqual({ translatedText: translations[first] });
    await server.stop();
  });

  test("costs no request, however often there is one", async () => {
    const config = readFileSync(join(first, "config.yaml"), "utf8");
    const server = await start({ watchInterval: 0 });
    let isDone = false;
    const answers: string[] = [];
    const client = async () => {
      while (!isDone) {
        const { status, body } = await translate(server, "de");
        answers.push(status === 200 ? (body as { translatedText: string }).translatedText : JSON.stringify(body));
      }
    };
    const clients = [1, 2, 3].map(client);
    for (let version = 0; version < 10; version++) {
      const before = answers.length;
      install(version % 2 === 0 ? second : first);
      writeFileSync(join(served, "new"), config);
      renameSync(join(served, "new"), join(served, "config.yaml"));
      await server.reload();
      await until(() => answers.length > before + 3);
    }
    isDone = true;
    await Promise.all(clients);
    expect([...new Set(answers)].sort()).toEqual(Object.values(translations).sort());
    await server.stop();
  });
});

test("a file cut short in its place costs requests until it is whole again, not the server", async () => {
  const server = await start();
  expect((await translate(server, "de")).status).toBe(200);
  truncateSync(join(served, "model.safetensors"), 0);
  // Found by who looks, or by the process that has it in memory and ends.
  await until(async () => (await translate(server, "de")).status === 503);
  expect(await ask(`${server.url}/health`)).toMatchObject({ status: 200 });
  install(first);
  await until(async () => (await translate(server, "de")).status === 200);
  expect((await translate(server, "de")).body).toEqual({ translatedText: translations[first] });
  await server.stop();
});
