/** `nmt serve`: models behind an address, with LibreTranslate's and DeepL's interfaces. */
import { once } from "node:events";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { CommandModule, Options } from "yargs";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { packageFolder } from "../../base/package-folder.ts";
import { untilStopped } from "../../base/stop-signal.ts";
import { translateDefaults } from "../../decoding/translate-options.ts";
import { type MaskName, maskNames } from "../../segments/masks.ts";
import { type ServerOptions, startServer } from "../../server/start-server.ts";
import {
  engineOf,
  expertMemoryOf,
  expertMemoryOption,
  type InferenceArguments,
  inferenceOptions,
} from "../engine-options.ts";
import { packageVersion } from "../package-info.ts";

interface ServeArguments extends InferenceArguments {
  model: string[];
  adapter: string[] | undefined;
  expert_memory: string | undefined;
  host: string;
  port: number;
  load: "start" | "first_use";
  max_memory: number;
  watch: number;
  beam_size: number;
  batch_size: number;
  max_delay_ms: number;
  max_waiting: number;
  max_waiting_per_client: number;
  max_wait: number;
  texts_per_minute: number;
  char_limit: number;
  batch_limit: number;
  alternatives_limit: number;
  body_limit: number;
  time_limit: number;
  placeables: MaskName;
  document_limit: number;
  document_char_limit: number;
  document_memory: number;
  document_minutes: number;
  suggestions: string | undefined;
  glossary: string[] | undefined;
  do_not_translate: string | undefined;
  glossaries: string | undefined;
  api_keys: string | undefined;
  cors_origin: string[];
  trust_proxy: boolean;
  access_log: boolean;
  page: boolean;
  log_texts: boolean;
}

const MEGABYTE = 1e6;
/** Milliseconds; DeepL's clients ask every 5 seconds whether their document is done. */
const FETCH_PATIENCE = 15_000;

const serveOptions = {
  model: { type: "string", array: true, demandOption: true, describe: "Model directories" },
  adapter: {
    type: "string",
    array: true,
    describe:
      "[NAME=]DIR: adapters (nmt finetune --adapter) beside the models, which requests choose by the field adapter; NAME is the directory's without",
  },
  host: { type: "string", default: "127.0.0.1", describe: "Address to listen on; 0.0.0.0 for all" },
  port: { type: "number", default: 5000, describe: "Port to listen on; 0 for a free one" },
  load: {
    choices: ["start", "first_use"] as const,
    default: "start" as const,
    describe: "When models are loaded",
  },
  max_memory: {
    type: "number",
    default: 0,
    describe: "MB of weights kept loaded: models unused for the longest time are dropped; 0 for no bound",
  },
  watch: {
    type: "number",
    default: 2,
    describe:
      "Seconds between looks for new versions of models, adapters, glossaries and API keys; 0: only SIGHUP takes them over",
  },
  beam_size: { type: "number", default: translateDefaults.beamSize, describe: "Hypotheses kept per sentence" },
  batch_size: { type: "number", default: translateDefaults.batchSize, describe: "Lines decoded together, at most" },
  max_delay_ms: {
    type: "number",
    default: 5,
    describe: "A batch of fewer than eight lines starts once no further line has come for so long",
  },
  max_waiting: { type: "number", default: 200_000, describe: "Characters accepted and not translated; then 429" },
  max_waiting_per_client: { type: "number", default: 100_000, describe: "The same of one client" },
  max_wait: {
    type: "number",
    default: 2,
    describe: "Seconds that a request may have to wait for those before it, by the measured speed; then 429",
  },
  texts_per_minute: { type: "number", default: 0, describe: "Texts that a client may send; 0 for no limit" },
  char_limit: { type: "number", default: 20_000, describe: "Characters of a text; 0 for no limit" },
  batch_limit: { type: "number", default: 1000, describe: "Texts of a request; 0 for no limit" },
  alternatives_limit: { type: "number", default: 10, describe: "Alternatives of a text; 0 for no limit" },
  body_limit: { type: "number", default: 2, describe: "MB of a request's body" },
  time_limit: { type: "number", default: 60, describe: "Seconds that a request may take" },
  placeables: {
    choices: maskNames,
    default: "braces" as const,
    describe:
      "What models see of tags, placeholders, addresses, numbers with units and emoji, which come out as they are",
  },
  document_limit: { type: "number", default: 10, describe: "MB of a document; 0 for no documents" },
  document_char_limit: {
    type: "number",
    default: 1_000_000,
    describe: "Characters of a document's texts; 0 for no limit",
  },
  document_memory: {
    type: "number",
    default: 200,
    describe: "MB of documents kept in memory, translated or not; then 429",
  },
  document_minutes: {
    type: "number",
    default: 60,
    describe: "Minutes that a document may take, and that its translation is kept",
  },
  suggestions: {
    type: "string",
    describe: "Folder that translations suggested by clients are kept in, as a corpus; none are without it",
  },
  glossary: {
    type: "string",
    array: true,
    describe: "PAIR=FILE: terms and their translations for all texts of a pair, as in nmt translate: en-de=terms.tsv",
  },
  do_not_translate: { type: "string", describe: "File of terms that come out as they are, one a line, for all texts" },
  glossaries: {
    type: "string",
    describe: "Folder that the glossaries of DeepL's interface are kept in; in memory without it",
  },
  api_keys: { type: "string", describe: "File of API keys, one a line, a limit of texts per minute after it" },
  cors_origin: {
    type: "string",
    array: true,
    default: ["*"],
    describe: "Origins whose pages may use the server; * for all",
  },
  trust_proxy: {
    type: "boolean",
    default: false,
    describe: "Clients are told apart by X-Forwarded-For, which a proxy sets",
  },
  access_log: { type: "boolean", default: true, describe: "A line of JSON for each request, on standard output" },
  page: { type: "boolean", default: true, describe: "A web page to translate with, at /" },
  log_texts: { type: "boolean", default: false, describe: "With the texts" },
  ...expertMemoryOption,
  ...inferenceOptions,
} satisfies Record<string, Options>;

