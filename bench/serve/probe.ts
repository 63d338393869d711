/** Asks one path again and again beside a load, and tells how long the answers took. */
import { setTimeout as pause } from "node:timers/promises";
import { getBytes, KeepAliveClient } from "./keep-alive-client.ts";

/** Milliseconds between two requests. More of them are a load of their own: a hundred a second took a fifth of what the server computed. */
const INTERVAL = 50;

export class Probe {
  readonly latencies: number[] = [];
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(url: string, path: string) {
    this.ended = this.run(new KeepAliveClient(url), getBytes(new URL(url).host, path));
  }

  /** The latencies, in milliseconds. Throws where an answer was not 200. */
  async stop(): Promise<number[]> {
    this.stopping.abort();
    await this.ended;
    return this.latencies;
  }

  private async run(client: KeepAliveClient, request: Buffer): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const sent = performance.now();
      const { status } = await client.send(request);
      if (status !== 200) throw new Error(`the probe was answered with ${status}`);
      this.latencies.push(performance.now() - sent);
      await pause(INTERVAL, undefined, { signal }).catch(() => {});
    }
    client.close();
  }
}
