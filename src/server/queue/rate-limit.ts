/** Texts per minute that a client may ask for: a token bucket for each. */
import { RequestError } from "../request-error.ts";

interface Bucket {
  /** Texts that may be asked for now. */
  tokens: number;
  /** Milliseconds at which that was so. */
  at: number;
}

/** Full buckets are forgotten when there are more than this. */
const MOST_BUCKETS = 10_000;

export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();
  private readonly now: () => number;

  /** `now`: milliseconds of a clock. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /**
   * Takes `texts` from the client's bucket, which holds `perMinute` and fills at that rate; 0 is no limit. Throws RequestError 429. A
   * request of more than a minute's texts passes when the bucket is full, and leaves a debt.
   */
  take(client: string, texts: number, perMinute: number): void {
    if (perMinute === 0) return;
    const { tokens, now } = this.tokensOf(client, perMinute);
    const missing = Math.min(texts, perMinute) - tokens;
    // Sums of parts of a minute are not exact.
    if (missing > 1e-6) {
      const retryAfter = Math.max(1, Math.ceil((missing / perMinute) * 60));
      throw new RequestError(429, `Slowdown: ${perMinute} texts per minute are allowed.`, {
        nextStep: `Try again in ${retryAfter} s.`,
        retryAfter,
      });
    }
    if (!this.buckets.has(client) && this.buckets.size >= MOST_BUCKETS) this.forget(perMinute, now);
    this.buckets.set(client, { tokens: tokens - texts, at: now });
  }

  /** Takes them without asking: what the bucket lacks is a debt. */
  charge(client: string, texts: number, perMinute: number): void {
    if (perMinute === 0) return;
    const { tokens, now } = this.tokensOf(client, perMinute);
    this.buckets.set(client, { tokens: tokens - texts, at: now });
  }

  private tokensOf(client: string, perMinute: number): { tokens: number; now: number } {
    const now = this.now();
    const { tokens, at } = this.buckets.get(client) ?? { tokens: perMinute, at: now };
    return { tokens: Math.min(perMinute, tokens + ((now - at) / 60_000) * perMinute), now };
  }

  private forget(perMinute: number, now: number): void {
    for (const [client, { tokens, at }] of this.buckets) {
      if (tokens + ((now - at) / 60_000) * perMinute >= perMinute) this.buckets.delete(client);
    }
  }
}
