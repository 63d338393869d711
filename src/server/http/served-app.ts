/** What the routes of both interfaces work with. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { DocumentStore } from "../documents/document-store.ts";
import type { GlossaryStore } from "../glossaries/glossary-store.ts";
import type { Catalog } from "../models/catalog.ts";
import type { ServedAdapters } from "../models/served-adapters.ts";
import type { TranslationService } from "../translation-service.ts";
import type { ServerContext, ServerEnvironment } from "./client.ts";
import type { Gate } from "./gate.ts";
import type { Metrics } from "./metrics.ts";

export type ServedApp = OpenAPIHono<ServerEnvironment>;

/** The parts that routes call. */
export interface RouteParts {
  catalog: Catalog;
  adapters: ServedAdapters;
  service: TranslationService;
  gate: Gate;
  metrics: Metrics;
  documents: DocumentStore;
  glossaries: GlossaryStore;
  /** Milliseconds that a request may take. */
  timeLimit: number;
}

type Method = "get" | "post" | "put" | "patch" | "delete";

/** A route and what its documentation says. */
export interface DocumentedRoute {
  methods: readonly Method[];
  path: string;
  summary: string;
  /** Parameters: of the query with GET and DELETE, else of a JSON or form body, or of a form of parts where one of them is a file. */
  fields?: z.ZodObject;
  /** Whether `fields` come with a file. */
  isUpload?: boolean;
  /** What a good answer holds, as JSON; a file where it is "file", tab-separated lines where it is "tsv", nothing where it is "none". */
  answer: z.ZodType | "file" | "tsv" | "none";
  /** Of a good answer. Default 200. */
  status?: 201 | 204;
  /** What a refusal holds. */
  refusal: z.ZodType;
  handle(c: ServerContext): Promise<Response> | Response;
}

/** Adds the route to the app and to its OpenAPI document. */
export function addRoute(app: ServedApp, route: DocumentedRoute): void {
  const { path, summary, fields, answer, refusal, handle, isUpload = false, status = 200 } = route;
  const types = isUpload ? ["multipart/form-data"] : ["application/json", "application/x-www-form-urlencoded"];
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const params = names.length > 0 && { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) };
  for (const method of route.methods) {
    const content = fields && Object.fromEntries(types.map((type) => [type, { schema: fields }]));
    app.openAPIRegistry.registerPath({
      method,
      path: path.replace(/:(\w+)/g, "{$1}"),
      summary,
      request: {
        ...params,
        ...(fields &&
          (method === "get" || method === "delete"
            ? { query: fields }
            : { body: { content: content!, required: true } })),
      },
      responses: {
        [status]: { description: "Done", ...contentOf(answer) },
        default: { description: "Refused: 4xx and 5xx", content: { "application/json": { schema: refusal } } },
      },
    });
  }
  app.on(
    route.methods.map((method) => method.toUpperCase()),
    path,
    (c) => handle(c),
  );
}

function contentOf(answer: DocumentedRoute["answer"]) {
  if (answer === "none") return {};
  if (answer === "file") {
    return { content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } } };
  }
  if (answer === "tsv") return { content: { "text/tab-separated-values": { schema: z.string() } } };
  return { content: { "application/json": { schema: answer } } };
}
