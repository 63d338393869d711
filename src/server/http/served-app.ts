/** What the routes of both interfaces work with. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { DocumentStore } from "../documents/document-store.ts";
import type { Catalog } from "../models/catalog.ts";
import type { TranslationService } from "../translation-service.ts";
import type { ServerContext, ServerEnvironment } from "./client.ts";
import type { Gate } from "./gate.ts";
import type { Metrics } from "./metrics.ts";

export type ServedApp = OpenAPIHono<ServerEnvironment>;

/** The parts that routes call. */
export interface RouteParts {
  catalog: Catalog;
  service: TranslationService;
  gate: Gate;
  metrics: Metrics;
  documents: DocumentStore;
  /** Milliseconds that a request may take. */
  timeLimit: number;
}

/** A route and what its documentation says. */
export interface DocumentedRoute {
  methods: readonly ("get" | "post")[];
  path: string;
  summary: string;
  /** Parameters: of the query with GET, of a JSON or form body with POST, or of a form of parts where one of them is a file. */
  fields?: z.ZodObject;
  /** Whether `fields` come with a file. */
  isUpload?: boolean;
  /** What a good answer holds, as JSON; a file where it is "file". */
  answer: z.ZodType | "file";
  /** What a refusal holds. */
  refusal: z.ZodType;
  handle(c: ServerContext): Promise<Response> | Response;
}

/** Adds the route to the app and to its OpenAPI document. */
export function addRoute(app: ServedApp, route: DocumentedRoute): void {
  const { path, summary, fields, answer, refusal, handle, isUpload = false } = route;
  const types = isUpload ? ["multipart/form-data"] : ["application/json", "application/x-www-form-urlencoded"];
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const params = names.length > 0 && { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) };
  const file = z.string().openapi({ format: "binary" });
  for (const method of route.methods) {
    const content = fields && Object.fromEntries(types.map((type) => [type, { schema: fields }]));
    app.openAPIRegistry.registerPath({
      method,
      path: path.replace(/:(\w+)/g, "{$1}"),
      summary,
      request: {
        ...params,
        ...(fields && (method === "get" ? { query: fields } : { body: { content: content!, required: true } })),
      },
      responses: {
        200: {
          description: "Done",
          content:
            answer === "file"
              ? { "application/octet-stream": { schema: file } }
              : { "application/json": { schema: answer } },
        },
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
