/** What every request for work passes: API key, bounds on its texts, texts per minute. */

import type { RateLimit } from "../queue/rate-limit.ts";
import { RequestError } from "../request-error.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { ServerContext } from "./client.ts";

/** Bounds on a request; 0 is none. */
export interface TextLimits {
  /** UTF-16 units of each text. */
  characters: number;
  /** Texts of a request. */
  texts: number;
  /** Alternatives of each text. */
  alternatives: number;
  /** Texts per minute of each client. */
  textsPerMinute: number;
}

export class Gate {
  readonly limits: TextLimits;
  private readonly keys: ApiKeys | undefined;
  private readonly rate: RateLimit;

  /** Without keys everybody may ask. */
  constructor(limits: TextLimits, keys: ApiKeys | undefined, rate: RateLimit) {
    this.limits = limits;
    this.keys = keys;
    this.rate = rate;
  }

  /** Whether a key is needed. */
  get keyRequired(): boolean {
    return this.keys !== undefined;
  }

  /**
   * Lets the request's texts pass and notes them; the client is its key, or else its address. Throws RequestError: `noKeyStatus` without
   * a key where one is needed, 403 for a wrong one, 400 for too many or too long texts, 429 for too many in a minute.
   */
  pass(c: ServerContext, key: string | undefined, texts: readonly string[], noKeyStatus: 400 | 403): string {
    const record = c.get("record");
    const textsPerMinute = this.authenticate(record, key, noKeyStatus);
    this.checkTexts(texts);
    this.rate.take(record.client, texts.length, textsPerMinute);
    record.texts.push(...texts);
    return record.client;
  }

  /**
   * Lets a document pass, which is one text until it was read: the function that comes back charges the client with those that it has more, before
   * which nothing of its client passes again. Throws RequestError as `pass` does.
   */
  passDocument(
    c: ServerContext,
    key: string | undefined,
    noKeyStatus: 400 | 403,
  ): { client: string; charge(texts: number): void } {
    const record = c.get("record");
    const textsPerMinute = this.authenticate(record, key, noKeyStatus);
    const { client } = record;
    this.rate.take(client, 1, textsPerMinute);
    return { client, charge: (texts) => this.rate.charge(client, texts - 1, textsPerMinute) };
  }

  private authenticate(record: { client: string }, key: string | undefined, noKeyStatus: 400 | 403): number {
    if (this.keys === undefined) return this.limits.textsPerMinute;
    if (key === undefined || key === "") {
      throw new RequestError(noKeyStatus, "This server needs an API key.", {
        nextStep: "Ask whoever runs it for one.",
      });
    }
    const holder = this.keys.holder(key);
    if (holder === undefined) throw new RequestError(403, "Invalid API key.", { nextStep: "Check the key." });
    record.client = holder.client;
    return holder.textsPerMinute ?? this.limits.textsPerMinute;
  }

  private checkTexts(texts: readonly string[]): void {
    const { characters, texts: most } = this.limits;
    if (most > 0 && texts.length > most) {
      throw new RequestError(400, `Invalid request: ${texts.length} texts exceed the batch limit (${most}).`);
    }
    const long = characters > 0 ? texts.find(({ length }) => length > characters) : undefined;
    if (long !== undefined) {
      throw new RequestError(
        400,
        `Invalid request: a text of ${long.length} characters exceeds the limit (${characters}).`,
      );
    }
  }
}
