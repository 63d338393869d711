/** Takes new versions of the served model directories over: when their files have changed, or on demand. */
import { setTimeout as pause } from "node:timers/promises";
import { formatError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";

export interface ModelWatchParts {
  catalog: Catalog;
  /** What tells versions of a directory apart. */
  versionOf(directory: string): Promise<string>;
  /** Reads a directory's languages. Throws CheckpointError, ConfigError. */
  read(directory: string): CatalogModel;
  /**
   * Loads the model for requests from then on, of which it tells before there are any. Rejects where it cannot be loaded; requests keep the
   * old one then.
   */
  replace(model: CatalogModel, onReplaced: () => void): Promise<void>;
}

export class ModelWatch {
  private readonly parts: ModelWatchParts;
  /** By directory: the version that is served, or that was refused. */
  private readonly known = new Map<string, string>();
  /** By directory: the version that was seen last. */
  private readonly seen = new Map<string, string>();
  /** One look at a time. */
  private last: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(parts: ModelWatchParts) {
    this.parts = parts;
  }

  /** Notes the versions that are served now. To be called before the models are loaded. */
  async start(): Promise<void> {
    await Promise.all(this.directories.map(async (each) => this.known.set(each, await this.parts.versionOf(each))));
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
    return this.inTurn(async (directory) => {
      const version = await this.parts.versionOf(directory);
      const isSettled = this.seen.get(directory) === version;
      this.seen.set(directory, version);
      if (isSettled && version !== this.known.get(directory)) await this.takeOver(directory, version);
    });
  }

  /** Takes every directory over as it is now, changed or not. */
  reload(): Promise<void> {
    return this.inTurn(async (directory) => this.takeOver(directory, await this.parts.versionOf(directory)));
  }

  private get directories(): string[] {
    return this.parts.catalog.models.map(({ directory }) => directory);
  }

  private inTurn(work: (directory: string) => Promise<void>): Promise<void> {
    this.last = this.last.then(async () => {
      for (const directory of this.directories) if (!this.stopping.signal.aborted) await work(directory);
    });
    return this.last;
  }

  /** A version that changes while it is loaded is another one at the next look. */
  private async takeOver(directory: string, version: string): Promise<void> {
    this.known.set(directory, version);
    const { catalog, read, replace } = this.parts;
    try {
      const model = read(directory);
      await replace(model, () => catalog.replace(model));
      const pairs = model.pairs.map(({ source, target }) => `${source} → ${target}`);
      log.info(`${directory} is served in its new version: ${pairs.join(", ")}`);
    } catch (error) {
      log.warn(`the new version of ${directory} is refused, the one before is served on: ${formatError(error)}`);
    }
  }
}
