/**
 * A server under load beside `nmt translate` on the same sentences, in turn: sentences a second, latencies, what it sheds when asked for more
 * than it can, and its memory. The server, the client and `nmt translate` are each processes of their own on this machine.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BackendError, UsageError } from "../src/base/errors.ts";
import { type Figures, type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { numberList, readOptions } from "./options.ts";
import type { LoadJob, LoadReport } from "./serve/load-child.ts";
import { Probe } from "./serve/probe.ts";
import { ServedModelProcess } from "./serve/served-model.ts";
import { translateWithCommand } from "./serve/translate-command.ts";
import { loadWithWrk, type WrkLoad } from "./serve/wrk.ts";

const defaults = {
  model: "",
  src: "",
  /** The first of them, 1, gets a tenth of the sentences. */
  connections: "1,64,128",
  rounds: 3,
  /** The load that is timed comes from wrk, for so many seconds each; 0 = from a client of our own, each sentence once. */
  wrk: 0,
  threads: 0,
  /** Seconds of requests at twice the rate that the server has with 64 connections; 0 for none. */
  overload: 20,
  /** Minutes of full load in which memory is watched; 0 for none. */
  minutes: 0,
} as const;

/** Connections of the ratio that is told first, and of full load. */
const FULL = 64;
/** Connections of the client that sends more than the server can take. */
const MOST_CONNECTIONS = 4000;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  if (options.model === "" || options.src === "") {
    throw new UsageError("no model or no text", { nextStep: "Give --model DIR --src FILE." });
  }
  const lines = readFileSync(options.src, "utf8")
    .split("\n")
    .filter((line) => /\p{L}/u.test(line));
  const threads = ["--threads", String(options.threads)];
  const connections = numberList("connections", options.connections);
  const samples = new Map<number, LoadSample[]>(connections.map((each) => [each, []]));
  const commands: number[] = [];
  let same = 0;
  let memory: Row[] = [];
  let overload: Figures = {};
  for (let round = 0; round < Math.max(1, options.rounds); round++) {
    const command = await translateWithCommand(options.model, lines, threads);
    commands.push(lines.length / command.seconds);
    const server = await ServedModelProcess.start(options.model, threads);
    try {
      const pair = await server.pair();
      const send = (job: Omit<LoadJob, "url" | "source" | "target">) =>
        sendFromChild({ url: server.url, ...pair, ...job });
      // Code that has not run often is slow: the first time through is not timed.
      const { translations } = await send({ texts: lines, connections: FULL });
      same = share(translations, command.translations);
      for (const [count, list] of samples) {
        const texts = count === 1 ? lines.filter((_, i) => i % 10 === 0) : lines;
        const before = server.cpu();
        const load = { texts, connections: count };
        const timed =
          options.wrk > 0
            ? await timedByWrk({ ...load, url: server.url, ...pair, seconds: options.wrk })
            : timedByClient(await send({ ...load, probe: "/health" }));
        const after = server.cpu();
        const cpu = { server: after.server - before.server, decoding: after.decoding - before.decoding };
        list.push(sampleOf(timed, cpu));
      }
      if (round > 0) continue;
      const full = samples.get(FULL)?.at(-1);
      if (options.overload > 0 && full !== undefined) {
        const job = {
          texts: lines,
          connections: MOST_CONNECTIONS,
          rate: 2 * full.perSecond,
          seconds: options.overload,
        };
        overload = overloadFigures(await send({ ...job, probe: "/health" }), full.perSecond);
      }
      if (options.minutes > 0)
        memory = await watchMemory(server, options.minutes, (seconds) =>
          send({ texts: lines, connections: FULL, seconds }),
        );
    } finally {
      await server.stop();
    }
  }
  const command = median(commands);
  return {
    sentences: lines.length,
    rounds: commands.length,
    same_as_command: same,
    load: [
      { client: "nmt translate", sentences_s: rounded(command) },
      ...[...samples].map(([count, list]) => loadRow(count, list, commands)),
    ],
    ...overload,
    ...(memory.length > 0 && { memory }),
  };
};

interface LoadSample {
  perSecond: number;
  p50: number;
  p99: number;
  healthP99: number;
  healthMost: number;
  refused: number;
  /** Milliseconds of computing for each sentence. */
  serverCpu: number;
  decodingCpu: number;
}

