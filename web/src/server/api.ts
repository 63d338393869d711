/** What the page asks of its server. */
import type {
  ChosenTranslation,
  DetailedTranslation,
  OtherWords,
  PairOffer,
} from "../../../src/server/interactive/answers.ts";
import type { Term } from "../translation/wording.ts";
import { ServerFailure } from "./failures.ts";

/** A source language and what it is translated into. */
export interface Language {
  code: string;
  targets: string[];
}

/** What the server offers and bounds. */
export interface Settings {
  keyRequired: boolean;
  /** Characters of a text; -1 for no bound. */
  charLimit: number;
  filesTranslation: boolean;
  /** Such as `.docx`. */
  supportedFilesFormat: string[];
}

/** How words of a text are to be translated; what is not there is not asked for. */
export interface WordingFields {
  /** Terms with translations. */
  terms?: Term[];
  /** Ids of glossaries of the server. */
  glossaries?: string[];
  /** Terms that stay as they are. */
  keep?: string[];
  /** Name of an adapter. */
  adapter?: string;
}

export interface TranslationRequest extends WordingFields {
  text: string;
  /** A code, or `auto`. */
  source: string;
  target: string;
  alternatives: number;
  chosen: ChosenTranslation[];
}

export interface WordsRequest {
  /** A segment of the text. */
  text: string;
  source: string;
  target: string;
  /** What stands before the place. */
  before: string;
  count: number;
  adapter?: string | undefined;
}

/** Takes requests and answers as `fetch` does. */
type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** Addresses are relative to the page's: behind a proxy it may have another folder than /. */
export class Api {
  /** The key that the server asks for; empty for none. */
  key = "";
  private readonly fetch: Fetch;

  constructor(fetch: Fetch) {
    this.fetch = fetch;
  }

  async languages(): Promise<Language[]> {
    const answer = await this.ask("languages");
    return (answer as Language[]).map(({ code, targets }) => ({ code, targets: targets.filter((to) => to !== code) }));
  }

  async settings(): Promise<Settings> {
    const given = (await this.ask("frontend/settings")) as Partial<Settings>;
    return {
      keyRequired: given.keyRequired === true,
      charLimit: given.charLimit ?? -1,
      filesTranslation: given.filesTranslation === true,
      supportedFilesFormat: given.supportedFilesFormat ?? [],
    };
  }

  translate(request: TranslationRequest, signal: AbortSignal): Promise<DetailedTranslation> {
    return this.post("nmt/translate", request, signal) as Promise<DetailedTranslation>;
  }

  words(request: WordsRequest, signal: AbortSignal): Promise<OtherWords> {
    return this.post("nmt/words", request, signal) as Promise<OtherWords>;
  }

  /** What texts of a pair of languages may be translated with. */
  pair(pair: { source: string; target: string }, signal: AbortSignal): Promise<PairOffer> {
    return this.post("nmt/pair", pair, signal) as Promise<PairOffer>;
  }

  private post(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    return this.ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, ...(this.key !== "" && { api_key: this.key }) }),
      signal,
    });
  }

  private async ask(path: string, init?: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await this.fetch(path, init);
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      throw new ServerFailure(0, "");
    }
    const text = await response.text().catch(() => "");
    const body = parsed(text);
    if (response.ok && body !== undefined) return body;
    const { error } = (body ?? {}) as { error?: unknown };
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    throw new ServerFailure(response.status, typeof error === "string" ? error : "", retryAfter);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
