/** A document that the server has accepted: what becomes of it, until it is fetched or its time ends. */
import { randomBytes } from "node:crypto";
import type { DocumentFormat } from "../../documents/document-formats.ts";
import type { Glossary } from "../../glossary/glossary.ts";

export interface DocumentUpload {
  /** Who sent it. */
  client: string;
  /** The file's name, as it was sent, without folders. */
  name: string;
  format: DocumentFormat;
  bytes: Uint8Array;
  /** Undefined: detected. Languages are codes of the catalog. */
  source: string | undefined;
  target: string;
  /** Terms and their translations, of a pair that a model translates. */
  glossaries?: readonly Glossary[];
  /** Told what there is to translate, before it begins. */
  onRead?: (texts: number) => void;
}

/** How far a document is. */
export type JobState =
  | { kind: "queued" }
  /** `secondsLeft`: at the speed so far; undefined where nothing is done yet. */
  | { kind: "translating"; secondsLeft: number | undefined }
  | { kind: "done"; bytes: Uint8Array }
  | { kind: "failed"; error: unknown };

export class DocumentJob {
  /** Names it to whoever has sent it; cannot be guessed. */
  readonly id = randomBytes(16).toString("hex").toUpperCase();
  readonly key = randomBytes(32).toString("hex").toUpperCase();
  readonly upload: DocumentUpload;
  /** Settles when it is done; rejects when it has failed. */
  readonly finished: Promise<Uint8Array>;
  /** UTF-16 units of its texts, once it was read. */
  characters = 0;
  /** Whether somebody has fetched it. */
  fetched = false;
  private readonly stop = new AbortController();
  private settled: { bytes: Uint8Array } | { error: unknown } | undefined;
  private settle!: { resolve(bytes: Uint8Array): void; reject(error: unknown): void };
  private started: number | undefined;
  private readonly lines = { all: 0, done: 0 };

  constructor(upload: DocumentUpload) {
    this.upload = upload;
    this.finished = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Not everybody waits for it.
    this.finished.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  get isOpen(): boolean {
    return this.settled === undefined;
  }

  get state(): JobState {
    const { settled, started, lines } = this;
    if (settled !== undefined) {
      return "bytes" in settled ? { kind: "done", bytes: settled.bytes } : { kind: "failed", error: settled.error };
    }
    if (started === undefined) return { kind: "queued" };
    if (lines.done === 0) return { kind: "translating", secondsLeft: undefined };
    const seconds = (performance.now() - started) / 1000;
    return { kind: "translating", secondsLeft: Math.ceil((seconds / lines.done) * (lines.all - lines.done)) };
  }

  /** The name of the translation: `report.docx` becomes `report_de.docx`. */
  get translatedName(): string {
    const { name, target } = this.upload;
    const dot = name.lastIndexOf(".");
    return dot <= 0 ? `${name}_${target}` : `${name.slice(0, dot)}_${target}${name.slice(dot)}`;
  }

  /** Bytes that it keeps in memory. */
  get size(): number {
    const { settled } = this;
    if (settled === undefined) return this.upload.bytes.length;
    return "bytes" in settled ? settled.bytes.length : 0;
  }

  begin(): void {
    this.started = performance.now();
  }

  /** More lines to translate. */
  expect(lines: number): void {
    this.lines.all += lines;
  }

  progress(lines: number): void {
    this.lines.done += lines;
  }

  complete(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    this.settled = { bytes };
    this.settle.resolve(bytes);
  }

  /** Ends its work, if it is still under way. */
  fail(error: unknown): void {
    if (!this.isOpen) return;
    this.settled = { error };
    this.settle.reject(error);
    this.stop.abort(error);
  }
}
