/** Source of truth: routes worked out by hand. */
import { expect, test } from "vitest";
import { CheckpointError } from "../../../src/base/errors.ts";
import { Catalog, type CatalogModel } from "../../../src/server/models/catalog.ts";
import { writeToyModel } from "../../cli/toy-model-directory.ts";
import { writePairModels } from "../toy-models.ts";

function model(directory: string, ...pairs: string[]): CatalogModel {
  return {
    directory,
    bytes: 1,
    pairs: pairs.map((pair) => ({ source: pair.split("-")[0]!, target: pair.split("-")[1]! })),
  };
}

const way = (catalog: Catalog, source: string, target: string) =>
  catalog.route(source, target)?.map(({ model: { directory }, ...leg }) => `${directory}:${leg.source}-${leg.target}`);

test("routes are direct where a model has the pair, else over a third language, English first", () => {
  const catalog = new Catalog([
    model("a", "de-en", "en-fr", "de-cs"),
    model("b", "cs-fr"),
    model("c", "de-cs", "fr-pl"),
  ]);
  expect(way(catalog, "de", "cs")).toEqual(["a:de-cs"]);
  expect(way(catalog, "de", "fr")).toEqual(["a:de-en", "a:en-fr"]);
  expect(way(catalog, "cs", "pl")).toEqual(["b:cs-fr", "c:fr-pl"]);
  expect(way(catalog, "de", "de")).toEqual([]);
  expect(way(catalog, "de", "pl")).toBeUndefined();
  expect(way(catalog, "pl", "de")).toBeUndefined();
  expect(catalog.sources).toEqual(["cs", "de", "en", "fr"]);
  expect(catalog.targetsOf("de")).toEqual(["cs", "de", "en", "fr"]);
  expect(catalog.targetsOf("pl")).toEqual(["pl"]);
});

test("pairs are read from the models' configurations", async () => {
  const [directory] = await writePairModels(["en-de"]);
  expect(Catalog.open([directory!]).models).toMatchObject([{ directory, pairs: [{ source: "en", target: "de" }] }]);
});

test("a model whose languages nobody named is refused", async () => {
  const [directory] = await writePairModels(["en-de"]);
  writeToyModel(directory!);
  expect(() => Catalog.open([directory!])).toThrow(CheckpointError);
});
