/** Small untrained models of named language pairs, and a server of them on a free port. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selectBackend } from "../../src/backends/select.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { loadTranslationModel } from "../../src/inference/open-model.ts";
import { loops } from "../../src/segments/loops.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server/start-server.ts";
import { writeToyModel } from "../cli/toy-model-directory.ts";

/** Writes one model for each pair, `en-de`, and returns their directories. */
export async function writePairModels(pairs: readonly string[]): Promise<string[]> {
  await selectBackend({ backend: "cpu" });
  const folder = mkdtempSync(join(tmpdir(), "nmt-server-"));
  return pairs.map((pair, i) => {
    const directory = join(folder, pair);
    mkdirSync(directory);
    writeToyModel(directory, [], 4 + i);
    const [source, target] = pair.split("-");
    const file = join(directory, "config.yaml");
    const named = readFileSync(file, "utf8").replace(
      "    path_src: x\n",
      `    path_src: x\n    src_lang: ${source}\n    tgt_lang: ${target}\n`,
    );
    writeFileSync(file, named);
    return directory;
  });
}

/** What the model, with an adapter if one is named, makes of the lines on its own. */
export async function translateAlone(
  directory: string,
  lines: readonly string[],
  nBest = 1,
  adapter?: string,
): Promise<string[][]> {
  const loaded = await loadTranslationModel(directory, { threads: 1, adapter });
  const translator = new Translator(loaded, { nBest }, () => {});
  const found: string[][] = [];
  for await (const { hypotheses } of translator.translate(lines)) found.push(hypotheses.map(({ text }) => text));
  loaded.model.dispose();
  return found;
}

/** What of the five best may be taken, best first, what loops last. */
export async function chosenAlone(
  directory: string,
  lines: readonly string[],
  nBest = 1,
  adapter?: string,
): Promise<string[][]> {
  const found = await translateAlone(directory, lines, 5, adapter);
  return found.map((hypotheses, i) => {
    const texts = hypotheses.filter((text) => text.trim() !== "");
    const looping = texts.filter((text) => loops(text, lines[i]!));
    return [...texts.filter((text) => !looping.includes(text)), ...looping].slice(0, nBest);
  });
}

/** Bounds far away, a free port, no logs. */
const quietOptions: Omit<ServerOptions, "models"> = {
  adapters: [],
  host: "127.0.0.1",
  port: 0,
  engine: { threads: 1 },
  loadAtStart: false,
  watchInterval: 0,
  maxMemory: Number.POSITIVE_INFINITY,
  beamSize: 5,
  batchSize: 64,
  maxDelay: 1,
  admission: { waiting: 1e6, waitingPerClient: 1e6, wait: Number.POSITIVE_INFINITY },
  limits: { characters: 0, texts: 0, alternatives: 0, textsPerMinute: 0 },
  documents: { bytes: 1e6, characters: 0, kept: 1e7, lifetime: 600_000, patience: 0 },
  bodyLimit: 1e5,
  timeLimit: 600_000,
  masks: "braces",
  apiKeys: undefined,
  suggestions: undefined,
  glossaries: undefined,
  terms: { glossaries: [], doNotTranslate: undefined },
  corsOrigins: ["*"],
  trustProxy: false,
  accessLog: undefined,
  logTexts: false,
  version: "0.0.0",
  page: undefined,
};

export function startToyServer(
  models: readonly string[],
  options: Partial<ServerOptions> = {},
): Promise<RunningServer> {
  return startServer({ ...quietOptions, models, ...options });
}

/** An answer whose body was JSON. */
export interface JsonAnswer {
  status: number;
  retryAfter: string | null;
  body: unknown;
}

/** Sends JSON and reads JSON. */
export function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<JsonAnswer> {
  return ask(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  });
}

/** Sends anything and reads JSON. */
export async function ask(url: string, request: RequestInit = {}): Promise<JsonAnswer> {
  const response = await fetch(url, request);
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body: await response.json() };
}