async function sendFromChild(job: LoadJob): Promise<LoadReport> {
  const child = fork(join(import.meta.dirname, "serve/load-child.ts"), { execArgv: ["--import", "tsx"] });
  child.send(job);
  const failed = once(child, "exit").then(([code]) => {
    throw new BackendError(`the client that sends load ended with ${code}`);
  });
  const [report] = (await Promise.race([once(child, "message"), failed])) as [LoadReport];
  failed.catch(() => {});
  child.disconnect();
  return report;
}

/** What one load's requests came to. */
interface TimedLoad {
  translated: number;
  refused: number;
  seconds: number;
  p50: number;
  p99: number;
  /** Milliseconds of the answers to /health meanwhile. */
  probed: readonly number[];
}

function timedByClient({ seconds, latencies, statuses, probed }: LoadReport): TimedLoad {
  return {
    translated: latencies.length,
    refused: Object.entries(statuses).reduce((sum, [status, count]) => sum + (status === "200" ? 0 : count), 0),
    seconds,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    probed,
  };
}

async function timedByWrk(load: WrkLoad): Promise<TimedLoad> {
  const probe = new Probe(load.url, "/health");
  const { requests, refused, ...times } = await loadWithWrk(load);
  return { translated: requests - refused, refused, ...times, probed: await probe.stop() };
}

function sampleOf(
  { translated, refused, seconds, p50, p99, probed }: TimedLoad,
  cpu: { server: number; decoding: number },
): LoadSample {
  return {
    serverCpu: cpu.server / translated,
    decodingCpu: cpu.decoding / translated,
    perSecond: translated / seconds,
    p50,
    p99,
    healthP99: percentile(probed, 99),
    healthMost: Math.max(...probed),
    refused,
  };
}

function loadRow(connections: number, samples: readonly LoadSample[], commands: readonly number[]): Row {
  const of = (name: keyof LoadSample) => median(samples.map((sample) => sample[name]));
  return {
    client: `${connections} ${connections === 1 ? "connection" : "connections"}`,
    sentences_s: rounded(of("perSecond")),
    // Each run beside the one of nmt translate just before it.
    of_translate: rounded(median(samples.map(({ perSecond }, round) => perSecond / commands[round]!)), 3),
    p50_ms: rounded(of("p50")),
    p99_ms: rounded(of("p99")),
    health_p99_ms: rounded(of("healthP99")),
    health_most_ms: rounded(of("healthMost")),
    refused: of("refused"),
    server_cpu_ms: rounded(of("serverCpu"), 2),
    decoding_cpu_ms: rounded(of("decodingCpu"), 2),
  };
}

function overloadFigures(report: LoadReport, capacity: number): Figures {
  const { statuses, latencies, seconds, probed } = report;
  const count = Object.values(statuses).reduce((sum, each) => sum + each, 0);
  return {
    overload_offered_s: rounded(2 * capacity),
    overload_translated_s: rounded(latencies.length / seconds),
    overload_statuses: Object.entries(statuses)
      .map(([status, number]) => `${status}: ${rounded((100 * number) / count)} %`)
      .join(", "),
    overload_p50_ms: rounded(percentile(latencies, 50)),
    overload_p99_ms: rounded(percentile(latencies, 99)),
    overload_health_p99_ms: rounded(percentile(probed, 99)),
  };
}

/** A reading every ten seconds. */
async function watchMemory(
  server: ServedModelProcess,
  minutes: number,
  load: (seconds: number) => Promise<unknown>,
): Promise<Row[]> {
  const readings: Row[] = [];
  const loaded = load(60 * minutes);
  for (let tens = 1; tens <= 6 * minutes; tens++) {
    await pause(10_000);
    const { server: own, decoding } = await server.memory();
    const mib = (bytes: number) => rounded(bytes / 2 ** 20);
    readings.push({ seconds: 10 * tens, server_mib: mib(own), decoding_mib: mib(decoding), mib: mib(own + decoding) });
  }
  await loaded;
  return readings;
}

/** Per cent of the translations that are what the command made. */
function share(translations: readonly (string | null)[], expected: readonly string[]): number {
  return rounded((100 * translations.filter((text, i) => text === expected[i]).length) / expected.length, 2);
}

function percentile(values: readonly number[], per: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((per / 100) * sorted.length) - 1)] ?? Number.NaN;
}