export const serveCommand: CommandModule<object, ServeArguments> = {
  command: "serve",
  describe: "Serve models over HTTP, with LibreTranslate's and DeepL's interfaces",
  builder: serveOptions as never,
  handler: serve,
};

/**
 * V8's option that old garbage is collected once the heap is so many per cent larger than what is alive. V8 waits for four times as much in a small heap: the
 * server's memory would rise by half for minutes, and fall, and rise.
 */
const FLAT_HEAP = "--heap-growing-percent=20";

async function serve(args: ServeArguments): Promise<void> {
  setFlagsFromString(FLAT_HEAP);
  const server = await startServer(serverOptions(args));
  const { sources, targets } = server.catalog;
  const onReload = () => {
    log.info("SIGHUP: reading models, adapters, glossaries and keys as they are now");
    void server.reload();
  };
  process.on("SIGHUP", onReload);
  try {
    await untilStopped(async (signal) => {
      // Told once signals are heeded: who reads it may send one.
      log.info(`serving ${sources.join(", ")} → ${targets.join(", ")} at ${server.url}`);
      if (!signal.aborted) await once(signal, "abort");
      await server.stop();
    }, "finishing what was accepted");
  } finally {
    process.off("SIGHUP", onReload);
  }
}

function serverOptions(args: ServeArguments): ServerOptions {
  requireRange("port", args.port, 0, 65_535);
  for (const name of ["beam_size", "batch_size", "max_waiting", "max_waiting_per_client"] as const) {
    requireRange(name, args[name], 1);
  }
  for (const name of [
    "texts_per_minute",
    "char_limit",
    "batch_limit",
    "alternatives_limit",
    "document_char_limit",
  ] as const) {
    requireRange(name, args[name], 0);
  }
  for (const name of ["max_delay_ms", "max_memory", "watch", "document_limit"] as const)
    requirePositive(name, args[name], true);
  for (const name of ["body_limit", "time_limit", "max_wait", "document_memory"] as const)
    requirePositive(name, args[name], false);
  requireRange("document_minutes", args.document_minutes, 1, 10_000);
  return {
    models: args.model,
    adapters: (args.adapter ?? []).map(adapterSource),
    host: args.host,
    port: args.port,
    engine: { ...engineOf(args), ...expertMemoryOf(args) },
    loadAtStart: args.load === "start",
    watchInterval: args.watch * 1000,
    maxMemory: args.max_memory === 0 ? Number.POSITIVE_INFINITY : args.max_memory * MEGABYTE,
    beamSize: args.beam_size,
    batchSize: args.batch_size,
    maxDelay: args.max_delay_ms,
    admission: { waiting: args.max_waiting, waitingPerClient: args.max_waiting_per_client, wait: args.max_wait },
    limits: {
      characters: args.char_limit,
      texts: args.batch_limit,
      alternatives: args.alternatives_limit,
      textsPerMinute: args.texts_per_minute,
    },
    documents: {
      bytes: args.document_limit * MEGABYTE,
      characters: args.document_char_limit,
      kept: args.document_memory * MEGABYTE,
      lifetime: args.document_minutes * 60_000,
      patience: FETCH_PATIENCE,
    },
    bodyLimit: args.body_limit * MEGABYTE,
    timeLimit: args.time_limit * 1000,
    masks: args.placeables,
    apiKeys: args.api_keys,
    suggestions: args.suggestions,
    glossaries: args.glossaries,
    terms: { glossaries: (args.glossary ?? []).map(pairFile), doNotTranslate: args.do_not_translate },
    corsOrigins: args.cors_origin,
    trustProxy: args.trust_proxy,
    accessLog: args.access_log ? (line) => process.stdout.write(`${line}\n`) : undefined,
    logTexts: args.log_texts,
    version: packageVersion(),
    page: args.page ? join(packageFolder(), "dist", "web") : undefined,
  };
}

/** A path with = in its first part is written with ./ before it. */
function adapterSource(text: string): ServerOptions["adapters"][number] {
  const [, name, path] = /^([^=/\\]+)=(.+)$/s.exec(text) ?? [];
  return { name, path: path ?? text };
}

function pairFile(text: string): { pair: string; path: string } {
  const [, pair, path] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (pair !== undefined && path !== undefined) return { pair, path };
  throw new UsageError(`--glossary is ${text}`, { nextStep: "Write a pair of languages and a file: en-de=terms.tsv." });
}

function requireRange(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const wanted = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  throw new UsageError(`--${name} is ${value}`, { nextStep: `It must be a whole number, ${wanted}.` });
}

function requirePositive(name: string, value: number, zeroToo: boolean): void {
  // Timers take no more milliseconds than 2^31.
  if ((value > 0 || (zeroToo && value === 0)) && value <= 1e6) return;
  throw new UsageError(`--${name} is ${value}`, {
    nextStep: `It must be ${zeroToo ? "0 or more" : "above 0"} and at most 1000000.`,
  });
}
