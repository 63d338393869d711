/**
 * A server under full load that is told to stop, again and again: no request that it has accepted may be lost, and each ends with exit code 0. Then one whose
 * decoding process is killed again and again: what it worked on is answered with 503, and what comes next is translated.
 */
import { setTimeout as pause } from "node:timers/promises";
import { BackendError, UsageError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { readLines } from "../src/data/files/corpus.ts";
import type { Figures } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";
import { type Load, type LoadResult, sendLoad } from "./serve/load.ts";
import { ServedModelProcess } from "./serve/served-model.ts";

const defaults = { model: "", src: "", times: 50, kills: 5, connections: 64, threads: 0, seed: 1 } as const;
/** Seconds of load, at most: it ends with the server. */
const MOST_SECONDS = 600;

export const run: Benchmark = async (argv) => {
  const { model, src, times, kills, connections, threads, seed } = readOptions(argv, defaults);
  if (model === "" || src === "") {
    throw new UsageError("no model or no text", { nextStep: "Give --model DIR --src FILE." });
  }
  const texts = [...readLines(src)].filter((line) => /\p{L}/u.test(line));
  const random = new Random(seed);
  const serve = async (withLog: boolean) => {
    const server = await ServedModelProcess.start(model, ["--threads", String(threads), "--max_wait", "600"], withLog);
    return { server, load: { url: server.url, texts, ...(await server.pair()), connections, seconds: MOST_SECONDS } };
  };
  const stops: Stop[] = [];
  for (let time = 0; time < times; time++) {
    const { server, load } = await serve(true);
    stops.push(await stopUnderLoad(server, load, 200 + random.integer(800)));
  }
  const sum = (of: (stop: Stop) => number) => stops.reduce((total, stop) => total + of(stop), 0);
  const { server, load } = await serve(false);
  const killed: Figures = kills > 0 ? await killUnderLoad(server, load, kills) : {};
  await server.stop();
  return {
    stops: stops.length,
    exit_codes_0: sum(({ code }) => Number(code === 0)),
    accepted: sum(({ accepted }) => accepted),
    answered: sum(({ answered }) => answered),
    answered_after_sigterm: sum(({ late }) => late),
    refused_503: sum(({ refused }) => refused),
    other_statuses: sum(({ others }) => others),
    ...killed,
  };
};

interface Stop {
  code: number | null;
  /** Requests that the server's log has as translated, and those whose translation came to the client. */
  accepted: number;
  answered: number;
  /** Of these, those that came after the signal. */
  late: number;
  refused: number;
  /** Neither 200 nor 503, but for connections that the server closed or refused before a request was sent. */
  others: number;
}

async function stopUnderLoad(server: ServedModelProcess, load: Load, after: number): Promise<Stop> {
  let hasEnded = false;
  const began = performance.now();
  const loaded = sendLoad(load, () => hasEnded);
  await pause(after);
  const told = performance.now();
  const code = await server.stop();
  hasEnded = true;
  const { statuses, ends } = await loaded;
  const { 200: answered = 0, 503: refused = 0, 0: _unsent, ...others } = statuses;
  const { 200: accepted = 0, 503: _refused, ...odd } = server.logged;
  const late = ends.filter((end) => began + end > told).length;
  const count = (some: Readonly<Record<string, number>>) => Object.values(some).reduce((all, each) => all + each, 0);
  return { code, accepted, answered, late, refused, others: count(others) + count(odd) };
}

async function decodingPid(server: ServedModelProcess): Promise<number> {
  for (let times = 0; times < 600; times++) {
    const pid = server.decodingPid;
    if (pid !== undefined) return pid;
    await pause(100);
  }
  throw new BackendError("the decoding process has not come back within a minute");
}

async function killUnderLoad(server: ServedModelProcess, load: Load, kills: number): Promise<Figures> {
  let isOver = false;
  const loaded = sendLoad(load, () => isOver);
  for (let time = 0; time < kills; time++) {
    await pause(1000);
    process.kill(await decodingPid(server), "SIGKILL");
  }
  await pause(1000);
  isOver = true;
  const { statuses }: LoadResult = await loaded;
  const { 200: translated = 0, 503: lost = 0, ...others } = statuses;
  const { seconds: _, ...endless } = load;
  const after = await sendLoad({ ...endless, texts: load.texts.slice(0, 64) });
  return {
    kills,
    translated_meanwhile: translated,
    lost_503: lost,
    other_statuses_of_kills: Object.entries(others)
      .map(([status, count]) => `${status}: ${count}`)
      .join(", "),
    next_64_translated: after.statuses["200"] ?? 0,
  };
}
