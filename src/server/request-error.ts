/** A request that the server does not serve: each interface answers it in its own form. */
import { type ErrorDetails, NmtError } from "../base/errors.ts";

/** HTTP statuses of refused requests. */
export type RefusalStatus = 400 | 403 | 404 | 405 | 413 | 429 | 456 | 500 | 503 | 504;

/** What a request was refused for. `status` is that of HTTP; the interfaces map it where theirs differs. */
export class RequestError extends NmtError {
  readonly status: RefusalStatus;
  /** Seconds after which trying again is worth it; undefined where it is not. */
  readonly retryAfter: number | undefined;

  constructor(status: RefusalStatus, message: string, details: ErrorDetails & { retryAfter?: number } = {}) {
    super(message, details);
    this.status = status;
    this.retryAfter = details.retryAfter;
  }

  /** Message and next step in one text, for error bodies. */
  get text(): string {
    return this.nextStep === undefined ? this.message : `${this.message} ${this.nextStep}`;
  }
}
