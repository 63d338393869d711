/** Documents in memory: how many are accepted, which are translated now, and how long they are kept. Nothing of them is written to a disk. */
import { RequestError } from "../request-error.ts";
import { DocumentJob, type DocumentUpload } from "./document-job.ts";

/** Bounds on documents. */
export interface DocumentLimits {
  /** Bytes of one; 0 where the server takes none. */
  bytes: number;
  /** UTF-16 units of one's texts; 0 is no bound. */
  characters: number;
  /** Bytes of all that are kept, translated or not. */
  kept: number;
  /** Milliseconds that one may take, and that its translation is kept then. */
  lifetime: number;
  /** Milliseconds that a server which stops waits for translations to be fetched. */
  patience: number;
}

/** Why the work on a document ends that nobody wants any more. */
export const WITHDRAWN = new Error("nobody wants the document any more");

/** Translates a job's document; rejects when the job's signal is aborted. */
export type TranslateJob = (job: DocumentJob) => Promise<Uint8Array>;

/** Documents translated at once, in all and of one client; the others wait. */
const MOST_AT_ONCE = 4;
const MOST_OF_CLIENT = 2;
/** Documents of one client that are not translated yet, at most. */
const MOST_WAITING_OF_CLIENT = 20;
/** Seconds after which trying again is worth it. */
const RETRY_AFTER = 30;

export class DocumentStore {
  readonly limits: DocumentLimits;
  private readonly translate: TranslateJob;
  private readonly jobs = new Map<string, DocumentJob>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private waiting: DocumentJob[] = [];
  private readonly running = new Set<DocumentJob>();
  private reserved = 0;
  private closed = false;
  private changeWaiters: (() => void)[] = [];

  constructor(limits: DocumentLimits, translate: TranslateJob) {
    this.limits = limits;
    this.translate = translate;
  }

  /** Documents that are not translated yet, and bytes kept. */
  get load(): { open: number; bytes: number } {
    const kept = [...this.jobs.values()].reduce((sum, { size }) => sum + size, 0);
    return { open: this.waiting.length + this.running.size, bytes: kept + this.reserved };
  }

  /**
   * Keeps room for an upload of so many bytes, while it comes in; the function that it gives makes it free again. Throws RequestError: 400 where
   * the server takes none, 413, 429, 503 after `close`.
   */
  reserve(bytes: number): () => void {
    if (this.limits.bytes === 0) throw new RequestError(400, "This server does not translate documents.");
    if (this.closed) {
      throw new RequestError(503, "The server is stopping.", { nextStep: "Try again in a while.", retryAfter: 5 });
    }
    this.checkSize(bytes);
    if (this.load.bytes + bytes > this.limits.kept)
      this.refuse("Slowdown: the server has as many documents as it can keep.");
    this.reserved += bytes;
    return () => {
      this.reserved -= bytes;
    };
  }

  /** Throws RequestError 413 for a document that is too large. */
  checkSize(bytes: number): void {
    if (bytes <= this.limits.bytes) return;
    throw new RequestError(413, `The document has ${bytes} bytes; this server takes ${this.limits.bytes}.`, {
      nextStep: "Split it.",
    });
  }

  /** Accepts a document; it is translated when its turn comes. Throws RequestError 429 where its client has too many. */
  add(upload: DocumentUpload): DocumentJob {
    const open = [...this.waiting, ...this.running].filter((job) => job.upload.client === upload.client);
    if (open.length >= MOST_WAITING_OF_CLIENT) this.refuse("Slowdown: too many documents of yours are waiting.");
    const job = new DocumentJob(upload);
    this.jobs.set(job.id, job);
    this.waiting.push(job);
    this.expireLater(job);
    this.startNext();
    return job;
  }

  /** Undefined where there is none, or no more. */
  find(id: string): DocumentJob | undefined {
    return this.jobs.get(id);
  }

  /** Ends its work and forgets it. */
  remove(job: DocumentJob, reason: unknown = WITHDRAWN): void {
    clearTimeout(this.timers.get(job.id));
    this.timers.delete(job.id);
    this.jobs.delete(job.id);
    this.waiting = this.waiting.filter((each) => each !== job);
    job.fail(reason);
    this.changed();
  }

  /** Its translation was sent, whole. */
  markFetched(job: DocumentJob): void {
    job.fetched = true;
    this.changed();
  }

  /** Refuses new documents from now on. Resolves once those that were accepted are translated. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.waiting.length + this.running.size > 0) await this.change();
  }

  /** Resolves once every translation was fetched, or nobody has for a while; then all are forgotten. */
  async allFetched(): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.changed();
    }, this.limits.patience);
    const isMissing = ({ state, fetched }: DocumentJob) => state.kind === "done" && !fetched;
    while (!isOver && [...this.jobs.values()].some(isMissing)) await this.change();
    clearTimeout(timer);
    for (const job of [...this.jobs.values()]) this.remove(job);
  }

  private startNext(): void {
    while (this.running.size < MOST_AT_ONCE) {
      const next = this.waiting.find(({ upload }) => this.runningOf(upload.client) < MOST_OF_CLIENT);
      if (next === undefined) return;
      this.waiting = this.waiting.filter((job) => job !== next);
      this.running.add(next);
      void this.run(next);
    }
  }

  private async run(job: DocumentJob): Promise<void> {
    job.begin();
    try {
      job.complete(await this.translate(job));
    } catch (error) {
      job.fail(error);
    }
    this.running.delete(job);
    if (this.jobs.has(job.id)) this.expireLater(job);
    this.startNext();
    this.changed();
  }

  private runningOf(client: string): number {
    return [...this.running].filter(({ upload }) => upload.client === client).length;
  }

  /** A job that is still under way then has failed, and is kept so; another one is forgotten. */
  private expireLater(job: DocumentJob): void {
    clearTimeout(this.timers.get(job.id));
    const expire = () => {
      if (!job.isOpen) return this.remove(job);
      const limit = this.limits.lifetime / 60_000;
      this.waiting = this.waiting.filter((each) => each !== job);
      job.fail(
        new RequestError(504, `The document took longer than ${limit} minutes.`, {
          nextStep: "Split it, or try again later.",
          retryAfter: RETRY_AFTER,
        }),
      );
      this.expireLater(job);
      this.changed();
    };
    this.timers.set(job.id, setTimeout(expire, this.limits.lifetime).unref());
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.changeWaiters.push(resolve));
  }

  private changed(): void {
    for (const wake of this.changeWaiters.splice(0)) wake();
  }

  private refuse(message: string): never {
    throw new RequestError(429, message, { nextStep: `Try again in ${RETRY_AFTER} s.`, retryAfter: RETRY_AFTER });
  }
}
