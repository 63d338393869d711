/** A connection that anything can be sent over, and the statuses and bodies that come back, as HTTP/1.1 frames them. */
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { MalformedRequest } from "./malformed-request.ts";

export interface RawAnswer {
  status: number;
  body: string;
  /** Whether the server closes the connection after it. */
  closes: boolean;
}

/** Milliseconds that an answer or the connection's end may take; a server that does neither has hung. */
const PATIENCE = 600_000;

export class RawConnection {
  private readonly socket: Socket;
  private received = Buffer.alloc(0);
  private isOver = false;
  private wake = () => {};

  constructor(port: number, host: string) {
    this.socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
    this.socket.on("data", (data) => {
      this.received = Buffer.concat([this.received, data]);
      this.wake();
    });
    const over = () => {
      this.isOver = true;
      this.wake();
    };
    this.socket.on("error", over);
    this.socket.on("end", over);
    this.socket.on("close", over);
  }

  /** The answer, or undefined where the server has closed the connection without one, or the sender has gone. Rejects where neither comes. */
  async send({ pieces, pause: between, end }: MalformedRequest): Promise<RawAnswer | undefined> {
    for (const [i, piece] of pieces.entries()) {
      if (i > 0 && between > 0) await pause(between);
      if (this.isOver) break;
      this.socket.write(piece);
    }
    if (end === "done") this.socket.end();
    if (end === "gone") {
      this.close();
      return undefined;
    }
    return this.answer();
  }

  close(): void {
    this.socket.destroy();
  }

  private async answer(): Promise<RawAnswer | undefined> {
    const began = performance.now();
    for (;;) {
      const answer = this.read();
      if (answer !== undefined) return answer;
      if (this.isOver) return undefined;
      const left = PATIENCE - (performance.now() - began);
      if (left <= 0) throw new Error(`neither an answer nor the connection's end in ${PATIENCE / 1000} s`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  /** Answers of Node's parser have no length: they end with the connection. */
  private read(): RawAnswer | undefined {
    const head = this.received.indexOf("\r\n\r\n");
    if (head < 0) return undefined;
    const text = this.received.toString("latin1", 0, head);
    const status = Number(text.slice(9, 12));
    const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? Number.NaN);
    const closes = /^connection: *close/im.test(text) || Number.isNaN(length);
    const end = Number.isNaN(length) ? this.received.length : head + 4 + length;
    if (this.received.length < end) return undefined;
    const body = this.received.toString("utf8", head + 4, end);
    this.received = this.received.subarray(end);
    return { status, body, closes };
  }
}
