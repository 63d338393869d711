/** Downloads a file in blocks over several connections. A journal beside the part says which blocks it has, so that a killed download goes on. */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { failureOf, type Patience, Refused, withAttempts } from "./attempts.ts";
import { type GetOptions, httpGet } from "./http-get.ts";

export interface BlockOptions extends Patience {
  /** The unfinished file; its journal has `.blocks` after its name. */
  part: string;
  /** Connections at a time. */
  connections: number;
  /** Bytes of a block. */
  block: number;
  /** Bytes of the file, where known. */
  size: number | undefined;
  /** Whether the whole is compared with a checksum: otherwise blocks must be told to be of one version. */
  isChecked: boolean;
  get: GetOptions;
  progress?: ((received: number, total: number) => void) | undefined;
}

const journalSchema = z.strictObject({
  total: z.number().int().nonnegative(),
  block: z.number().int().positive(),
  /** ETag or date of the version that the blocks are of; empty where the server gives none. */
  version: z.string(),
  /** Numbers of the blocks that are on disk. */
  done: z.array(z.number().int().nonnegative()),
});
type Journal = z.infer<typeof journalSchema>;

const journalPath = (part: string) => `${part}.blocks`;

/** Whether the part was begun in blocks, so that its length says nothing. */
export function isInBlocks(part: string): boolean {
  return existsSync(journalPath(part));
}

export function removeJournal(part: string): void {
  rmSync(journalPath(part), { force: true });
}

/**
 * Fetches the blocks that are missing. Resolves to false, having written nothing, where the server gives no ranges or cannot say that they are of one
 * version. Rejects with the first failure, once all connections are closed; the blocks that came whole stay.
 */
export async function downloadBlocks(url: string, options: BlockOptions): Promise<boolean> {
  const { part } = options;
  const begun = readJournal(part) ?? (await begin(url, options));
  if (begun === undefined) return false;
  if (options.size !== undefined && begun.total !== options.size) {
    discard(part);
    throw new Refused(`it has ${begun.total} bytes there, not ${options.size}`);
  }
  const file = openSync(part, existsSync(part) ? "r+" : "w+");
  try {
    ftruncateSync(file, begun.total);
    await new BlockDownload(url, options, begun, file).run();
    return true;
  } catch (error) {
    if (!(error instanceof Changed)) throw error;
    discard(part);
    throw new Error(error.message);
  } finally {
    closeSync(file);
  }
}

/** The file is another version than the blocks are of, so that no block of it is worth another try. */
class Changed extends Refused {}

/** A journal without any block; undefined where the server gives no ranges. */
async function begin(url: string, { block, isChecked, get }: BlockOptions): Promise<Journal | undefined> {
  const response = await httpGet(url, withRange(get, 0, 0, ""));
  response.destroy();
  const range = rangeOf(response);
  const { statusCode = 0 } = response;
  if (statusCode >= 400 && statusCode !== 416) throw failureOf(response);
  if (statusCode !== 206 || range === undefined) return undefined;
  const { etag, "last-modified": date } = response.headers;
  const version = etag === undefined || etag.startsWith("W/") ? (date ?? "") : etag;
  return version === "" && !isChecked ? undefined : { total: range.total, block, version, done: [] };
}

/** Undefined where there is none that fits its part. */
function readJournal(part: string): Journal | undefined {
  if (!isInBlocks(part)) return undefined;
  let journal: Journal | undefined;
  try {
    journal = journalSchema.parse(JSON.parse(readFileSync(journalPath(part), "utf8")));
  } catch {
    // Damaged: its blocks cannot be told from holes.
  }
  if (journal !== undefined && existsSync(part)) return journal;
  discard(part);
  return undefined;
}

function discard(part: string): void {
  rmSync(part, { force: true });
  removeJournal(part);
}

