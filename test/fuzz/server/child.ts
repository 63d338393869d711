/** A server of a model of random weights in a process of its own, and what it tells of itself: `child.ts`, started by `run.ts` with --expose-gc. */
import { readdirSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { setLogSink } from "../../../src/base/logger.ts";
import { startToyServer, writePairModels } from "../../server/toy-models.ts";
import { fuzzedServer } from "./options.ts";

/** Megabytes that JavaScript has after garbage collection, and open files with sockets. */
export interface Holdings {
  heap: number;
  files: number;
  /** Requests that are not answered. */
  open: number;
  /** Messages of the server so far: of failures that are its own. */
  messages: string[];
}

const messages: string[] = [];
setLogSink((message) => messages.push(message));
const server = await startToyServer(await writePairModels(["en-de"]), fuzzedServer);
process.send!({ url: server.url });
process.on("message", async () => {
  for (let i = 0; i < 3; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await turn();
  }
  const metrics = await (await fetch(`${server.url}/metrics`, { headers: { Connection: "close" } })).text();
  const holdings: Holdings = {
    heap: process.memoryUsage().heapUsed / 1e6,
    files: readdirSync("/proc/self/fd").length,
    open: Number(/^nmt_requests_open (\d+)$/m.exec(metrics)?.[1]),
    messages,
  };
  process.send!(holdings);
});
process.on("disconnect", () => process.exit());
