/** What the routes of both interfaces work with. */
import type { OpenAPIHono, z } from "@hono/zod-openapi";
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
  /** Milliseconds that a request may take. */
  timeLimit: number;
}

/** A route and what its documentation says. */
export interface DocumentedRoute {
  methods: readonly ("get" | "post")[];
  path: string;
  summary: string;
  /** Parameters: of the query with GET, of a JSON or form body with POST. */
  fields?: z.ZodObject;
  /** What a good answer holds. */
  answer: z.ZodType;
  /** What a refusal holds. */
  refusal: z.ZodType;
  handle(c: ServerContext): Promise<Response> | Response;
}

/** Adds the route to the app and to its OpenAPI document. */
export function addRoute(app: ServedApp, route: DocumentedRoute): void {
  const { path, summary, fields, answer, refusal, handle } = route;
  for (const method of route.methods) {
    const body = fields && {
      content: { "application/json": { schema: fields }, "application/x-www-form-urlencoded": { schema: fields } },
      required: true,
    };
    app.openAPIRegistry.registerPath({
      method,
      path,
      summary,
      ...(fields && { request: method === "get" ? { query: fields } : { body: body! } }),
      responses: {
        200: { description: "Done", content: { "application/json": { schema: answer } } },
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
