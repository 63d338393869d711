/** Files of translations, one format a kind: known again, and read whole and in small chunks, which must agree, however tags are treated. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tagChoices } from "../../../src/config/choices.ts";
import { DEFAULT_IMPORT, type ImportItem, type ImportOptions } from "../../../src/corpora/formats/importer.ts";
import { findImporter, importerByName } from "../../../src/corpora/formats/importers.ts";
import { asLine } from "../../../src/corpora/importing/text-line.ts";
import { asFile } from "../../corpora/formats/read-items.ts";
import { SAMPLES } from "../../corpora/formats/sample-files.ts";
import { expectThat, type Format } from "../format.ts";

/** Pairs that a small file may give at most. */
const MOST_PAIRS = 100_000;

export const imports: readonly Format[] = SAMPLES.map(({ format, name, content, translated }) => ({
  name: `import ${name}`,
  isText: typeof content === "string",
  samples: () => {
    const second = translated === undefined ? {} : { [translated.name]: Buffer.from(translated.content) };
    return [{ files: { [name]: Buffer.from(content), ...second } }];
  },
  read: async (folder) => {
    const bytes = [name, ...(translated === undefined ? [] : [translated.name])].map((each) =>
      readFileIn(folder, each),
    );
    findImporter(asFile(name, bytes[0]!).head);
    const read = async (options: ImportOptions, step?: number) => {
      const [file, second] = bytes.map((each, i) =>
        asFile(join(folder, i === 0 ? name : translated!.name), each, step),
      );
      const items: ImportItem[] = [];
      for await (const block of importerByName(format).pairs(file!, options, second)) items.push(...block);
      return items;
    };
    const all = { ...DEFAULT_IMPORT, sourceLanguage: "en", targetLanguage: "de", fuzzy: true, obsolete: true };
    for (const tags of tagChoices) {
      const items = await read({ ...all, tags });
      expectThat(items.length < MOST_PAIRS, `a small file gave ${items.length} pairs`);
      for (const { source, target, line } of items) {
        expectThat(!/[\n\r]/.test(asLine(source) + asLine(target)), "a text is more than a line");
        expectThat(line >= 1, `a pair of line ${line}`);
      }
      const again = await read({ ...all, tags }, 37);
      expectThat(JSON.stringify(items) === JSON.stringify(again), "small chunks give other pairs");
    }
  },
}));

/** Empty where the case has removed it. */
function readFileIn(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return Buffer.alloc(0);
  }
}
