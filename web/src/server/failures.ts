/** What went wrong, in plain words, and what the page can do about it. */

/** What a person is told. */
export interface Advice {
  text: string;
  /** Whether a key has to be given. */
  asksForKey: boolean;
  /** Seconds after which the page tries again by itself; undefined where that would not help. */
  retryIn?: number;
}

/** Seconds between attempts to reach a server that is gone. */
const UNREACHABLE_RETRY = 3;

/** A request that the server refused or did not get. */
export class ServerFailure extends Error {
  /** Of HTTP; 0 where the server was not reached. */
  readonly status: number;
  private readonly retryAfter: number;

  /** `detail`: what the server says; `retryAfter`: in seconds, NaN where it does not say. */
  constructor(status: number, detail: string, retryAfter = Number.NaN) {
    super(detail);
    this.name = "ServerFailure";
    this.status = status;
    this.retryAfter = retryAfter;
  }

  get advice(): Advice {
    const { status, message } = this;
    const wait = Number.isFinite(this.retryAfter) ? Math.min(Math.max(Math.round(this.retryAfter), 1), 600) : undefined;
    const asksForKey = (status === 400 || status === 403) && /API key/i.test(message);
    if (asksForKey) {
      const text = status === 400 ? "This server needs an API key." : "The server does not accept this API key.";
      return { text, asksForKey };
    }
    switch (status) {
      case 0:
        return { text: "The server cannot be reached.", asksForKey, retryIn: UNREACHABLE_RETRY };
      case 413:
        return { text: "This text is too long for the server. Shorten it, or translate it as a document.", asksForKey };
      case 429:
        return { text: "The server has a lot to do just now.", asksForKey, retryIn: wait ?? UNREACHABLE_RETRY };
      case 501:
        return { text: "This server cannot tell languages apart. Choose the language of the text.", asksForKey };
      case 503:
        return { text: "The server is not ready.", asksForKey, retryIn: wait ?? UNREACHABLE_RETRY };
      case 504:
        return { text: "That took too long. Try a shorter text.", asksForKey };
      default:
        if (status >= 500) return { text: "Something went wrong in the server. Try again.", asksForKey };
        return { text: message === "" ? "The server did not understand the request." : message, asksForKey };
    }
  }
}

/** Advice on any error. */
export function adviceOn(error: unknown): Advice {
  if (error instanceof ServerFailure) return error.advice;
  return { text: "Something went wrong in this page. Load it again.", asksForKey: false };
}