class BlockDownload {
  private readonly url: string;
  private readonly options: BlockOptions;
  private readonly journal: Journal;
  private readonly file: number;
  private readonly missing: number[];
  private readonly open = new Set<IncomingMessage>();
  private received: number;
  private failure: Error | undefined;

  constructor(url: string, options: BlockOptions, journal: Journal, file: number) {
    this.url = url;
    this.options = options;
    this.journal = { ...journal, done: [...new Set(journal.done)] };
    this.file = file;
    const done = new Set(journal.done);
    const count = Math.ceil(journal.total / journal.block);
    this.missing = Array.from({ length: count }, (_, number) => number).filter((number) => !done.has(number));
    this.received = journal.total - this.missing.reduce((sum, number) => sum + this.lengthOf(number), 0);
  }

  async run(): Promise<void> {
    const workers = Math.min(this.options.connections, this.missing.length);
    await Promise.all(Array.from({ length: workers }, () => this.work()));
    if (this.failure !== undefined) throw this.failure;
  }

  /** One connection's work. Never rejects: the first failure ends all others. */
  private async work(): Promise<void> {
    try {
      for (let number = this.missing.shift(); number !== undefined; number = this.missing.shift()) {
        const wanted = number;
        await withAttempts(this.options, async () => {
          if (this.failure !== undefined) throw new Refused("another connection failed");
          await this.fetch(wanted);
        });
        this.journal.done.push(wanted);
        // Bytes before the journal that says that they are there.
        fsyncSync(this.file);
        writeFileAtomic(journalPath(this.options.part), JSON.stringify(this.journal));
      }
    } catch (error) {
      // A block was tried often enough.
      this.failure ??= error instanceof Refused ? error : new Refused((error as Error).message);
      for (const response of this.open) response.destroy();
    }
  }

  private async fetch(number: number): Promise<void> {
    const begin = number * this.journal.block;
    const length = this.lengthOf(number);
    const { get } = this.options;
    const response = await httpGet(this.url, withRange(get, begin, begin + length - 1, this.journal.version));
    let got = 0;
    this.open.add(response);
    try {
      this.check(response, begin);
      response.setTimeout(get.timeout, () => response.destroy(new Error(`no data for ${get.timeout / 1000} s`)));
      for await (const chunk of response as AsyncIterable<Buffer>) {
        if (got + chunk.length > length) throw new Error(`more than the ${length} bytes asked for`);
        for (let at = 0; at < chunk.length; ) {
          at += writeSync(this.file, chunk, at, chunk.length - at, begin + got + at);
        }
        got += chunk.length;
        this.received += chunk.length;
        this.options.progress?.(this.received, this.journal.total);
      }
      if (got !== length) throw new Error(`it ended after ${got} of ${length} bytes from byte ${begin} on`);
    } catch (error) {
      this.received -= got;
      throw error;
    } finally {
      this.open.delete(response);
      response.destroy();
    }
  }

  private check(response: IncomingMessage, begin: number): void {
    const { statusCode } = response;
    if (statusCode === 200 || statusCode === 416) throw new Changed("the file has changed; starting again");
    if (statusCode !== 206) throw failureOf(response);
    const range = rangeOf(response);
    if (range?.total !== this.journal.total) throw new Changed("the file has changed; starting again");
    if (range.begin !== begin) throw new Error(`the server sends from byte ${range.begin} on, not ${begin}`);
  }

  private lengthOf(number: number): number {
    const { total, block } = this.journal;
    return Math.min(block, total - number * block);
  }
}

function withRange({ headers, ...rest }: GetOptions, begin: number, end: number, version: string): GetOptions {
  const range = { range: `bytes=${begin}-${end}`, ...(version === "" ? {} : { "if-range": version }) };
  return { ...rest, headers: { ...headers, ...range } };
}

function rangeOf({ headers }: IncomingMessage): { begin: number; total: number } | undefined {
  const found = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers["content-range"] ?? "");
  return found === null ? undefined : { begin: Number(found[1]), total: Number(found[2]) };
}
