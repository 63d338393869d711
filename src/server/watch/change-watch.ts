/** Takes new versions of files and directories over while the server runs: when they have changed, or on demand. */
import { setTimeout as pause } from "node:timers/promises";
import { formatError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";

/** Something that the server has read, and that may be another thing now. */
export interface Watched {
  /** Path that messages name. */
  name: string;
  /** What tells its versions apart; never rejects. */
  version(): Promise<string>;
  /**
   * Has the server use it as it is now; resolves to what it is now, for a message that begins with its name. Rejects where it cannot be used; the
   * server goes on with the one before then.
   */
  takeOver(): Promise<string>;
}

export class ChangeWatch {
  private readonly watched: readonly Watched[];
  /** The version that is in use, or that was refused. */
  private readonly known = new Map<Watched, string>();
  /** The version that was seen last. */
  private readonly seen = new Map<Watched, string>();
  /** One look at a time. */
  private last: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  /** In the order in which those that changed together are taken over. */
  constructor(watched: readonly Watched[]) {
    this.watched = watched;
  }

  /** Notes the versions that are there now. To be called before models are loaded, which takes long. */
  async start(): Promise<void> {
    await Promise.all(this.watched.map(async (each) => this.known.set(each, await each.version())));
  }

  /** Looks for new versions every so many milliseconds until it is stopped. */
  async watch(interval: number): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(interval, undefined, { signal, ref: false }).catch(() => {});
      if (!signal.aborted) await this.look();
    }
  }

  /** Looks no more; resolves once nothing is being taken over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.last;
  }

  /** Takes over what has changed, and is as it was at the last look, so that nobody is writing it now. */
  look(): Promise<void> {
    return this.inTurn(async (each) => {
      const version = await each.version();
      const isSettled = this.seen.get(each) === version;
      this.seen.set(each, version);
      if (isSettled && version !== this.known.get(each)) await this.takeOver(each, version);
    });
  }

  /** Takes everything over as it is now, changed or not. */
  reload(): Promise<void> {
    return this.inTurn(async (each) => this.takeOver(each, await each.version()));
  }

  private inTurn(work: (each: Watched) => Promise<void>): Promise<void> {
    this.last = this.last.then(async () => {
      for (const each of this.watched) if (!this.stopping.signal.aborted) await work(each);
    });
    return this.last;
  }

  /** A version that changes while it is read is another one at the next look. */
  private async takeOver(each: Watched, version: string): Promise<void> {
    this.known.set(each, version);
    try {
      log.info(`${each.name} ${await each.takeOver()}`);
    } catch (error) {
      log.warn(`the new version of ${each.name} is refused, the one before is used on: ${formatError(error)}`);
    }
  }
}
