/** Loads models when they are first used, and drops those that were not used for the longest time where memory is bounded. */
import type { PieceCounts } from "../decoding/messages.ts";
import { RequestError } from "../request-error.ts";
import type { CatalogModel } from "./catalog.ts";
import { type DecodingModel, ServedModel, type ServingOptions } from "./served-model.ts";

export interface ModelPoolOptions extends ServingOptions {
  /** Loads a model, with its adapter if it has one; `onLost` is called where it is lost by itself later. */
  load(model: CatalogModel, onLost: () => void): Promise<DecodingModel>;
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
  /** By directory and adapter, the least recently used first. */
  private readonly entries = new Map<string, Entry>();
  private readonly loaded = new Set<ServedModel>();
  private isHurried = false;
  private readonly dropped = { sourcePieces: 0, targetPieces: 0, cut: 0 };

  constructor(options: ModelPoolOptions) {
    this.options = options;
  }

  /**
   * Calls `use` with the model, loaded. Rejects with the errors of loading, after which the next use tries again, with those of `use`, and with
   * RequestError 503 where the model has been replaced by one that lacks some of its languages.
   */
  async use<T>(model: CatalogModel, use: (served: ServedModel) => Promise<T>): Promise<T> {
    const entry = this.entry(model);
    if (!hasPairsOf(entry.model, model)) {
      throw new RequestError(503, "The model for this has just been replaced.", {
        nextStep: "Try again.",
        retryAfter: 1,
      });
    }
    entry.users++;
    try {
      return await use(await entry.served);
    } finally {
      entry.users--;
      if (entry.retired && entry.users === 0) await this.drop(entry);
      else this.enforceBound();
    }
  }

  /**
   * Loads a new version of a directory's model for the uses from then on; those under way keep theirs until they end. A model that is not
   * loaded stays so. Rejects where the new version cannot be loaded, and changes nothing then. `onReplaced` is called before any further use.
   */
  async replace(model: CatalogModel, onReplaced: () => void): Promise<void> {
    const entry = this.load(model);
    await entry.served;
    onReplaced();
    const old = this.entries.get(keyOf(model));
    if (old === undefined || entry.retired) return this.drop(entry);
    this.entries.set(keyOf(model), entry);
    await this.retire(old);
    this.enforceBound();
  }

  /** Lines that wait for others wait no more, those of models that are loaded later neither: the server is stopping. */
  hurry(): void {
    this.isHurried = true;
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
    const key = keyOf(model);
    const entry = this.entries.get(key) ?? this.load(model);
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  private load(model: CatalogModel): Entry {
    const key = keyOf(model);
    const forget = () => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    };
    const onLost = () => {
      forget();
      void this.retire(entry);
    };
    const load = async () => {
      const served = new ServedModel(await this.options.load(model, onLost), this.options);
      this.loaded.add(served);
      if (this.isHurried) served.queue.hurry();
      return served;
    };
    const entry: Entry = { model, served: load(), users: 0, retired: false };
    entry.served.catch(forget);
    return entry;
  }

  /** What waits for it need not wait for others, for there will be none. */
  private async retire(entry: Entry): Promise<void> {
    entry.retired = true;
    if (entry.users === 0) return this.drop(entry);
    entry.served.then(
      ({ queue }) => queue.hurry(),
      () => {},
    );
  }

  private enforceBound(): void {
    let bytes = [...this.entries.values()].reduce((sum, { model }) => sum + model.bytes, 0);
    for (const [key, entry] of this.entries) {
      if (bytes <= this.options.maxMemory) return;
      if (entry.users > 0) continue;
      this.entries.delete(key);
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

/** No path has the sign between the two. */
function keyOf({ directory, adapter }: CatalogModel): string {
  return adapter === undefined ? directory : `${directory}\0${adapter}`;
}

function hasPairsOf(one: CatalogModel, other: CatalogModel): boolean {
  return (
    one === other ||
    other.pairs.every(({ source, target }) =>
      one.pairs.some((pair) => pair.source === source && pair.target === target),
    )
  );
}
