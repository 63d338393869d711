/** A request's work from its admission to its end: it is stopped where the client has gone, and where it takes too long. */
import { RequestError } from "../request-error.ts";
import type { Admission } from "./admission.ts";

/** What is asked for. */
export interface Work {
  client: string;
  /** UTF-16 units of its texts. */
  characters: number;
  /** Aborted when the client has gone away. */
  signal: AbortSignal;
}

export interface WorkBounds {
  admission: Admission;
  /** Milliseconds that it may take. */
  timeLimit: number;
}

/**
 * Does the work once it is admitted. Its own signal is aborted with the reason of the client's, with RequestError 504 after the time limit, and with its
 * own error, so that nothing of it goes on. Rejects as `work` does, and as `admit` throws.
 */
export async function acceptedWork<T>(
  { admission, timeLimit }: WorkBounds,
  { client, characters, signal }: Work,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const release = admission.admit(client, characters);
  const stop = new AbortController();
  const onGone = () => stop.abort(signal.reason);
  if (signal.aborted) onGone();
  signal.addEventListener("abort", onGone);
  const timer = setTimeout(() => stop.abort(tooSlow(timeLimit)), timeLimit);
  try {
    return await work(stop.signal);
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onGone);
    release();
  }
}

function tooSlow(limit: number): RequestError {
  return new RequestError(504, `The translation took longer than ${limit / 1000} s.`, {
    nextStep: "Send less text at once, or try again later.",
    retryAfter: 1,
  });
}
