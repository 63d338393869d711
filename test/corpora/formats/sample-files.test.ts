/** Source of truth: one way of reading compared with another, for a file of each format. */
import { describe, expect, it, test } from "vitest";
import { DEFAULT_IMPORT } from "../../../src/corpora/formats/importer.ts";
import { findImporter, IMPORTERS, importerByName } from "../../../src/corpora/formats/importers.ts";
import { asFile, collect } from "./read-items.ts";
import { SAMPLES, type SampleFile } from "./sample-files.ts";

const options = { ...DEFAULT_IMPORT, sourceLanguage: "en", targetLanguage: "de", fuzzy: true, obsolete: true };

function read({ format, name, content, translated }: SampleFile, step?: number) {
  const second = translated && asFile(translated.name, translated.content, step);
  return collect(importerByName(format).pairs(asFile(name, content, step), options, second));
}

test("every format has a sample", () => {
  expect([...new Set(SAMPLES.map(({ format }) => format))].sort()).toEqual(IMPORTERS.map(({ name }) => name).sort());
});

describe.each(SAMPLES.map((sample) => [sample.name, sample] as const))("%s", (name, sample) => {
  it("is known by its content and name, and has pairs", async () => {
    expect(findImporter(asFile(name, sample.content).head)?.name).toBe(sample.format);
    expect((await read(sample)).filter((item) => item.length === 3).length).toBeGreaterThan(2);
  });

  it("has the same pairs in chunks cut at every place", async () => {
    const whole = await read(sample);
    for (const step of [1, 2, 3, 5, 11, 64]) expect(await read(sample, step)).toEqual(whole);
  });
});
