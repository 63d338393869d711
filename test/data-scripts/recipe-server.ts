/** A local server that holds generated files as a mirror does: under HOST/PATH. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Mirror {
  url: string;
  /** Paths asked for, in order. */
  asked: string[];
  close(): void;
}

/** `files` by "host/path". The first answer to a path in `broken` ends half-way. */
export async function serveMirror(files: Record<string, Uint8Array>, broken: string[] = []): Promise<Mirror> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!.slice(1);
    asked.push(path);
    const body = files[path];
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(begin > 0 ? 206 : 200, {
      etag: '"1"',
      "content-length": body.length - begin,
      ...(begin > 0 ? { "content-range": `bytes ${begin}-${body.length - 1}/${body.length}` } : {}),
    });
    const cut = broken.indexOf(path);
    if (cut < 0) response.end(body.subarray(begin));
    else {
      broken.splice(cut, 1);
      response.write(body.subarray(begin, body.length >> 1), () => response.destroy());
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
