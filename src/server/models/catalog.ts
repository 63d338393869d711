/** Which language pairs the served models translate, and how to get from one language to another: directly or over a third. */
import { statSync } from "node:fs";
import { CheckpointError } from "../../base/errors.ts";
import { corporaOf, modelLanguages } from "../../config/corpora.ts";
import { openTranslationDirectory } from "../../inference/model-task.ts";

/** A model that can be loaded. */
export interface CatalogModel {
  directory: string;
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

export class Catalog {
  readonly models: readonly CatalogModel[];
  /** Codes of all languages, sorted. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  /** The two together, each once. */
  readonly languages: readonly string[];
  private readonly legs = new Map<string, Map<string, Leg>>();

  /** Where several models have a pair, the first one is taken. */
  constructor(models: readonly CatalogModel[]) {
    this.models = models;
    for (const model of models) {
      for (const { source, target } of model.pairs) {
        const from = this.legs.get(source) ?? new Map<string, Leg>();
        if (!from.has(target)) from.set(target, { model, source, target });
        this.legs.set(source, from);
      }
    }
    this.sources = [...this.legs.keys()].sort();
    this.targets = [...new Set([...this.legs.values()].flatMap((from) => [...from.keys()]))].sort();
    this.languages = [...new Set([...this.sources, ...this.targets])].sort();
  }

  /** Reads the models' configurations, not their weights. Throws CheckpointError for a directory that cannot be served. */
  static open(directories: readonly string[]): Catalog {
    return new Catalog(directories.map(readModel));
  }

  /** Languages that text in `source` can be translated into, itself among them, sorted. */
  targetsOf(source: string): string[] {
    const reached = this.targets.filter((target) => this.route(source, target) !== undefined);
    return [...new Set([source, ...reached])].sort();
  }

  /** One leg or two; none for the same language; undefined where there is no way. */
  route(source: string, target: string): Leg[] | undefined {
    if (source === target) return [];
    const from = this.legs.get(source);
    const direct = from?.get(target);
    if (direct !== undefined) return [direct];
    const pivots = [...(from?.keys() ?? [])].sort((a, b) => Number(b === FIRST_PIVOT) - Number(a === FIRST_PIVOT));
    for (const pivot of pivots) {
      const second = this.legs.get(pivot)?.get(target);
      if (second !== undefined) return [from!.get(pivot)!, second];
    }
    return undefined;
  }
}

function readModel(directory: string): CatalogModel {
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
