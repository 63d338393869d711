/** Load on a server: as many requests at a time as there are connections, or so many a second whatever the server does. */
import { setTimeout as pause } from "node:timers/promises";
import { KeepAliveClient, postBytes } from "./keep-alive-client.ts";

/** What is asked of the server: one text a request. */
export interface Load {
  url: string;
  texts: readonly string[];
  source: string;
  target: string;
  /** Requests at a time; with `rate`, the most there may be. */
  connections: number;
  /** Requests a second; undefined: each connection sends its next one when it has its answer. */
  rate?: number;
  /** Seconds after which no further request is sent; undefined: once each text was sent. */
  seconds?: number;
}

export interface LoadResult {
  /** From the first request to the last answer. */
  seconds: number;
  /** Requests by status; 0 = no answer. */
  statuses: Record<string, number>;
  /** Milliseconds of the requests that were translated, from when they were due. */
  latencies: number[];
  /** Milliseconds from the first request to each of these answers. */
  ends: number[];
  /** Of the texts, where they were translated. */
  translations: (string | null)[];
}

/** A closed loop or an open one, by `rate`. No further request is sent once `isStopped` says so. */
export async function sendLoad(load: Load, isStopped: () => boolean = () => false): Promise<LoadResult> {
  const { url, texts, source, target, connections, rate, seconds } = load;
  const { host } = new URL(url);
  const requests = texts.map((q) => postBytes(host, "/translate", { q, source, target }));
  const result: LoadResult = {
    seconds: 0,
    statuses: {},
    latencies: [],
    ends: [],
    translations: texts.map(() => null),
  };
  const started = performance.now();
  const isOver = (sent: number) =>
    isStopped() || (seconds === undefined ? sent >= texts.length : performance.now() - started >= 1000 * seconds);
  const clients: KeepAliveClient[] = [];
  const ask = async (client: KeepAliveClient, index: number, due: number) => {
    const text = index % texts.length;
    const answer = await client.send(requests[text]!).catch(() => ({ status: 0, body: "" }));
    result.statuses[answer.status] = (result.statuses[answer.status] ?? 0) + 1;
    if (answer.status !== 200) return;
    result.latencies.push(performance.now() - due);
    result.ends.push(performance.now() - started);
    result.translations[text] ??= (JSON.parse(answer.body) as { translatedText: string }).translatedText;
  };
  const newClient = () => {
    const client = new KeepAliveClient(url);
    clients.push(client);
    return client;
  };
  let sent = 0;
  if (rate === undefined) {
    const keepAsking = async (client: KeepAliveClient) => {
      while (!isOver(sent)) await ask(client, sent++, performance.now());
    };
    await Promise.all(Array.from({ length: connections }, () => keepAsking(newClient())));
  } else {
    const idle: KeepAliveClient[] = [];
    const open = new Set<Promise<void>>();
    while (!isOver(sent)) {
      const due = started + (1000 * sent) / rate;
      const early = due - performance.now();
      // A timer's millisecond is not exact; those that are due meanwhile are sent together.
      if (early > 0.5) await pause(early);
      const client = idle.pop() ?? (clients.length < connections ? newClient() : undefined);
      const index = sent++;
      if (client === undefined) {
        result.statuses["no connection"] = (result.statuses["no connection"] ?? 0) + 1;
        continue;
      }
      const asked: Promise<void> = ask(client, index, due).then(() => {
        idle.push(client);
        open.delete(asked);
      });
      open.add(asked);
    }
    await Promise.all(open);
  }
  result.seconds = (performance.now() - started) / 1000;
  for (const client of clients) client.close();
  return result;
}
