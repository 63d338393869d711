/** The server's routes over its parts, with logs, metrics, bounds on bodies, CORS, and errors in the form of each interface. */
import { setTimeout as pause } from "node:timers/promises";
import { OpenAPIHono } from "@hono/zod-openapi";
import { cors } from "hono/cors";
import { CheckpointError, formatError, WordpieceError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { addDeepLRoutes } from "./deepl/routes.ts";
import { type AccessLogOptions, accessLog } from "./http/access-log.ts";
import type { ServerContext, ServerEnvironment } from "./http/client.ts";
import type { RouteParts, ServedApp } from "./http/served-app.ts";
import type { InteractiveService } from "./interactive/interactive-service.ts";
import { addInteractiveRoutes } from "./interactive/routes.ts";
import { addFileRoutes } from "./libretranslate/file-routes.ts";
import { addLibreTranslateRoutes } from "./libretranslate/routes.ts";
import { addPageRoutes } from "./page/routes.ts";
import { addReferencePage } from "./reference/reference-route.ts";
import { type RefusalStatus, RequestError } from "./request-error.ts";
import { addSuggestRoute } from "./suggestions/suggest-route.ts";
import type { SuggestionCorpus } from "./suggestions/suggestion-corpus.ts";

export interface AppOptions extends AccessLogOptions {
  /** Bytes of a request's body. */
  bodyLimit: number;
  /** Origins whose pages may use the server; `*` for all. */
  corsOrigins: readonly string[];
  /** Whether no new requests are taken. */
  isStopping(): boolean;
  version: string;
  interactive: InteractiveService;
  /** Folder of the page's build; undefined = no page. */
  page: string | undefined;
  /** Undefined where no suggestions are kept. */
  suggestions: SuggestionCorpus | undefined;
}

/** Of requests whose client has gone away, in log and metrics: nginx calls it "client closed request". */
const GONE_STATUS = 499;
/**
 * Milliseconds that an answer of 429 takes: a client that asks again at once, as many do whatever Retry-After says, would else ask thousands of times a
 * second, and take from those that were accepted what answering costs.
 */
const SLOWDOWN = 100;
/** Tried again by clients that the server stopped for, in seconds. */
const RETRY_AFTER_ERROR = 1;
/** The same where a model cannot be loaded. */
const RETRY_AFTER_MODEL = 30;

export function createApp(parts: RouteParts, options: AppOptions): ServedApp {
  const app = new OpenAPIHono<ServerEnvironment>({
    // Clients whose address ends in a slash ask for //languages.
    getPath: (request) => new URL(request.url).pathname.replace(/\/{2,}/g, "/"),
  });
  app.use(accessLog(options, parts.metrics));
  app.use(async (c, next) => {
    c.set("bodyLimit", options.bodyLimit);
    await next();
    if (options.isStopping()) c.header("Connection", "close");
  });
  const origins = options.corsOrigins.includes("*") ? "*" : [...options.corsOrigins];
  app.use(
    cors({
      origin: origins,
      allowHeaders: ["Authorization", "Content-Type"],
      exposeHeaders: ["Retry-After", "Content-Disposition"],
    }),
  );
  addLibreTranslateRoutes(app, parts, options.isStopping, options.suggestions !== undefined);
  addFileRoutes(app, parts, options.trustProxy);
  addSuggestRoute(app, parts, options.suggestions);
  addDeepLRoutes(app, parts);
  addInteractiveRoutes(app, parts, options.interactive);
  if (options.page !== undefined) addPageRoutes(app, options.page);
  app.get("/metrics", async (c) => {
    return c.text(await parts.metrics.text(), 200, { "Content-Type": "text/plain; version=0.0.4" });
  });
  const description = { openapi: "3.1.0", info: { title: "nmt serve", version: options.version } };
  app.doc31("/openapi.json", description);
  addReferencePage(app, () => app.getOpenAPI31Document(description));
  app.notFound((c) => refuse(c, notFound(app, c)));
  app.onError(async (error, c) => {
    const isRefusal = error instanceof RequestError && error.status === 429;
    if (isRefusal && !options.isStopping()) await pause(SLOWDOWN);
    return isGone(c) ? new Response(null, { status: GONE_STATUS }) : refuse(c, requestError(error));
  });
  return app;
}

/** 405 where the path exists with another method. */
function notFound(app: ServedApp, c: ServerContext): RequestError {
  const methods = new Set(
    app.routes.filter(({ path, method }) => path === c.req.path && method !== "ALL").map(({ method }) => method),
  );
  if (methods.size === 0) {
    return new RequestError(404, `There is no ${c.req.path} here.`, {
      nextStep: "GET /openapi.json lists what there is.",
    });
  }
  return new RequestError(405, `${c.req.path} does not take ${c.req.method}.`, {
    nextStep: `Use ${[...methods].join(" or ")}.`,
  });
}

function isGone(c: ServerContext): boolean {
  return c.env?.outgoing?.destroyed === true;
}

/** What no client is to be blamed for is logged, and only its kind is told. */
function requestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  log.warn(`a request failed: ${formatError(error)}`);
  if (error instanceof CheckpointError || error instanceof WordpieceError) {
    return new RequestError(503, "The model for this cannot be used now.", {
      nextStep: "Try again later; whoever runs the server finds more in its log.",
      retryAfter: RETRY_AFTER_MODEL,
      cause: error,
    });
  }
  return new RequestError(500, "The server could not translate this.", {
    nextStep: "Whoever runs it finds more in its log.",
    cause: error,
  });
}

function refuse(c: ServerContext, error: RequestError): Response {
  const headers: Record<string, string> = {};
  if (error.status === 500) headers["Retry-After"] = String(RETRY_AFTER_ERROR);
  if (error.retryAfter !== undefined) headers["Retry-After"] = String(error.retryAfter);
  const isDeepL = /^\/v[23]\//.test(c.req.path);
  // 456 is DeepL's own.
  const status = error.status as Exclude<RefusalStatus, 456>;
  return c.json(isDeepL ? { message: error.text } : { error: error.text }, status, headers);
}
