/** The served model directories and adapters, for the watch that takes new versions over. */
import { adapterVersion, modelVersion } from "../../inference/model-version.ts";
import type { Watched } from "../watch/change-watch.ts";
import { type Catalog, type CatalogModel, readModel } from "./catalog.ts";
import type { ServedAdapters } from "./served-adapters.ts";

/**
 * Loads the model for requests from then on, of which it tells before there are any. Rejects where it cannot be loaded; requests keep the
 * old one then.
 */
export type Replace = (model: CatalogModel, onReplaced: () => void) => Promise<void>;

/** Each model's languages may be others in its new version. */
export function watchedModels(catalog: Catalog, replace: Replace): Watched[] {
  return catalog.models.map(({ directory }) => ({
    name: directory,
    version: () => modelVersion(directory),
    takeOver: async () => {
      const model = readModel(directory);
      await replace(model, () => catalog.replace(model));
      const pairs = model.pairs.map(({ source, target }) => `${source} → ${target}`);
      return `is served in its new version: ${pairs.join(", ")}`;
    },
  }));
}

/** An adapter in its new version may belong to other models of the catalog, but to one at least. */
export function watchedAdapters(adapters: ServedAdapters, catalog: Catalog, replace: Replace): Watched[] {
  return adapters.sources.map((source) => ({
    name: source.path,
    version: () => adapterVersion(source.path),
    takeOver: async () => {
      const adapted = adapters.read(source, catalog.models);
      for (const { model } of adapted) await replace(model, () => {});
      adapters.replace(source, adapted);
      return `is served in its new version beside ${adapted.map(({ model }) => model.directory).join(", ")}`;
    },
  }));
}
