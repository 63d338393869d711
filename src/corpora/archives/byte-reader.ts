/** Takes counted bytes from a stream: headers as buffers, bodies as chunks. */
import { DataError } from "../../base/errors.ts";

export class ByteReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly name: string;
  private waiting: Buffer = Buffer.alloc(0);
  /** Bytes taken so far. */
  position = 0;

  /** `name` is the file's, for errors. */
  constructor(source: AsyncIterable<Uint8Array>, name: string) {
    this.source = source[Symbol.asyncIterator]();
    this.name = name;
  }

  /** The next `count` bytes. Throws DataError where there are fewer. */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.takeOrEnd(count);
    if (bytes === undefined) throw this.endsEarly();
    return bytes;
  }

  /** The same, but undefined where the stream ends here. */
  async takeOrEnd(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.waiting.length === 0 && !(await this.fill())) {
        if (missing === count) return undefined;
        throw this.endsEarly();
      }
      const part = this.waiting.subarray(0, missing);
      this.waiting = this.waiting.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    this.position += count;
    return Buffer.concat(parts);
  }

  /** The next `count` bytes in chunks; read it to its end before anything else is taken. */
  async *body(count: number): AsyncGenerator<Uint8Array> {
    let missing = count;
    try {
      while (missing > 0) {
        const part = await this.chunk(missing);
        missing -= part.length;
        yield part;
      }
    } finally {
      // A reader that lost interest leaves the rest, which is skipped here.
      while (missing > 0) missing -= (await this.chunk(missing)).length;
    }
  }

  /** Reads what is left and drops it, so that a checksum at the end of compressed bytes is compared. */
  async skipRest(): Promise<void> {
    this.waiting = Buffer.alloc(0);
    while (await this.fill()) this.waiting = Buffer.alloc(0);
  }

  damaged(why: string, cause?: unknown): DataError {
    return new DataError(`The archive is damaged: ${why}.`, {
      where: this.name,
      nextStep: "Delete the file and fetch it again.",
      cause,
    });
  }

  async close(): Promise<void> {
    await this.source.return?.();
  }

  private async chunk(most: number): Promise<Buffer> {
    if (this.waiting.length === 0 && !(await this.fill())) throw this.endsEarly();
    const part = this.waiting.subarray(0, most);
    this.waiting = this.waiting.subarray(part.length);
    this.position += part.length;
    return part;
  }

  private endsEarly(): DataError {
    return this.damaged(`it ends at byte ${this.position}, inside a file or header`);
  }

  private async fill(): Promise<boolean> {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await this.source.next();
    } catch (cause) {
      if (cause instanceof DataError) throw cause;
      throw this.damaged((cause as Error).message, cause);
    }
    if (next.done === true) return false;
    this.waiting = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    return this.waiting.length > 0 || this.fill();
  }
}
