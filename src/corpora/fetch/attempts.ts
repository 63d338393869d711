/** Tries again what a network may do at the next try, after pauses that grow or that the server asks for. */
import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export interface Patience {
  /** Tries in all (default 4). */
  attempts?: number;
  /** Milliseconds before the second try, doubled for each further one (default 500). */
  backoff?: number;
}

/** A reason not to try again. */
export class Refused extends Error {}

/** A server that says when to come back, in milliseconds. */
class Busy extends Error {
  readonly wait: number;

  constructor(message: string, wait: number) {
    super(message);
    this.wait = wait;
  }
}

/** Longest pause that a server may ask for, in milliseconds. */
const LONGEST_WAIT = 300_000;

/** What `attempt` resolves to, the first time it does. Rejects with the last failure, or the first that is not worth another try; `failed` hears of all. */
export async function withAttempts<T>(
  { attempts = 4, backoff = 500 }: Patience,
  attempt: () => Promise<T>,
  failed: (error: Error) => void = () => {},
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (cause) {
      const error = cause as Error;
      failed(error);
      if (error instanceof Refused || number >= attempts) throw error;
      await pause(error instanceof Busy ? error.wait : backoff * 2 ** (number - 1));
    }
  }
}

/** The failure that a status is. A server that is busy may be asked again (RFC 9110, Retry-After), others not. */
export function failureOf({ statusCode = 0, headers }: Pick<IncomingMessage, "statusCode" | "headers">): Error {
  const message = `the server answers with status ${statusCode}`;
  if (statusCode !== 429 && statusCode < 500) return new Refused(message);
  const wait = retryAfter(headers["retry-after"]);
  if (wait === undefined) return new Error(message);
  if (wait <= LONGEST_WAIT) return new Busy(message, wait);
  return new Refused(`${message} and asks to come back in ${Math.ceil(wait / 1000)} s`);
}

/** Milliseconds, of a header that has seconds or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return 1000 * Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
