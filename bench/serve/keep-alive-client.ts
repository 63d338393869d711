/** HTTP/1.1 over connections that stay open, with as little computing as can be: it shares the machine with the server that it measures. */
import { connect, type Socket } from "node:net";

export interface HttpAnswer {
  status: number;
  body: string;
}

/** A request as bytes. */
export function postBytes(host: string, path: string, body: object): Buffer {
  const json = Buffer.from(JSON.stringify(body));
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), json]);
}

/** The same of a request without a body. */
export function getBytes(host: string, path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
}

/** One connection; it is opened when it is first used, and again where the server has closed it. */
export class KeepAliveClient {
  private readonly port: number;
  private readonly host: string;
  private socket: Socket | undefined;
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | undefined;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.host = hostname;
    this.port = Number(port);
  }

  /**
   * Sends one request and reads its answer; one at a time. A connection that the server has closed since it was last used is opened again.
   * Rejects where the connection breaks.
   */
  async send(request: Buffer): Promise<HttpAnswer> {
    if (this.socket === undefined) return this.sendOnce(request);
    return this.sendOnce(request).catch(() => this.sendOnce(request));
  }

  private sendOnce(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket ??= this.open();
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private open(): Socket {
    const socket = connect(this.port, this.host);
    socket.setNoDelay(true);
    this.received = Buffer.alloc(0);
    socket.on("data", (data) => {
      this.received = this.received.length === 0 ? data : Buffer.concat([this.received, data]);
      this.read();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.socket === socket) this.socket = undefined;
      this.settle()?.reject(new Error("the connection was closed before the answer"));
    });
    return socket;
  }

  private read(): void {
    const head = this.received.indexOf("\r\n\r\n");
    if (head < 0) return;
    const text = this.received.toString("latin1", 0, head);
    const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1]);
    if (Number.isNaN(length)) throw new Error(`an answer without content-length: ${text}`);
    const end = head + 4 + length;
    if (this.received.length < end) return;
    const body = this.received.toString("utf8", head + 4, end);
    this.received = this.received.subarray(end);
    this.settle()?.resolve({ status: Number(text.slice(9, 12)), body });
  }

  private settle() {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }
}
