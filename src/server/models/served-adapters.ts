/** Adapters beside the served models, of which requests choose one by its name. */
import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { CheckpointError, UsageError } from "../../base/errors.ts";
import { adapterModels } from "../../inference/adapter-models.ts";
import { RequestError } from "../request-error.ts";
import type { CatalogModel, Leg } from "./catalog.ts";

/** An adapter that is to be served. */
export interface AdapterSource {
  /** Directory of an adapter, or its file. */
  path: string;
  /** What requests call it; undefined = as its directory. */
  name: string | undefined;
}

/** A model with an adapter: one more model to load. */
export interface AdaptedModel {
  name: string;
  model: CatalogModel;
}

type Pair = Pick<Leg, "source" | "target">;

export class ServedAdapters {
  /** As they were given. */
  readonly sources: readonly AdapterSource[];
  private readonly bySource = new Map<AdapterSource, readonly AdaptedModel[]>();

  private constructor(sources: readonly AdapterSource[]) {
    this.sources = sources;
  }

  /** Each beside all models that it belongs to. Throws as `read`. */
  static open(sources: readonly AdapterSource[], models: readonly CatalogModel[]): ServedAdapters {
    const adapters = new ServedAdapters(sources);
    for (const source of sources) adapters.replace(source, adapters.read(source, models));
    return adapters;
  }

  /**
   * One of the sources as it is now, beside all models that it belongs to. Throws CheckpointError for one that belongs to none of them or is damaged,
   * UsageError where another source has its name beside the same model.
   */
  read(source: AdapterSource, models: readonly CatalogModel[]): AdaptedModel[] {
    const { path, name = folderName(path) } = source;
    const { bytes, directories } = adapterModels(
      path,
      models.map(({ directory }) => directory),
    );
    if (directories.length === 0) throw fitsNone(path, models);
    const others = [...this.bySource].flatMap(([other, adapted]) => (other === source ? [] : adapted));
    return models
      .filter(({ directory }) => directories.includes(directory))
      .map((model) => {
        if (others.some((each) => each.name === name && each.model.directory === model.directory)) {
          throw new UsageError(`two adapters beside ${model.directory} are called ${name}`, {
            where: "--adapter",
            nextStep: "Give them names of their own: --adapter NAME=DIR.",
          });
        }
        // Its matrices are packed with the adapter in them, so that it takes the model's memory once more.
        return { name, model: { ...model, adapter: path, bytes: model.bytes + bytes } };
      });
  }

  /** From now on the source is this. */
  replace(source: AdapterSource, adapted: readonly AdaptedModel[]): void {
    this.bySource.set(source, adapted);
  }

  /** Models with their adapters, in the order they were given. */
  get models(): CatalogModel[] {
    return this.adapted.map(({ model }) => model);
  }

  private get adapted(): AdaptedModel[] {
    return this.sources.flatMap((source) => this.bySource.get(source) ?? []);
  }

  /**
   * The route with the adapter of this name in the place of the model as it is; without a name the route. Throws RequestError 400 for a name that
   * is not known for the pair, and for a route over a third language. Text that stays in its language needs no adapter.
   */
  along(route: readonly Leg[], name: string | undefined): readonly Leg[] {
    if (name === undefined) return route;
    const [leg, further] = route;
    if (leg === undefined) {
      if (this.adapted.some((each) => each.name === name)) return route;
      throw unknown(name, "this server has", this.adapted);
    }
    if (further !== undefined) {
      const { source, target } = { source: leg.source, target: further.target };
      throw new RequestError(400, `Adapter ${name}: ${source} is translated into ${target} over ${leg.target}.`, {
        nextStep: "An adapter needs a model of the pair itself; leave it out.",
      });
    }
    const ofPair = this.ofPair(leg);
    const found = ofPair.find((each) => each.name === name);
    if (found === undefined) throw unknown(name, `${leg.source} into ${leg.target} has`, ofPair);
    return [{ ...leg, model: found.model }];
  }

  /** Names of those that translate the pair, sorted. */
  namesOf(pair: Pair): string[] {
    return namesIn(this.ofPair(pair));
  }

  private ofPair({ source, target }: Pair): AdaptedModel[] {
    return this.adapted.filter(({ model: { pairs } }) =>
      pairs.some((pair) => pair.source === source && pair.target === target),
    );
  }
}

function unknown(name: string, what: string, known: readonly AdaptedModel[]): RequestError {
  const names = namesIn(known);
  return new RequestError(
    400,
    `There is no adapter ${name}; ${what} ${names.length === 0 ? "none" : names.join(", ")}.`,
  );
}

function namesIn(adapted: readonly AdaptedModel[]): string[] {
  return [...new Set(adapted.map(({ name }) => name))].sort();
}

function fitsNone(where: string, models: readonly CatalogModel[]): CheckpointError {
  return new CheckpointError("the adapter belongs to none of the served models: it was trained beside other weights", {
    where,
    nextStep: `Served are ${models.map(({ directory }) => directory).join(", ")}; its config.yaml names its model as train_from.`,
  });
}

/** Of the adapter's directory, also where its file is given. */
function folderName(path: string): string {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return basename(isFile ? dirname(resolve(path)) : resolve(path));
}
