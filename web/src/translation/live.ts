/** Asks while somebody types: after a pause, at the latest after a while; an older request gives way to a newer one, and failures are tried again. */
import { type Advice, adviceOn } from "../server/failures.ts";

/** What is going on. */
export type LiveState<Answer> =
  | { kind: "idle" }
  | { kind: "working" }
  | { kind: "done"; answer: Answer; milliseconds: number }
  | { kind: "failed"; advice: Advice };

export interface LiveOptions<Request, Answer> {
  ask(request: Request, signal: AbortSignal): Promise<Answer>;
  /** Told of each change; `request` is what it is about. */
  onState(state: LiveState<Answer>, request: Request | undefined): void;
  /** Milliseconds without a further request after which one is asked. Default 200. */
  pause?: number;
  /** Milliseconds that a request waits for such a pause, at most. Default 800. */
  patience?: number;
}

export class Live<Request, Answer> {
  private readonly options: Required<LiveOptions<Request, Answer>>;
  private next: Request | undefined;
  private waitingSince: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;

  constructor(options: LiveOptions<Request, Answer>) {
    this.options = { pause: 200, patience: 800, ...options };
  }

  /** Asks for this soon, or with `atOnce` now. */
  want(request: Request, atOnce = false): void {
    const { pause, patience } = this.options;
    clearTimeout(this.timer);
    this.next = request;
    const now = performance.now();
    this.waitingSince ??= now;
    const wait = atOnce ? 0 : Math.min(pause, this.waitingSince + patience - now);
    if (wait <= 0) this.start();
    else this.timer = setTimeout(() => this.start(), wait);
  }

  /** Wants nothing any more. */
  stop(): void {
    this.clear();
    this.options.onState({ kind: "idle" }, undefined);
  }

  /** Tries again what failed. */
  retry(): void {
    if (this.next !== undefined) this.start();
  }

  private clear(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
    this.next = undefined;
    this.waitingSince = undefined;
  }

  private start(): void {
    const request = this.next!;
    clearTimeout(this.timer);
    this.waitingSince = undefined;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.options.onState({ kind: "working" }, request);
    void this.run(request, running);
  }

  private async run(request: Request, running: AbortController): Promise<void> {
    const started = performance.now();
    try {
      const answer = await this.options.ask(request, running.signal);
      if (this.running !== running) return;
      this.running = undefined;
      this.options.onState({ kind: "done", answer, milliseconds: performance.now() - started }, request);
    } catch (error) {
      if (this.running !== running) return;
      this.running = undefined;
      const advice = adviceOn(error);
      this.options.onState({ kind: "failed", advice }, request);
      // Unless something newer waits already.
      if (advice.retryIn !== undefined && this.waitingSince === undefined) {
        this.timer = setTimeout(() => this.start(), advice.retryIn * 1000);
      }
    }
  }
}
