/** `npm run fuzz -- --only server`: malformed requests to a server in a process of its own, and what it holds on to afterwards. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { runServerCases, type ServerReport } from "./cases.ts";
import type { Holdings } from "./child.ts";

/** Cases before what the server holds is looked at first. */
const WARM_UP = 500;
/** What it may hold more at the end: megabytes of heap, files. */
const [MORE_HEAP, MORE_FILES] = [10, 4];
/** Times that connections which are being closed are waited for, 100 ms each. */
const CLOSING = 100;

/** Runs them after as many others to warm up. A server that ends is a problem, and so is one that keeps memory, connections or requests. */
export async function fuzzServer(options: {
  seed: number;
  first: number;
  cases: number;
  onCase: () => void;
}): Promise<ServerReport & { holdings: [Holdings, Holdings] }> {
  const child = fork(join(import.meta.dirname, "child.ts"), {
    execArgv: ["--import", "tsx", "--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`the server ended with ${signal ?? `code ${code}`}`);
  });
  const alive = <T>(work: Promise<T>) => Promise.race([work, ended]) as Promise<T>;
  try {
    const [{ url }] = (await alive(once(child, "message"))) as [{ url: string }];
    const run = (first: number, cases: number, onCase: () => void) =>
      alive(runServerCases({ ...options, url, first, cases, onCase, connections: 8, withStops: true }));
    await run(options.first + options.cases, WARM_UP, () => {});
    const before = await alive(settled(child));
    const report = await run(options.first, options.cases, options.onCase);
    const after = await alive(settled(child, before));
    return { ...report, problems: [...report.problems, ...kept(before, after)], holdings: [before, after] };
  } finally {
    ended.catch(() => {});
    child.disconnect();
  }
}

/** What it holds once the connections are closed. */
async function settled(child: ChildProcess, before?: Holdings): Promise<Holdings> {
  for (let times = 0; ; times++) {
    child.send("tell");
    const [holdings] = (await once(child, "message")) as [Holdings];
    const isDone = before === undefined ? times > 5 : kept(before, holdings).length === 0;
    if (isDone || times === CLOSING) return holdings;
    await pause(100);
  }
}

function kept(before: Holdings, after: Holdings): string[] {
  return [
    ...(after.heap > before.heap + MORE_HEAP ? [`${(after.heap - before.heap).toFixed(1)} MB of memory are kept`] : []),
    ...(after.files > before.files + MORE_FILES
      ? [`${after.files - before.files} connections or files stay open`]
      : []),
    ...(after.open > 0 ? [`${after.open} requests stay open`] : []),
    ...after.messages.map((message) => `the server says: ${message}`),
  ];
}
