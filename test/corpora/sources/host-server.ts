/** A local mirror, HOST/PATH, whose answers are made by a function; files come in ranges, and break once where they are told to. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type HostAnswer = string | Uint8Array | { status: number; headers?: Record<string, string>; body?: string };

export interface HostServer {
  url: string;
  /** HOST/PATH?QUERY of every request, in order. */
  asked: string[];
  requests: IncomingMessage[];
  /** Addresses whose next answer ends half-way, without a word. */
  broken: string[];
  close(): void;
}

/** What is undefined is not there. */
export async function serveHosts(
  answerOf: (address: URL, request: IncomingMessage) => HostAnswer | undefined,
): Promise<HostServer> {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  const broken: string[] = [];
  const server = createServer((request, response) => {
    const address = request.url!.slice(1);
    asked.push(address);
    requests.push(request);
    const answer = answerOf(new URL(`https://${address}`), request) ?? { status: 404 };
    if (typeof answer === "object" && "status" in answer) {
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const content = Buffer.from(answer as string);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const begin = Number(range?.[1] ?? 0);
    const end = range === null || range[2] === "" ? content.length : Math.min(Number(range[2]) + 1, content.length);
    const body = content.subarray(begin, end);
    response.writeHead(range === null ? 200 : 206, {
      etag: '"1"',
      "content-length": body.length,
      ...(range === null ? {} : { "content-range": `bytes ${begin}-${end - 1}/${content.length}` }),
    });
    const cut = broken.indexOf(address);
    if (cut < 0) response.end(body);
    else {
      broken.splice(cut, 1);
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    requests,
    broken,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
