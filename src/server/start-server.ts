/** Puts the server's parts together, listens, and stops without losing a request that it has accepted. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { BackendError } from "../base/errors.ts";
import type { InferenceOptions } from "../inference/open-model.ts";
import type { MaskName } from "../segments/masks.ts";
import { textCounts } from "../segments/text-counts.ts";
import { createApp } from "./create-app.ts";
import { DecodingProcess } from "./decoding/decoding-process.ts";
import { type DocumentLimits, DocumentStore } from "./documents/document-store.ts";
import { type JobTranslatorParts, jobTranslator } from "./documents/translate-job.ts";
import { GlossaryStore } from "./glossaries/glossary-store.ts";
import { type GlossaryFiles, PairGlossaries } from "./glossaries/pair-glossaries.ts";
import { ApiKeys } from "./http/api-keys.ts";
import { addExpertReadings } from "./http/expert-metrics.ts";
import { Gate, type TextLimits } from "./http/gate.ts";
import { Metrics } from "./http/metrics.ts";
import { InteractiveService } from "./interactive/interactive-service.ts";
import { LanguageDetection } from "./languages/language-detector.ts";
import { Catalog, type CatalogModel } from "./models/catalog.ts";
import { ModelPool } from "./models/model-pool.ts";
import { type AdapterSource, ServedAdapters } from "./models/served-adapters.ts";
import type { ServingOptions } from "./models/served-model.ts";
import { watchedAdapters, watchedModels } from "./models/watched-models.ts";
import { Admission, type AdmissionLimits } from "./queue/admission.ts";
import { RateLimit } from "./queue/rate-limit.ts";
import { Throughput } from "./queue/throughput.ts";
import { SuggestionCorpus } from "./suggestions/suggestion-corpus.ts";
import { addTextReadings } from "./texts/text-metrics.ts";
import { TranslationService } from "./translation-service.ts";
import { ChangeWatch } from "./watch/change-watch.ts";

export interface ServerOptions extends ServingOptions {
  /** Model directories; the first one that has a pair translates it. */
  models: readonly string[];
  /** Adapters beside them, of which requests may choose. */
  adapters: readonly AdapterSource[];
  /** Address to listen on. */
  host: string;
  /** 0 = a free one. */
  port: number;
  /** What each model runs on. */
  engine: InferenceOptions;
  /** Whether models are loaded before the server listens; otherwise when they are first used. */
  loadAtStart: boolean;
  /** Milliseconds between looks for new versions of models and other files; 0 = only `reload` takes them over. */
  watchInterval: number;
  /** Bytes of weights kept loaded; Infinity = no bound. */
  maxMemory: number;
  admission: AdmissionLimits;
  limits: TextLimits;
  documents: DocumentLimits;
  /** Bytes of a request's body. */
  bodyLimit: number;
  /** Milliseconds that a request may take, and in which it must have arrived. */
  timeLimit: number;
  /** How models are shown tags, placeholders and the like. */
  masks: MaskName;
  /** File of API keys; undefined = none needed. */
  apiKeys: string | undefined;
  /** Folder that suggested translations are kept in; undefined = they are not. */
  suggestions: string | undefined;
  /** Folder that clients' glossaries are kept in; undefined = they are in memory. */
  glossaries: string | undefined;
  /** Terms of whoever runs the server. */
  terms: GlossaryFiles;
  corsOrigins: readonly string[];
  trustProxy: boolean;
  /** Takes the access log's lines; undefined = no log. */
  accessLog: ((line: string) => void) | undefined;
  /** Whether the access log has the texts. */
  logTexts: boolean;
  /** Folder of the page's build, for `/`; undefined = no page. */
  page: string | undefined;
  version: string;
}

export interface RunningServer {
  /** Where it listens, as http://HOST:PORT. */
  readonly url: string;
  readonly catalog: Catalog;
  readonly decoding: DecodingProcess;
  /** Takes models, adapters, glossaries and API keys over as their files are now; where one cannot be used, the one before stays. */
  reload(): Promise<void>;
  /** Finishes the accepted requests, refuses others with 503, and closes. */
  stop(): Promise<void>;
}

/** Connections whose clients don't read their answers are closed after so many milliseconds. */
const CLOSE_PATIENCE = 5000;

/** Milliseconds between looks for requests that have not arrived in time, at most. */
const MOST_CHECK_INTERVAL = 10_000;

