/** A local server of one file that misbehaves as it is told: answers that break, stall, lie about lengths, or tell to come back later. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What one request gets instead of the bytes it asked for. */
export type Fault =
  | "break"
  | "stall"
  | "silence"
  | "longer"
  | "shorter"
  | "no ranges"
  | "other range"
  | { status: number; headers?: Record<string, string> }
  | { redirect: string };

export interface RangeServer {
  url: string;
  requests: IncomingMessage[];
  /** What each request gets, by its number from 1 and its `range` header; undefined: what it asks for. */
  faults: (number: number, range: string | undefined) => Fault | undefined;
  /** The file, and the version that it is of. */
  content: Buffer;
  etag: string | undefined;
  /** Requests from `from` on are answered once `count` of them wait. */
  gather: { from: number; count: number } | undefined;
  close(): void;
}

export async function serveRanges(content: Buffer): Promise<RangeServer> {
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    state.requests.push(request);
    const { gather } = state;
    if (gather === undefined || state.requests.length < gather.from) return answer(state, request, response);
    waiting.push(() => answer(state, request, response));
    if (waiting.length < gather.count) return;
    state.gather = undefined;
    for (const each of waiting.splice(0)) each();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const state: RangeServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    faults: () => undefined,
    content,
    etag: '"1"',
    gather: undefined,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return state;
}

function answer(state: RangeServer, request: IncomingMessage, response: ServerResponse): void {
  const { content, etag } = state;
  const fault = state.faults(state.requests.length, request.headers.range);
  if (typeof fault === "object") {
    if ("redirect" in fault) response.writeHead(302, { location: fault.redirect }).end();
    else response.writeHead(fault.status, fault.headers).end();
    return;
  }
  if (fault === "silence") return;
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const isSame = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const isRange = asked !== null && isSame && fault !== "no ranges";
  const begin = isRange ? Number(asked[1]) : 0;
  const last = isRange && asked[2] !== "" ? Math.min(Number(asked[2]), content.length - 1) : content.length - 1;
  const body = content.subarray(begin, last + 1);
  const said = fault === "other range" ? begin + 1 : begin;
  const length = body.length + (fault === "longer" ? 10 : fault === "shorter" ? -Math.min(10, body.length) : 0);
  response.writeHead(isRange ? 206 : 200, {
    ...(etag === undefined ? {} : { etag }),
    ...(fault === "longer" ? {} : { "content-length": length }),
    ...(isRange ? { "content-range": `bytes ${said}-${last}/${content.length}` } : {}),
  });
  if (fault === "break" || fault === "stall") {
    response.write(body.subarray(0, body.length >> 1), () => fault === "break" && response.destroy());
  } else if (fault === "longer") response.end(Buffer.concat([body, Buffer.alloc(10)]));
  else response.end(fault === "shorter" ? body.subarray(0, length) : body);
}
