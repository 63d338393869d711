/** One line of JSON for each request, without its texts unless asked; the same figures go to the metrics. */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { clientAddress, type ServerEnvironment } from "./client.ts";
import type { Metrics } from "./metrics.ts";

export interface AccessLogOptions {
  /** Takes each line; undefined = no log. */
  write: ((line: string) => void) | undefined;
  /** Also the texts. */
  withTexts: boolean;
  trustProxy: boolean;
}

export function accessLog(options: AccessLogOptions, metrics: Metrics): MiddlewareHandler<ServerEnvironment> {
  return async (c, next) => {
    const started = performance.now();
    c.set("record", { client: clientAddress(c, options.trustProxy), texts: [] });
    await next();
    const seconds = (performance.now() - started) / 1000;
    const { status } = c.res;
    const { client, texts } = c.get("record");
    const path = routeOf(routePath(c, -1));
    metrics.requests.add({ method: c.req.method, path, status });
    metrics.seconds.observe(seconds, { path });
    options.write?.(
      JSON.stringify({
        time: new Date().toISOString(),
        client,
        method: c.req.method,
        // A document's address is what it can be fetched by.
        path: path.includes(":") ? path : c.req.path,
        status,
        seconds: Number(seconds.toFixed(4)),
        texts: texts.length,
        characters: texts.reduce((sum, { length }) => sum + length, 0),
        agent: c.req.header("user-agent") ?? "",
        ...(options.withTexts && { text: texts }),
      }),
    );
  };
}

/** Paths that no route has are one, so that strangers cannot add figures without end. */
function routeOf(path: string): string {
  return path === "/*" || path === "*" ? "other" : path;
}
