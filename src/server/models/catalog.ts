/** Which language pairs the served models translate, and how to get from one language to another: directly or over a third. */
import { statSync } from "node:fs";
import { CheckpointError } from "../../base/errors.ts";
import { corporaOf, modelLanguages } from "../../config/corpora.ts";
import { openTranslationDirectory } from "../../inference/model-task.ts";

/** A model that can be loaded. */
export interface CatalogModel {
  directory: string;
  /** Of an adapter that is beside its weights; none = the model as it is. */
  adapter?: string;
  /** Pairs it was trained on. */
  pairs: readonly { source: string; target: string }[];
  /** Size of its weights in bytes. */
  bytes: number;
}

/** One translation of a route. */
export interface Leg {
  model: CatalogModel;
  source: string;
  target: string;
}

/** The language that a pivot is looked for first. */
const FIRST_PIVOT = "en";

/** Ways between languages that a list of models gives. */
interface Ways {
  models: readonly CatalogModel[];
  sources: readonly string[];
  targets: readonly string[];
  languages: readonly string[];
  legs: ReadonlyMap<string, ReadonlyMap<string, Leg>>;
}

/** What is served now: models may be replaced by new versions, with other languages. */
export class Catalog {
  private ways: Ways;

  /** Where several models have a pair, the first one is taken. */
  constructor(models: readonly CatalogModel[]) {
    this.ways = waysOf(models);
  }

  /** Reads the models' configurations, not their weights. Throws CheckpointError for a directory that cannot be served. */
  static open(directories: readonly string[]): Catalog {
    return new Catalog(directories.map(readModel));
  }

  /** Another list once any of them was replaced. */
  get models(): readonly CatalogModel[] {
    return this.ways.models;
  }

  /** Codes of all languages, sorted. */
  get sources(): readonly string[] {
    return this.ways.sources;
  }

  get targets(): readonly string[] {
    return this.ways.targets;
  }

  /** The two together, each once, sorted. */
  get languages(): readonly string[] {
    return this.ways.languages;
  }

  /** Pairs that a model translates, not over a third language, sorted by source. */
  get pairs(): readonly { source: string; target: string }[] {
    return this.sources.flatMap((source) => [...this.ways.legs.get(source)!.values()]);
  }

  /** From now on this stands for the model of the same directory. */
  replace(model: CatalogModel): void {
    this.ways = waysOf(this.models.map((each) => (each.directory === model.directory ? model : each)));
  }

  /** Languages that text in `source` can be translated into, itself among them, sorted. */
  targetsOf(source: string): string[] {
    const reached = this.targets.filter((target) => this.route(source, target) !== undefined);
    return [...new Set([source, ...reached])].sort();
  }

  /** One leg or two; none for the same language; undefined where there is no way. */
  route(source: string, target: string): Leg[] | undefined {
    if (source === target) return [];
    const { legs } = this.ways;
    const from = legs.get(source);
    const direct = from?.get(target);
    if (direct !== undefined) return [direct];
    const pivots = [...(from?.keys() ?? [])].sort((a, b) => Number(b === FIRST_PIVOT) - Number(a === FIRST_PIVOT));
    for (const pivot of pivots) {
      const second = legs.get(pivot)?.get(target);
      if (second !== undefined) return [from!.get(pivot)!, second];
    }
    return undefined;
  }
}

function waysOf(models: readonly CatalogModel[]): Ways {
  const legs = new Map<string, Map<string, Leg>>();
  for (const model of models) {
    for (const { source, target } of model.pairs) {
      const from = legs.get(source) ?? new Map<string, Leg>();
      if (!from.has(target)) from.set(target, { model, source, target });
      legs.set(source, from);
    }
  }
  const sources = [...legs.keys()].sort();
  const targets = [...new Set([...legs.values()].flatMap((from) => [...from.keys()]))].sort();
  return { models, legs, sources, targets, languages: [...new Set([...sources, ...targets])].sort() };
}

/** Reads what a directory translates. Throws CheckpointError for one that cannot be served, ConfigError. */
export function readModel(directory: string): CatalogModel {
  const { config, weightsPath } = openTranslationDirectory(directory);
  const { sources, targets } = modelLanguages(config);
  const pairs = corporaOf(config, "train").flatMap(({ srcLang, tgtLang }) => {
    const source = srcLang ?? (sources.length === 1 ? sources[0] : undefined);
    const target = tgtLang ?? (targets.length === 1 ? targets[0] : undefined);
    return source === undefined || target === undefined ? [] : [{ source, target }];
  });
  if (pairs.length === 0) {
    throw new CheckpointError("the model's configuration does not say between which languages it translates", {
      where: directory,
      nextStep: "Add src_lang and tgt_lang to the training corpora in its config.yaml.",
    });
  }
  return { directory, pairs, bytes: statSync(weightsPath).size };
}
