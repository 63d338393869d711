/** A server before the tests' server: it answers some paths itself, as a server that has what ours does not would, and passes the rest on. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (body: Buffer, response: ServerResponse) => void;

export interface Front {
  url: string;
  close(): void;
}

/** `handlers`: by path. With a `folder`, all paths begin with it, as behind a proxy that has other pages too. */
export async function startFront(
  behind: string,
  handlers: Readonly<Record<string, Handler>>,
  folder = "",
): Promise<Front> {
  const server = createServer(async (incoming, response) => {
    if (!incoming.url!.startsWith(`${folder}/`)) {
      response.writeHead(404).end();
      return;
    }
    incoming.url = incoming.url!.slice(folder.length);
    const handler = handlers[incoming.url];
    if (handler === undefined) passOn(behind, incoming, response);
    else handler(await readAll(incoming), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${folder}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function passOn(behind: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = incoming;
  const passed = request(`${behind}${url}`, { method: method!, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  incoming.pipe(passed);
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
