/**
 * Numbered malformed requests to a running server: each must be refused with a status from 400 to 499, or where HTTP itself is broken with the connection's
 * end, and the next request must be right. Case i is the same in every run with the same seed.
 */
import { crc32 } from "node:zlib";
import { Random } from "../../../src/base/random.ts";
import { BODIES } from "./malformed-bodies.ts";
import { HEADS } from "./malformed-heads.ts";
import { choice, framed, JSON_TYPE, type MalformedRequest, slowly } from "./malformed-request.ts";
import { RawConnection } from "./raw-connection.ts";

export interface ServerCases {
  url: string;
  seed: number;
  /** Number of the first case. */
  first: number;
  cases: number;
  /** Connections side by side. */
  connections: number;
  /** Whether senders that stop are among them, which the server waits for as long as a request may take. */
  withStops: boolean;
  onCase?: () => void;
}

export interface ServerReport {
  /** Cases by kind and outcome: a status, or `closed`. */
  outcomes: Record<string, Record<string, number>>;
  problems: string[];
}

const STOP = "a sender that stops";
/** One in so many cases is a sender that stops. */
const STOPS = 100;
const KINDS = { ...BODIES, ...HEADS };
const NAMES = Object.keys(KINDS).filter((name) => name !== STOP);
const RIGHT = framed("nothing", {
  path: "/translate",
  headers: [JSON_TYPE],
  body: JSON.stringify({ q: "abc def", source: "en", target: "de" }),
});

/** The case of that number. */
export function malformedRequest(
  seed: number,
  index: number,
  withStops: boolean,
): { kind: string; request: MalformedRequest } {
  const random = new Random(seed, crc32("server") * 2 ** 20 + index);
  const kind = withStops && random.integer(STOPS) === 0 ? STOP : choice(random, NAMES);
  const request = KINDS[kind]!(random);
  return { kind, request: random.integer(8) === 0 && kind !== STOP ? slowly(request, random) : request };
}

/** Sends them all. */
export async function runServerCases(options: ServerCases): Promise<ServerReport> {
  const { url, seed, first, cases, connections, withStops, onCase } = options;
  const { hostname, port } = new URL(url);
  const open = () => new RawConnection(Number(port), hostname);
  const report: ServerReport = { outcomes: {}, problems: [] };
  const expected = await translation(open());
  let next = first;
  const lane = async () => {
    while (next < first + cases) {
      const index = next++;
      const { kind, request } = malformedRequest(seed, index, withStops);
      const outcome = await refusal(open, request, expected).catch((error: Error) => error.message);
      const known = report.outcomes[kind] ?? {};
      report.outcomes[kind] = known;
      known[outcome] = (known[outcome] ?? 0) + 1;
      const isRefused = /^4\d\d$/.test(outcome) || (outcome === "closed" && !request.isFramed);
      if (!isRefused) report.problems.push(`case ${index} (${request.damage}): ${outcome}`);
      onCase?.();
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return report;
}

/** The status, or `closed`. Rejects where the next request, on the same connection where that goes on, is not answered as ever. */
async function refusal(open: () => RawConnection, request: MalformedRequest, expected: string): Promise<string> {
  const connection = open();
  try {
    const answer = await connection.send(request);
    const goesOn = request.isFramed && answer !== undefined && !answer.closes && answer.status !== 413;
    const right = await translation(goesOn ? connection : open());
    if (right !== expected) throw new Error(`${answer?.status ?? "closed"}, and the next request gave ${right}`);
    return String(answer?.status ?? "closed");
  } finally {
    connection.close();
  }
}

async function translation(connection: RawConnection): Promise<string> {
  const answer = await connection.send(RIGHT);
  connection.close();
  return answer === undefined ? "nothing" : `${answer.status} ${answer.body}`;
}
