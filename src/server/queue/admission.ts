/** How much text the server takes on at once: in all and of each client. What is over is refused, so that what was accepted stays fast. */
import { RequestError } from "../request-error.ts";

/** Bounds on accepted text that is not answered yet, in UTF-16 units. */
export interface AdmissionLimits {
  /** Of all clients together. */
  waiting: number;
  /** Of one client; its first request is accepted even above it. */
  waitingPerClient: number;
}

/** Over so many milliseconds the speed is measured that Retry-After is computed from. */
const SPEED_WINDOW = 5000;
/** Bounds of Retry-After in seconds. */
const LEAST_WAIT = 1;
const MOST_WAIT = 60;

/** Accepts requests and knows when all that were accepted are answered. */
export class Admission {
  private readonly limits: AdmissionLimits;
  private readonly now: () => number;
  private readonly clients = new Map<string, number>();
  private readonly idleWaiters: (() => void)[] = [];
  /** Parts that wait for room, in the order of asking. */
  private roomWaiters: { characters: number; enter(): void }[] = [];
  private held = 0;
  private requests = 0;
  private closed = false;
  private windowStart: number;
  private windowDone = 0;
  private speed = 0;

  /** `now`: milliseconds of a clock. */
  constructor(limits: AdmissionLimits, now: () => number = () => performance.now()) {
    this.limits = limits;
    this.now = now;
    this.windowStart = now();
  }

  /** Accepted and not answered: requests, and UTF-16 units of their texts. */
  get load(): { requests: number; characters: number } {
    return { requests: this.requests, characters: this.held };
  }

  /** Whether new requests are refused. */
  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * Accepts a request of so many UTF-16 units; the function that it returns is to be called once when the request has ended.
   * Throws RequestError: 503 after `close`, 413 for what can never be accepted, 429 for what may be later.
   */
  admit(client: string, characters: number): () => void {
    if (this.closed) {
      throw new RequestError(503, "The server is stopping.", { nextStep: "Try again in a while.", retryAfter: 5 });
    }
    const { waiting, waitingPerClient } = this.limits;
    if (characters > waiting) {
      throw new RequestError(413, `The request has ${characters} characters; this server takes ${waiting} at once.`, {
        nextStep: "Send the text in several requests.",
      });
    }
    const own = this.clients.get(client) ?? 0;
    if (own > 0 && own + characters > waitingPerClient) this.refuse("Slowdown: too much text of yours is waiting.");
    // What a part of a document waits for is kept free for it, so that it comes to its turn beside texts without end.
    const promised = this.roomWaiters[0]?.characters ?? 0;
    if (this.held + promised + characters > waiting) {
      this.refuse("Slowdown: the server has more text than it can translate now.");
    }
    this.take(client, characters);
    this.requests++;
    return () => this.release(client, characters);
  }

  /**
   * Takes up room for a part of what was accepted on its own terms, such as a document: resolves once there is some, in the order of asking, after
   * `close` too. The function that it gives is to be called once when the part is done. A part larger than all room gets in where nothing else is.
   * Rejects with the signal's reason.
   */
  async hold(client: string, characters: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const waiter = {
        characters,
        enter: () => {
          signal.removeEventListener("abort", onAbort);
          this.take(client, characters);
          resolve();
        },
      };
      const onAbort = () => {
        this.roomWaiters = this.roomWaiters.filter((each) => each !== waiter);
        reject(signal.reason);
        this.letIn();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.roomWaiters.push(waiter);
      this.letIn();
    });
    return () => this.free(client, characters);
  }

  /** Refuses new requests from now on. */
  close(): void {
    this.closed = true;
  }

  /** Resolves once every accepted request has ended. */
  idle(): Promise<void> {
    if (this.requests === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private take(client: string, characters: number): void {
    this.clients.set(client, (this.clients.get(client) ?? 0) + characters);
    this.held += characters;
  }

  private letIn(): void {
    for (;;) {
      const [first] = this.roomWaiters;
      if (first === undefined || (this.held > 0 && this.held + first.characters > this.limits.waiting)) return;
      this.roomWaiters.shift();
      first.enter();
    }
  }

  private release(client: string, characters: number): void {
    this.free(client, characters);
    this.requests--;
    if (this.requests === 0) for (const wake of this.idleWaiters.splice(0)) wake();
  }

  private free(client: string, characters: number): void {
    const own = this.clients.get(client)! - characters;
    if (own > 0) this.clients.set(client, own);
    else this.clients.delete(client);
    this.held -= characters;
    this.measure(characters);
    this.letIn();
  }

  private measure(characters: number): void {
    this.windowDone += characters;
    const elapsed = this.now() - this.windowStart;
    if (elapsed < SPEED_WINDOW) return;
    this.speed = (this.windowDone / elapsed) * 1000;
    this.windowStart = this.now();
    this.windowDone = 0;
  }

  /** Retry-After is the time in which the text that waits is translated at the measured speed. */
  private refuse(message: string): never {
    const seconds = this.speed > 0 ? Math.ceil(this.held / this.speed) : LEAST_WAIT;
    const retryAfter = Math.min(Math.max(seconds, LEAST_WAIT), MOST_WAIT);
    throw new RequestError(429, message, { nextStep: `Try again in ${retryAfter} s.`, retryAfter });
  }
}