/** Resolves once the server listens. Throws CheckpointError, DataError, UsageError, BackendError. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const keys = options.apiKeys === undefined ? undefined : ApiKeys.read(options.apiKeys);
  const catalog = Catalog.open(options.models);
  const adapters = ServedAdapters.open(options.adapters, catalog.models);
  const pairGlossaries = PairGlossaries.read(options.terms, catalog.pairs);
  const glossaries = new GlossaryStore(options.glossaries);
  const decoding = new DecodingProcess(options.engine);
  try {
    return await serve(options, keys, { catalog, adapters }, decoding, { glossaries, pairGlossaries });
  } catch (error) {
    await decoding.close();
    throw error;
  }
}

async function serve(
  options: ServerOptions,
  keys: ApiKeys | undefined,
  { catalog, adapters }: { catalog: Catalog; adapters: ServedAdapters },
  decoding: DecodingProcess,
  { glossaries, pairGlossaries }: { glossaries: GlossaryStore; pairGlossaries: PairGlossaries },
): Promise<RunningServer> {
  const metrics = new Metrics();
  const pool = new ModelPool({
    ...options,
    load: ({ directory, adapter }, onLost) => decoding.load(directory, onLost, adapter),
    onBatch: (lines) => metrics.batchLines.observe(lines),
    onDone: (characters) => throughput.done(characters, pool.figures.waitingLines),
  });
  const throughput = new Throughput();
  const admission = new Admission(options.admission, () => throughput.speed);
  addReadings(metrics, pool, admission, decoding);
  metrics.beforePage(() => decoding.readExpertLoads());
  addExpertReadings(metrics, () => decoding.expertLoads);
  const languages = new LanguageDetection(() => catalog.sources);
  await languages.prepare(catalog.sources);
  const detect = (text: string) => languages.detect(text);
  const { timeLimit } = options;
  const counts = textCounts();
  addTextReadings(metrics, counts);
  const { masks } = options;
  const service = new TranslationService({
    ...{ catalog, adapters, pool, admission, detect, timeLimit, masks, counts },
    glossaries: pairGlossaries,
  });
  const shared = { catalog, pool, admission, detect, masks, counts, glossaries: pairGlossaries };
  const documents = openDocuments(options, shared, metrics);
  const gate = new Gate(options.limits, keys, new RateLimit());
  const app = createApp(
    { catalog, adapters, service, gate, metrics, documents, glossaries, timeLimit },
    {
      write: options.accessLog,
      withTexts: options.logTexts,
      trustProxy: options.trustProxy,
      bodyLimit: options.bodyLimit,
      corsOrigins: options.corsOrigins,
      version: options.version,
      page: options.page,
      isStopping: () => admission.isClosed,
      suggestions: options.suggestions === undefined ? undefined : new SuggestionCorpus(options.suggestions),
      interactive: new InteractiveService({
        ...{ catalog, adapters, pool, admission, detect, timeLimit },
        glossaries: pairGlossaries,
      }),
    },
  );
  const replace = async (model: CatalogModel, onReplaced: () => void) => {
    await languages.prepare([...catalog.sources, ...model.pairs.map(({ source }) => source)]);
    await pool.replace(model, onReplaced);
  };
  const watch = new ChangeWatch([
    ...watchedModels(catalog, replace),
    // After the models, some of which may be new for their sake.
    ...watchedAdapters(adapters, catalog, replace),
    ...pairGlossaries.watched,
    ...(keys === undefined ? [] : [keys.watched(options.apiKeys!)]),
  ]);
  await watch.start();
  if (options.loadAtStart)
    for (const model of [...catalog.models, ...adapters.models]) await pool.use(model, async () => {});
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: timeLimit,
      headersTimeout: timeLimit,
      connectionsCheckingInterval: Math.min(timeLimit, MOST_CHECK_INTERVAL),
    },
  }) as Server;
  const url = await listen(server, options.host, options.port);
  if (options.watchInterval > 0) void watch.watch(options.watchInterval);
  return {
    url,
    catalog,
    decoding,
    reload: () => watch.reload(),
    stop: async () => {
      admission.close();
      await watch.stop();
      pool.hurry();
      await Promise.all([admission.idle(), documents.close()]);
      await documents.allFetched();
      await close(server);
      await decoding.close();
    },
  };
}

function openDocuments(
  { documents: limits, admission: { waiting } }: ServerOptions,
  parts: Omit<JobTranslatorParts, "limits" | "waiting" | "onDone">,
  metrics: Metrics,
): DocumentStore {
  const translate = jobTranslator({
    ...parts,
    limits,
    waiting,
    onDone: ({ characters, upload: { target } }, source) => metrics.characters.add({ source, target }, characters),
  });
  const documents = new DocumentStore(limits, async (job) => {
    const { format } = job.upload;
    try {
      const bytes = await translate(job);
      metrics.documents.add({ format, result: "translated" });
      return bytes;
    } catch (error) {
      metrics.documents.add({ format, result: "failed" });
      throw error;
    }
  });
  metrics.reading("documents_open", "gauge", "Documents that are not translated yet.", () => documents.load.open);
  metrics.reading("documents_bytes", "gauge", "Bytes of documents in memory.", () => documents.load.bytes);
  return documents;
}

function addReadings(metrics: Metrics, pool: ModelPool, admission: Admission, decoding: DecodingProcess): void {
  const figures = () => pool.figures;
  metrics.reading("requests_open", "gauge", "Requests for translation that are not answered yet.", () => {
    return admission.load.requests;
  });
  metrics.reading("characters_open", "gauge", "UTF-16 units of their texts.", () => admission.load.characters);
  metrics.reading("lines_waiting", "gauge", "Lines that wait for a batch.", () => figures().waitingLines);
  metrics.reading("batches_open", "gauge", "Batches that are being translated.", () => figures().openBatches);
  metrics.reading("models_loaded", "gauge", "Models in memory.", () => figures().models);
  metrics.reading("source_pieces_total", "counter", "Wordpieces read.", () => figures().sourcePieces);
  metrics.reading("target_pieces_total", "counter", "Wordpieces written.", () => figures().targetPieces);
  metrics.reading(
    "translations_cut_total",
    "counter",
    "Translations cut at their maximum length.",
    () => figures().cut,
  );
  metrics.reading("memory_bytes", "gauge", "Resident memory of the server's process.", () => process.memoryUsage.rss());
  metrics.reading(
    "decoding_memory_bytes",
    "gauge",
    "Resident memory of the decoding process, after its last answer.",
    () => decoding.memory,
  );
  metrics.reading(
    "decoding_restarts_total",
    "counter",
    "Times that the decoding process was started again after an end of its own.",
    () => decoding.restarts,
  );
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        new BackendError(`cannot listen on ${host}, port ${port}: ${cause.code ?? cause.message}`, {
          nextStep: cause.code === "EADDRINUSE" ? "Choose another one with --port." : "Check --host and --port.",
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const { address, family, port: actual } = server.address() as AddressInfo;
      resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${actual}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_PATIENCE);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
