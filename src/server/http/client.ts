/** Who asks, whether they still wait, and what of a request goes into the access log. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";

/** What handlers tell of a request, for log and metrics. */
export interface RequestRecord {
  client: string;
  texts: string[];
}

/** What node-server gives, absent in tests without a connection, and what middleware adds. */
export interface ServerEnvironment {
  Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse };
  /** `bodyLimit`: bytes of a request's body. */
  Variables: { record: RequestRecord; bodyLimit: number };
}

export type ServerContext = Context<ServerEnvironment>;

/** The address of the connection, or behind a proxy the last one that it has added. */
export function clientAddress(c: ServerContext, trustProxy: boolean): string {
  const forwarded = trustProxy ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return forwarded || c.env?.incoming?.socket.remoteAddress || "unknown";
}

/** Aborted when the connection closes before the answer was sent. */
export function goneSignal(c: ServerContext): AbortSignal {
  const outgoing = c.env?.outgoing;
  if (outgoing === undefined) return c.req.raw.signal;
  const gone = new AbortController();
  const onClose = () => {
    if (!outgoing.writableFinished) gone.abort(new Error("the client closed the connection"));
  };
  if (outgoing.destroyed) onClose();
  else outgoing.once("close", onClose);
  return gone.signal;
}
