/** Loads models when they are first used, and drops those that were not used for the longest time where memory is bounded. */
import type { PieceCounts } from "../decoding/messages.ts";
import type { CatalogModel } from "./catalog.ts";
import { type DecodingModel, ServedModel, type ServingOptions } from "./served-model.ts";

export interface ModelPoolOptions extends ServingOptions {
  /** Loads the model of a directory; `onLost` is called where it is lost by itself later. */
  load(directory: string, onLost: () => void): Promise<DecodingModel>;
  /** Bytes of weights kept loaded; a model in use is never dropped. Infinity = no bound. */
  maxMemory: number;
}

interface PoolFigures extends PieceCounts {
  models: number;
  waitingLines: number;
  openBatches: number;
}

interface Entry {
  model: CatalogModel;
  served: Promise<ServedModel>;
  /** Requests that use it now. */
  users: number;
  /** Whether it is out of date: no new request gets it, and it is dropped after the last one. */
  retired: boolean;
}

export class ModelPool {
  private readonly options: ModelPoolOptions;
  /** By directory, the least recently used first. */
  private readonly entries = new Map<string, Entry>();
  private readonly loaded = new Set<ServedModel>();
  private readonly dropped = { sourcePieces: 0, targetPieces: 0, cut: 0 };

  constructor(options: ModelPoolOptions) {
    this.options = options;
  }

  /** Calls `use` with the model, loaded. Rejects with the errors of loading, after which the next use tries again, and of `use`. */
  async use<T>(model: CatalogModel, use: (served: ServedModel) => Promise<T>): Promise<T> {
    const entry = this.entry(model);
    entry.users++;
    try {
      return await use(await entry.served);
    } finally {
      entry.users--;
      if (entry.retired && entry.users === 0) await this.drop(entry);
      else this.enforceBound();
    }
  }

  /** From the next use on models are loaded anew; requests under way keep theirs until they end. */
  async reload(): Promise<void> {
    const idle: Entry[] = [];
    for (const [directory, entry] of this.entries) {
      this.entries.delete(directory);
      entry.retired = true;
      if (entry.users === 0) idle.push(entry);
    }
    await Promise.all(idle.map((entry) => this.drop(entry)));
  }

  /** Lines that wait for others wait no more: the server is stopping. */
  hurry(): void {
    for (const { queue } of this.loaded) queue.hurry();
  }

  /** Models loaded now, lines waiting for them, batches that they work on, and sums over everything translated so far. */
  get figures(): PoolFigures {
    const sums = { models: this.loaded.size, waitingLines: 0, openBatches: 0, ...this.dropped };
    for (const { queue, counts } of this.loaded) {
      sums.waitingLines += queue.waiting;
      sums.openBatches += queue.openBatches;
      sums.sourcePieces += counts.sourcePieces;
      sums.targetPieces += counts.targetPieces;
      sums.cut += counts.cut;
    }
    return sums;
  }

  private entry(model: CatalogModel): Entry {
    const { directory } = model;
    const entry = this.entries.get(directory) ?? this.load(model);
    this.entries.delete(directory);
    this.entries.set(directory, entry);
    return entry;
  }

  private load(model: CatalogModel): Entry {
    const retire = () => {
      if (this.entries.get(model.directory) === entry) this.entries.delete(model.directory);
      entry.retired = true;
    };
    const onLost = () => {
      retire();
      if (entry.users === 0) void this.drop(entry);
    };
    const load = async () => {
      const served = new ServedModel(await this.options.load(model.directory, onLost), this.options);
      this.loaded.add(served);
      return served;
    };
    const entry: Entry = { model, served: load(), users: 0, retired: false };
    entry.served.catch(retire);
    return entry;
  }

  private enforceBound(): void {
    let bytes = [...this.entries.values()].reduce((sum, { model }) => sum + model.bytes, 0);
    for (const [directory, entry] of this.entries) {
      if (bytes <= this.options.maxMemory) return;
      if (entry.users > 0) continue;
      this.entries.delete(directory);
      bytes -= entry.model.bytes;
      void this.drop(entry);
    }
  }

  private async drop(entry: Entry): Promise<void> {
    const served = await entry.served.catch(() => undefined);
    if (served === undefined || !this.loaded.delete(served)) return;
    const { sourcePieces, targetPieces, cut } = served.counts;
    this.dropped.sourcePieces += sourcePieces;
    this.dropped.targetPieces += targetPieces;
    this.dropped.cut += cut;
    served.dispose();
  }
}
